/**
 * The most bytes of a record's file: more cannot be the 67,108,864 UTF-16 code units that a reader
 * takes (docs/format.md, section 13).
 */
export const MAX_RECORD_BYTES = 3 * 2 ** 26;

/** The most bytes that are written: a text has never fewer of them than UTF-16 code units. */
export const MAX_WRITTEN_BYTES = 2 ** 26;

/** Why a file of this many bytes is not a record. */
export function tooLarge(size: number): string {
  return `It has ${size} bytes, and a record has ${MAX_RECORD_BYTES} at most.`;
}
