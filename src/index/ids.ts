/** An id as the index holds it: bytes where it is hexadecimal, text where it is foreign. */
export type StoredId = Uint8Array | string;

/** 40 or 64 lower-case hex digits become bytes; every other id stays text. */
export function storeId(id: string): StoredId {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id) ? Buffer.from(id, "hex") : id;
}

/** The id as people write it. */
export function loadId(stored: unknown): string {
  return typeof stored === "string" ? stored : Buffer.from(stored as Uint8Array).toString("hex");
}

/**
 * The ranges that hold every id with a prefix, `from` included and `to` not. SQLite orders all
 * bytes after all texts, so each kind has a range of its own.
 */
export function prefixRanges(prefix: string): { from: StoredId; to: StoredId }[] {
  const ranges: { from: StoredId; to: StoredId }[] = [{ from: prefix, to: `${prefix}\u{10ffff}` }];
  if (/^[0-9a-f]{1,64}$/.test(prefix)) {
    const from = Buffer.from(prefix.padEnd(prefix.length + (prefix.length % 2), "0"), "hex");
    // One more than 64 hex digits of the last id with this prefix: nothing sorts between them.
    const last = Buffer.from(prefix.padEnd(66, "f"), "hex");
    ranges.push({ from, to: last });
  }
  return ranges;
}

/** Tag hashes that stand one after the other, 20 bytes each, as hex digits. */
export function splitHashes(bytes: Uint8Array): string[] {
  const hex = Buffer.from(bytes).toString("hex");
  return Array.from({ length: hex.length / 40 }, (_, at) => hex.slice(at * 40, at * 40 + 40));
}
