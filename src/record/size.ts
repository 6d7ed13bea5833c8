import { RedunError } from "../errors.ts";

/**
 * The most bytes of a record's file: more cannot be the 67,108,864 UTF-16 code units that a reader
 * takes (docs/format.md, section 13).
 */
export const MAX_RECORD_BYTES = 3 * 2 ** 26;

/** The most bytes that are written: a text has never fewer of them than UTF-16 code units. */
export const MAX_WRITTEN_BYTES = 2 ** 26;

/** The most tags, or edits of tags, in one record. */
export const MAX_RECORD_TAGS = 2 ** 19;

/** Why a file of this many bytes is not a record. */
export function recordTooLarge(size: number): string {
  return `It has ${size} bytes, and a record has ${MAX_RECORD_BYTES} at most.`;
}

/**
 * Millions of tags in one record would take gigabytes of memory: they are counted before it is decoded.
 * @throws RedunError BAD_RECORD
 */
// biome-ignore lint/suspicious/noExplicitAny: it has passed no schema yet
export function assertFewTags(raw: any): void {
  const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
  const inList = (list: unknown): number =>
    Array.isArray(list) ? list.reduce((sum, one) => sum + count(one?.tags), 0) : 0;
  const tags = count(raw?.tags) + count(raw?.edits) + inList(raw?.jobs) + inList(raw?.tagged);
  if (tags <= MAX_RECORD_TAGS) return;
  throw new RedunError("BAD_RECORD", `It has ${tags} tags, of at most ${MAX_RECORD_TAGS}.`);
}
