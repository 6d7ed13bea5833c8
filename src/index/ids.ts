import { compareCodePoints } from "../value/code-points.ts";

/** An id as the index holds it: bytes where it is hexadecimal, text where it is foreign. */
export type StoredId = Uint8Array | string;

/** 40 or 64 lower-case hex digits become bytes; every other id stays text. */
export function storeId(id: string): StoredId {
  return isHexId(id) ? Buffer.from(id, "hex") : id;
}

/** The id as people write it. */
export function loadId(stored: unknown): string {
  if (typeof stored === "string") return stored;
  const { buffer, byteOffset, byteLength } = stored as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

/** Whether an id has the form of a git object's; all others are foreign. */
export function isHexId(id: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);
}

/** The order that SQLite gives stored ids: foreign ones first, each kind by its bytes. */
export function compareIds(a: string, b: string): number {
  const isHex = isHexId(a);
  return isHex === isHexId(b) ? compareCodePoints(a, b) : isHex ? 1 : -1;
}

/** Tag hashes that stand one after the other, 20 bytes each, as hex digits. */
export function splitHashes(bytes: Uint8Array): string[] {
  const hex = Buffer.from(bytes).toString("hex");
  return Array.from({ length: hex.length / 40 }, (_, at) => hex.slice(at * 40, at * 40 + 40));
}

/** Pair numbers in a few bytes: seven bits a byte, the highest bit set on all but a number's last. */
export function packNumbers(numbers: readonly number[]): Uint8Array | null {
  if (numbers.length === 0) return null;
  const bytes: number[] = [];
  for (let n of numbers) {
    for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
    bytes.push(n);
  }
  return Uint8Array.from(bytes);
}

export function unpackNumbers(bytes: Uint8Array | null): number[] {
  const numbers: number[] = [];
  let n = 0;
  let unit = 1;
  for (const byte of bytes ?? []) {
    n += (byte & 127) * unit;
    unit *= 128;
    if (byte > 127) continue;
    numbers.push(n);
    n = 0;
    unit = 1;
  }
  return numbers;
}
