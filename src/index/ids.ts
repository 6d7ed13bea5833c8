/** An id as the index holds it: bytes where it is hexadecimal, text where it is foreign. */
export type StoredId = Uint8Array | string;

/** Digits of an id that its name holds: 44 bits, and 4 more for what it is the name of. */
const PREFIX_DIGITS = 11;

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

function isHexId(id: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id);
}

/**
 * The beginning of an id as a number: its first 11 hex digits, dashes left out, so that a UUID of
 * redun is found as its users type it. Any other text gives a negative number of its first 5
 * bytes, so that the two kinds have ranges of their own.
 */
export function namePrefix(id: string): number {
  const prefix = leadingHex(id);
  if (prefix >= 0) return prefix;
  const digits = hexDigits(id);
  if (digits.length === PREFIX_DIGITS) return Number.parseInt(digits, 16);
  return textPrefix(id, 0);
}

/** The names that an id with this beginning may have: `from` included, `to` not. */
export function prefixRanges(beginning: string): { from: number; to: number }[] {
  const text = { from: textPrefix(beginning, 0), to: textPrefix(beginning, 255) + 1 };
  const digits = hexDigits(beginning);
  const isHex = digits.length === Math.min(beginning.replaceAll("-", "").length, PREFIX_DIGITS);
  if (!isHex || digits === "") return [text];
  const from = Number.parseInt(digits.padEnd(PREFIX_DIGITS, "0"), 16);
  return [{ from, to: from + 16 ** (PREFIX_DIGITS - digits.length) }, text];
}

/** The first 11 characters as a number; -1 where one of them is no hex digit. Millions are read. */
function leadingHex(id: string): number {
  let number = 0;
  for (let at = 0; at < PREFIX_DIGITS; at++) {
    const c = id.charCodeAt(at);
    if (c >= 0x30 && c <= 0x39) number = number * 16 + c - 0x30;
    else if (c >= 0x61 && c <= 0x66) number = number * 16 + c - 0x57;
    else return -1;
  }
  return number;
}

/** Up to 11 hex digits that an id begins with. */
function hexDigits(id: string): string {
  const start = id.slice(0, PREFIX_DIGITS + 4).replaceAll("-", "");
  return /^[0-9a-f]*/.exec(start)![0].slice(0, PREFIX_DIGITS);
}

/** The first 5 bytes of a text, missing ones replaced by `fill`, in order and below zero. */
function textPrefix(text: string, fill: number): number {
  const bytes = Buffer.alloc(5, fill);
  Buffer.from(text.slice(0, 5), "utf8").copy(bytes);
  return bytes.readUIntBE(0, 5) - 2 ** 40;
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
