import { RedunError } from "../src/errors.ts";

const DEFAULT_LIMIT = 50;
export const NO_LIMIT = 2 ** 40;

/**
 * How many entities `--limit` lets a listing have.
 * @param isData programs read it, which get all unless they ask for less
 * @throws RedunError USAGE for what is not a count
 */
export function limitOf(limit: string | undefined, isData: boolean): number {
  return countOf(limit) ?? (isData ? NO_LIMIT : DEFAULT_LIMIT);
}

/**
 * The count that `--limit` gives.
 * @throws RedunError USAGE for what is not a count
 */
export function countOf(limit: string | undefined): number | undefined {
  if (limit === undefined) return undefined;
  const count = Number(limit);
  if (!/^\d+$/.test(limit) || !Number.isSafeInteger(count)) {
    throw new RedunError("USAGE", `--limit is "${limit}", which is not a count (0 means all).`);
  }
  return count === 0 ? NO_LIMIT : count;
}
