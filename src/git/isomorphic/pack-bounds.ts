/**
 * A pack as a remote sent it, looked at before it is stored: without git it is unpacked in memory, and
 * a few bytes may stand for gigabytes. Of the format see gitformat-pack(5).
 */
import { inflateSync } from "node:zlib";
import { MAX_RECORD_BYTES } from "../../record/size.ts";

/** A pack of more bytes is not taken: it is held in memory whole. */
export const MAX_PACK_BYTES = 2 ** 29;
const MAX_OBJECTS = 1_000_000;
/** Bytes of all objects, unpacked. */
const MAX_UNPACKED = 2 ** 32;
/** Bytes that are made where each object is unpacked anew, and what it is a delta of. */
const MAX_WORK = 2 ** 36;
/** Deltas of deltas: git makes no more. */
const MAX_CHAIN = 4095;
/** Deltas that name their base by its id. We ask for none, and how long their chains are is not told. */
const MAX_BY_ID = 4095;
/** Instructions of one delta, each of which takes some hundred bytes while it is followed. */
const MAX_INSTRUCTIONS = 2 ** 20;

const HEADER = 12;
const CHECKSUM = 20;
const OFS_DELTA = 6;
const REF_DELTA = 7;

/** What is wrong with a pack, as one sentence; null where it can be unpacked. */
export function packProblem(pack: Buffer): string | null {
  try {
    return new PackReader(pack).problem();
  } catch {
    return "It is no pack of git's, or damaged.";
  }
}

interface Entry {
  /** Deltas below it. */
  readonly depth: number;
  /** Bytes to make it, and all that it is made of. */
  readonly work: number;
}

class PackReader {
  readonly #pack: Buffer;
  #at = HEADER;

  constructor(pack: Buffer) {
    this.#pack = pack;
  }

  /** @throws Error where it is no pack */
  problem(): string | null {
    const pack = this.#pack;
    const count = pack.readUInt32BE(8);
    if (count > MAX_OBJECTS) return `It has ${count} objects, of at most ${MAX_OBJECTS}.`;
    const entries = new Map<number, Entry>();
    let [unpacked, work, byId] = [0, 0, 0];
    for (let left = count; left > 0; left--) {
      const start = this.#at;
      const { type, size } = this.#head();
      const base = type === OFS_DELTA ? entries.get(start - this.#back()) : undefined;
      if (type === OFS_DELTA && !base) throw new Error("a delta of nothing");
      if (type === REF_DELTA) this.#at += 20;
      if (type === REF_DELTA && ++byId > MAX_BY_ID) {
        return `More than ${MAX_BY_ID} of its objects are deltas of what is named by its id.`;
      }
      if (size > MAX_RECORD_BYTES) return tooLarge(size);
      const bytes = this.#inflate(size);
      let result = size;
      if (type === OFS_DELTA || type === REF_DELTA) {
        const made = deltaResult(bytes);
        if (typeof made === "string") return made;
        result = made;
      }
      const entry = { depth: (base?.depth ?? 0) + 1, work: (base?.work ?? 0) + size + result };
      entries.set(start, entry);
      unpacked += result;
      work += entry.work;
      if (entry.depth > MAX_CHAIN) return `It has more than ${MAX_CHAIN} deltas of one another.`;
      if (unpacked > MAX_UNPACKED || work > MAX_WORK) {
        return `Unpacked it has more than ${MAX_UNPACKED} bytes.`;
      }
    }
    return this.#at + CHECKSUM === pack.length ? null : "It is longer than it says.";
  }

  #byte(): number {
    return this.#pack.readUInt8(this.#at++);
  }

  #head(): { type: number; size: number } {
    let byte = this.#byte();
    const type = (byte >> 4) & 7;
    let size = byte & 15;
    for (let factor = 16; byte & 128; factor *= 128) {
      byte = this.#byte();
      size += (byte & 127) * factor;
    }
    return { type, size };
  }

  /** How many bytes before an object its base begins. */
  #back(): number {
    let byte = this.#byte();
    let back = byte & 127;
    while (byte & 128) {
      byte = this.#byte();
      back = (back + 1) * 128 + (byte & 127);
    }
    return back;
  }

  #inflate(size: number): Buffer {
    const deflated = this.#pack.subarray(this.#at, this.#pack.length - CHECKSUM);
    // More than it says cannot come out.
    const options = { info: true, maxOutputLength: Math.max(size, 1) };
    const { buffer, engine } = inflateSync(deflated, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    if (buffer.length !== size) throw new Error("of another size than it says");
    this.#at += engine.bytesWritten;
    return buffer;
  }
}

/** Bytes that come of a delta, or what is wrong with it. */
function deltaResult(delta: Buffer): number | string {
  let at = 0;
  const size = (): number => {
    let sum = 0;
    let byte = 128;
    for (let factor = 1; byte & 128; factor *= 128) {
      byte = delta.readUInt8(at++);
      sum += (byte & 127) * factor;
    }
    return sum;
  };
  const base = size();
  const result = size();
  if (Math.max(base, result) > MAX_RECORD_BYTES) return tooLarge(Math.max(base, result));
  let made = 0;
  for (let count = 0; at < delta.length; count++) {
    if (count === MAX_INSTRUCTIONS) return `A delta has more than ${count} instructions.`;
    const instruction = delta.readUInt8(at++);
    made += instruction & 128 ? copied(instruction) : instruction;
    if (!(instruction & 128)) at += instruction;
  }
  if (made !== result) throw new Error("not what it says");
  return result;

  /** Bytes that an instruction copies; goes after its operands. */
  function copied(instruction: number): number {
    for (let bit = 1; bit < 16; bit *= 2) if (instruction & bit) at++;
    let length = 0;
    for (let [bit, factor] = [16, 1]; bit < 128; bit *= 2, factor *= 256) {
      if (instruction & bit) length += delta.readUInt8(at++) * factor;
    }
    return length || 0x10000;
  }
}

function tooLarge(size: number): string {
  return `An object of it has ${size} bytes, of at most ${MAX_RECORD_BYTES}.`;
}
