import { closeSync, openSync, readSync } from "node:fs";
import type { Oid } from "../backend.ts";

const SIGNATURE_AND_VERSION_2 = "ff744f6300000002";
const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;
const NAME = 20;
/** Names that are read together: a guess at where one stands is rarely further off. */
const NAMES_AT_ONCE = 256;
/** An offset with this bit is the number of one in the table of large ones. */
const LARGE = 2 ** 31;

/**
 * Where in a pack its objects lie, from the index file beside it: version 2 of the format, the only
 * one that git has written since 2007 (gitformat-pack(5)). Little of the file is read, and none of it
 * is kept: of a million runs it has 200 MB.
 */
export class PackIndex {
  readonly #file: number;
  /** How many names begin with a byte that is this one or smaller. */
  readonly #fanout: readonly number[];

  /** @throws Error where it is gone, or is no such file */
  constructor(path: string) {
    this.#file = openSync(path, "r");
    try {
      const head = this.#at(0, NAMES);
      if (head.toString("hex", 0, FANOUT) !== SIGNATURE_AND_VERSION_2) throw new Error("unknown");
      this.#fanout = Array.from({ length: 256 }, (_, n) => head.readUInt32BE(FANOUT + n * 4));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Ids are evenly spread, so it is nearly known where in the list one stands. */
  offsetOf(oid: Oid): number | null {
    const wanted = Buffer.from(oid, "hex");
    const first = wanted[0]!;
    let low = first === 0 ? 0 : this.#fanout[first - 1]!;
    let high = this.#fanout[first]!;
    const share = wanted.readUIntBE(1, 6) / 2 ** 48;
    let guess = low + Math.floor(share * (high - low));
    while (low < high) {
      const start = Math.max(low, guess - NAMES_AT_ONCE / 2);
      const count = Math.min(NAMES_AT_ONCE, high - start);
      const names = this.#at(NAMES + start * NAME, count * NAME);
      const order = (n: number) => wanted.compare(names, n * NAME, (n + 1) * NAME);
      if (order(0) < 0) high = start;
      else if (order(count - 1) > 0) low = start + count;
      else {
        const found = firstFrom(count, (n) => order(n) <= 0);
        return order(found) === 0 ? this.#offset(start + found) : null;
      }
      guess = (low + high) >>> 1;
    }
    return null;
  }

  close(): void {
    closeSync(this.#file);
  }

  #offset(at: number): number {
    const count = this.#fanout[255]!;
    const offset = this.#at(NAMES + count * 24 + at * 4, 4).readUInt32BE();
    if (offset < LARGE) return offset;
    return Number(this.#at(NAMES + count * 28 + (offset - LARGE) * 8, 8).readBigUInt64BE());
  }

  #at(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(this.#file, bytes, 0, length, position) !== length) throw new Error("cut off");
    return bytes;
  }
}

/** The smallest number below `count` of which something is true, as of all after it. */
function firstFrom(count: number, isTrue: (n: number) => boolean): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
