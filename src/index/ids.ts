import { createHash } from "node:crypto";

/** An id as the index holds it: bytes where it is hexadecimal, text where it is foreign. */
export type StoredId = Uint8Array | string;

/** Digits of an id that its name holds: 48 bits, which a number holds exactly. */
const PREFIX_DIGITS = 12;

/** 40 or 64 lower-case hex digits become bytes; every other id stays text. */
export function storeId(id: string): StoredId {
  return isHexId(id) ? Buffer.from(id, "hex") : id;
}

/** The id as people write it. */
export function loadId(stored: unknown): string {
  return typeof stored === "string" ? stored : Buffer.from(stored as Uint8Array).toString("hex");
}

function isHexId(id: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);
}

/**
 * The first 12 digits of an id as a number. A foreign id (a UUID of redun) gives its own first
 * digits where it begins with so many, dashes left out; any other text those of its hash.
 */
export function namePrefix(id: string): number {
  const digits = id.replaceAll("-", "").slice(0, PREFIX_DIGITS);
  if (/^[0-9a-f]{12}$/.test(digits)) return Number.parseInt(digits, 16);
  return Number.parseInt(createHash("sha1").update(id).digest("hex").slice(0, PREFIX_DIGITS), 16);
}

/** The names that an id with this beginning may have: `from` included, `to` not. */
export function prefixRange(beginning: string): { from: number; to: number } {
  const digits = beginning.replaceAll("-", "").slice(0, PREFIX_DIGITS);
  if (!/^[0-9a-f]+$/.test(digits)) {
    const exact = namePrefix(beginning);
    return { from: exact, to: exact + 1 };
  }
  const from = Number.parseInt(digits.padEnd(PREFIX_DIGITS, "0"), 16);
  return { from, to: from + 16 ** (PREFIX_DIGITS - digits.length) };
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
