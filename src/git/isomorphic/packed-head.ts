import { closeSync, openSync, readSync } from "node:fs";
import { constants, inflateSync } from "node:zlib";
import type { Oid } from "../backend.ts";
import type { ObjectHead, ObjectType } from "./loose-object.ts";
import { findPack, type Packed } from "./pack-index.ts";

/** Of the objects that an object is a delta of, so many are looked at; git makes 4095 at most. */
const MAX_CHAIN = 10_000;
/** Bytes that hold an object's header, and what follows of a delta to tell its sizes. */
const HEAD = 256;
const OFS_DELTA = 6;
const REF_DELTA = 7;

const TYPES: Record<number, ObjectType> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };

/**
 * What a packed object is, and how many bytes must be held to read it: its own size, or that of the
 * largest object which it is a delta of. Only the beginnings of entries are read
 * (gitformat-pack(5)). Null where the pack is not what it should be, or gone.
 */
export function packedHead(objects: string, packed: Packed): ObjectHead | null {
  let largest = 0;
  let at: Packed | null = packed;
  try {
    for (let links = 0; at && links < MAX_CHAIN; links++) {
      const { type, size, base } = entryAt(at);
      largest = Math.max(largest, size);
      if (base === null) return { type: TYPES[type]!, size: largest };
      at = typeof base === "string" ? findPack(objects, base) : { pack: at.pack, offset: base };
    }
  } catch {
    // Said below.
  }
  return null;
}

interface PackEntry {
  readonly type: number;
  /** Bytes: of a delta the larger of what it is applied to and what comes of it. */
  readonly size: number;
  /** Where in the pack the object is that it is a delta of, or what its id is. */
  readonly base: number | Oid | null;
}

function entryAt({ pack, offset }: Packed): PackEntry {
  const head = readAt(pack, offset);
  let at = 0;
  let byte = head[at++]!;
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let factor = 16; byte & 128; factor *= 128) {
    byte = head[at++]!;
    size += (byte & 127) * factor;
  }
  if (type !== OFS_DELTA && type !== REF_DELTA) return { type, size, base: null };
  let base: number | string;
  if (type === REF_DELTA) {
    base = head.toString("hex", at, at + 20);
    at += 20;
  } else {
    byte = head[at++]!;
    let back = byte & 127;
    while (byte & 128) {
      byte = head[at++]!;
      back = (back + 1) * 128 + (byte & 127);
    }
    base = offset - back;
  }
  return { type, size: Math.max(size, ...deltaSizes(head.subarray(at))), base };
}

/** The sizes that stand first in a delta: of what it is applied to, and of what comes of it. */
function deltaSizes(deflated: Buffer): [number, number] {
  const delta = inflateSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
  let at = 0;
  const next = () => {
    let size = 0;
    let byte = 128;
    for (let factor = 1; byte & 128; factor *= 128) {
      byte = delta[at++]!;
      size += (byte & 127) * factor;
    }
    return size;
  };
  return [next(), next()];
}

function readAt(path: string, offset: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEAD);
    return bytes.subarray(0, readSync(file, bytes, 0, HEAD, offset));
  } finally {
    closeSync(file);
  }
}
