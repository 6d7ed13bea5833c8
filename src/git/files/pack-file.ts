import { closeSync, openSync, readSync } from "node:fs";
import { constants, inflateSync } from "node:zlib";
import type { Oid } from "../backend.ts";
import type { ObjectType } from "./loose-object.ts";
import { deltaSizes } from "./pack-delta.ts";

const OFS_DELTA = 6;
const REF_DELTA = 7;
const TYPES: Record<number, ObjectType> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };

/** Bytes that are read at once: of most records and folders it is all. */
const AT_ONCE = 1024;
/** zlib makes nothing larger by more than this, next to a thousandth. */
const DEFLATED_MORE = 64;

/** One object as it lies in a pack (gitformat-pack(5)). */
export interface PackEntry {
  /** Of a delta it is that of its base. */
  readonly type: ObjectType | undefined;
  /** Bytes of its content, or of the delta. */
  readonly size: number;
  /** Where in the pack the object is that it is a delta of, or what its id is. */
  readonly base: number | Oid | null;
  /** Where its deflated content begins, and what was read of that already. */
  readonly start: number;
  readonly read: Buffer;
}

/** A pack that is open. */
export class PackFile {
  readonly #file: number;

  /** @throws Error where it is gone */
  constructor(path: string) {
    this.#file = openSync(path, "r");
  }

  /** @throws Error where there is none */
  entryAt(offset: number): PackEntry {
    const head = this.#at(offset, AT_ONCE);
    let at = 0;
    let byte = head.readUInt8(at++);
    const type = (byte >> 4) & 7;
    let size = byte & 15;
    for (let factor = 16; byte & 128; factor *= 128) {
      byte = head.readUInt8(at++);
      size += (byte & 127) * factor;
    }
    let base: number | Oid | null = null;
    if (type === REF_DELTA) {
      base = head.toString("hex", at, at + 20);
      at += 20;
    } else if (type === OFS_DELTA) {
      byte = head.readUInt8(at++);
      let back = byte & 127;
      while (byte & 128) {
        byte = head.readUInt8(at++);
        back = (back + 1) * 128 + (byte & 127);
      }
      base = offset - back;
    }
    if (base === null && !TYPES[type]) throw new Error("an object of no known type");
    return { type: TYPES[type], size, base, start: offset + at, read: head.subarray(at) };
  }

  /** The content of an entry, or its delta. @throws Error where it is damaged */
  contentOf({ size, start, read }: PackEntry): Buffer {
    const most = size + Math.ceil(size / 1000) + DEFLATED_MORE;
    const deflated = most <= read.length ? read : this.#at(start, most);
    // Room for a byte more than it says: what has more than that ends there.
    const options = { chunkSize: Math.max(size + 1, 64), maxOutputLength: size + 1 };
    const content = inflateSync(deflated, options);
    if (content.length !== size) throw new Error("of another size than it says");
    return content;
  }

  /** Bytes that come of a delta, and of what it is one; little of it is read. */
  deltaSizesOf({ read }: PackEntry): { readonly before: number; readonly after: number } {
    const start = read.subarray(0, 256);
    return deltaSizes(inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH }));
  }

  close(): void {
    closeSync(this.#file);
  }

  #at(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, length, position));
  }
}
