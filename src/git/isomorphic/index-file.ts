import { readFileSync } from "node:fs";
import { RedunError } from "../../errors.ts";
import type { Oid } from "../backend.ts";
import { hasCode } from "../files/system-errors.ts";

/** One entry of git's index: what is staged, and how the file looked when git last compared it. */
export interface IndexEntry {
  /** One character per byte, see TreeEntry. A folder of a sparse index ends in `/`. */
  readonly path: string;
  readonly oid: Oid;
  readonly mode: number;
  /** 0, or 1 to 3 for the sides of a merge conflict. */
  readonly stage: number;
  /** The user has told git not to compare it with the work tree. */
  readonly unwatched: boolean;
  readonly intentToAdd: boolean;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modified: bigint;
  readonly changed: bigint;
}

const HEADER = 12;
const CHECKSUM = 20;
/** Ten numbers of 32 bits, an id of 20 bytes, and 16 bits of flags. */
const FIXED = 62;

/**
 * Reads git's index (versions 2 to 4, SHA-1). A missing one is empty. Nothing is ever written.
 * @throws RedunError UNSUPPORTED_REPOSITORY for a split index or an unknown version
 */
export function readIndex(path: string): IndexEntry[] {
  const bytes = readBytes(path);
  if (bytes === null) return [];
  const version = bytes.readUInt32BE(4);
  if (bytes.toString("latin1", 0, 4) !== "DIRC" || version < 2 || version > 4) {
    throw unsupported(`the index ${path} is of an unknown version`);
  }
  const entries: IndexEntry[] = [];
  let at = HEADER;
  let previous = "";
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flags = bytes.readUInt16BE(at + 60);
    const extended = flags & 0x4000 ? bytes.readUInt16BE(at + FIXED) : 0;
    let start = at + FIXED + (flags & 0x4000 ? 2 : 0);
    let kept = "";
    if (version === 4) {
      const prefix = readVarint(bytes, start);
      kept = previous.slice(0, previous.length - prefix.value);
      start = prefix.end;
    }
    const end = bytes.indexOf(0, start);
    previous = kept + bytes.toString("latin1", start, end);
    entries.push({
      path: previous,
      oid: bytes.toString("hex", at + 40, at + 60),
      mode: bytes.readUInt32BE(at + 24),
      stage: (flags >> 12) & 3,
      unwatched: Boolean(flags & 0x8000 || extended & 0x4000),
      intentToAdd: Boolean(extended & 0x2000),
      size: bytes.readUInt32BE(at + 36),
      modified: readTime(bytes, at + 8),
      changed: readTime(bytes, at),
    });
    // Before version 4 an entry is padded with one to eight NULs to a multiple of eight bytes.
    at = version === 4 ? end + 1 : at + Math.ceil((end + 1 - at) / 8) * 8;
  }
  assertNotSplit(bytes, at, path);
  return entries;
}

function readBytes(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

function readTime(bytes: Buffer, at: number): bigint {
  return BigInt(bytes.readUInt32BE(at)) * 1_000_000_000n + BigInt(bytes.readUInt32BE(at + 4));
}

/** git's offset encoding: seven bits a byte, highest first, one added at every continuation. */
function readVarint(bytes: Buffer, start: number): { value: number; end: number } {
  let at = start;
  let byte = bytes[at++]!;
  let value = byte & 0x7f;
  while (byte & 0x80) {
    byte = bytes[at++]!;
    value = ((value + 1) << 7) | (byte & 0x7f);
  }
  return { value, end: at };
}

function assertNotSplit(bytes: Buffer, extensions: number, path: string): void {
  for (
    let at = extensions;
    at + 8 <= bytes.length - CHECKSUM;
    at += 8 + bytes.readUInt32BE(at + 4)
  ) {
    if (bytes.toString("latin1", at, at + 4) === "link")
      throw unsupported(`the index ${path} is split`);
  }
}

function unsupported(what: string): RedunError {
  return new RedunError(
    "UNSUPPORTED_REPOSITORY",
    `Without git, redun-git cannot tell whether the work tree is clean: ${what}.`,
    "Install git 2.30 or newer.",
  );
}
