import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Oid } from "../backend.ts";

/** Where an object lies: in which pack, at which byte. */
export interface Packed {
  readonly pack: string;
  readonly offset: number;
}

/**
 * The pack that holds an object, or null. Searches the index files on disk, about twenty small
 * reads each, because isomorphic-git would load every one of them into memory.
 */
export function findPack(objects: string, oid: Oid): Packed | null {
  const folder = join(objects, "pack");
  for (const name of packIndexes(folder)) {
    const pack = join(folder, `${name.slice(0, -".idx".length)}.pack`);
    const offset = offsetIn(join(folder, name), oid);
    if (offset !== null && statSync(pack, { throwIfNoEntry: false })) return { pack, offset };
  }
  return null;
}

function packIndexes(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".idx"));
  } catch {
    return [];
  }
}

const SIGNATURE_AND_VERSION_2 = "ff744f6300000002";
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;
/** An offset with this bit is the number of one in the table of large ones. */
const LARGE = 2 ** 31;

/** Version 2 of the format, the only one that git has written since 2007 (gitformat-pack(5)). */
function offsetIn(path: string, oid: Oid): number | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // Removed by a concurrent `git gc`, which has put its objects into another pack.
    return null;
  }
  try {
    const at = (position: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    };
    if (at(0, 8).toString("hex") !== SIGNATURE_AND_VERSION_2) return null;
    const wanted = Buffer.from(oid, "hex");
    const first = wanted[0]!;
    let low = first === 0 ? 0 : at(FANOUT + (first - 1) * 4, 4).readUInt32BE();
    let high = at(FANOUT + first * 4, 4).readUInt32BE();
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = Buffer.compare(wanted, at(NAMES + middle * 20, 20));
      if (order === 0) {
        const count = at(NAMES - 4, 4).readUInt32BE();
        const offset = at(NAMES + count * 24 + middle * 4, 4).readUInt32BE();
        if (offset < LARGE) return offset;
        return Number(at(NAMES + count * 28 + (offset - LARGE) * 8, 8).readBigUInt64BE());
      }
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    return null;
  } finally {
    closeSync(file);
  }
}
