import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { promisify } from "node:util";
import { constants, deflate, deflateSync, inflate, inflateSync } from "node:zlib";
import type { Oid } from "../backend.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Buffer;
}

/** What an object is. */
export interface ObjectHead {
  readonly type: ObjectType;
  /** Bytes. */
  readonly size: number;
  /** The most bytes that are held at a time to read it: what it is a delta of may be larger. */
  readonly held: number;
}

/** The id that git gives an object. */
export function objectId(type: ObjectType, bytes: Uint8Array): Oid {
  return createHash("sha1").update(header(type, bytes)).update(bytes).digest("hex");
}

/** The content of a loose object's file. */
export async function deflateObject(type: ObjectType, bytes: Uint8Array): Promise<Buffer> {
  const whole = Buffer.concat([Buffer.from(header(type, bytes)), bytes]);
  return whole.length <= SMALL ? deflateSync(whole) : promisify(deflate)(whole);
}

/**
 * Reads a loose object's file.
 * @throws Error when it is not, or not wholly, the object of this id
 */
export async function inflateObject(oid: Oid, file: Uint8Array): Promise<GitObject> {
  const whole = file.length <= SMALL ? inflateSync(file) : await promisify(inflate)(file);
  const found = createHash("sha1").update(whole).digest("hex");
  if (found !== oid) throw new Error(`its content has the id ${found}`);
  return objectIn(whole);
}

/**
 * What the file of a loose object holds, whatever its id is.
 * @throws Error where that has more than `limit` bytes, or is damaged
 */
export function inflateLoose(file: Uint8Array, limit: number): GitObject {
  return objectIn(inflateSync(file, { maxOutputLength: limit + LONGEST_HEADER }));
}

/** What the file of a loose object says of it; null where there is none, or another one. */
export function headOfLoose(path: string): ObjectHead | null {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const start = Buffer.alloc(START);
    const read = start.subarray(0, readSync(file, start, 0, START, 0));
    const whole = inflateSync(read, { finishFlush: constants.Z_SYNC_FLUSH });
    const [, type, digits] = /^([a-z]+) (\d+)\0/.exec(whole.toString("latin1", 0, 64)) ?? [];
    const size = Number(digits);
    return type === undefined ? null : { type: type as ObjectType, size, held: size };
  } catch {
    return null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function objectIn(whole: Buffer): GitObject {
  const end = whole.indexOf(0);
  const type = whole.toString("latin1", 0, whole.indexOf(0x20)) as ObjectType;
  return { type, bytes: whole.subarray(end + 1) };
}

/** Bytes of a loose object's file that hold its size. */
const START = 128;
/** Bytes that say the type and the size. */
const LONGEST_HEADER = 32;
/** Below this, handing the work to another thread takes longer than the work. */
const SMALL = 64 * 1024;

function header(type: ObjectType, bytes: Uint8Array): string {
  return `${type} ${bytes.length}\0`;
}
