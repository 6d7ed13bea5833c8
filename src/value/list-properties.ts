/** What a list has in addition to its items: the index of a `match`, the columns of a table. */
import { inspect } from "node:util";

/** A name that is an item's index. */
export const INDEX = /^(?:0|[1-9][0-9]{0,9})$/;

/** Whether a list has properties in addition to its items, symbols included; of a long one, enumerable ones. */
export function hasMore(list: readonly unknown[]): boolean {
  // Items come first, then properties as they were made: the length, and others.
  if (list.length <= SHORT) return Reflect.ownKeys(list).at(-1) !== "length";
  // Listing the names of a million items takes as long as writing them; this asks for the others alone.
  plainText ??= inspect(Array(SHORT + 1).fill(0), OTHERS);
  return inspect(list, OTHERS) !== plainText.replace(String(SHORT + 1), String(list.length));
}

/** Those that have names. */
export function moreOf(list: readonly unknown[]): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(list).filter((key) => !INDEX.test(key));
  const all = list as unknown as Record<string, unknown>;
  return Object.fromEntries(names.filter((key) => key !== "length").map((key) => [key, all[key]]));
}

const SHORT = 100;
let plainText: string | undefined;

/** All that a program could have other defaults for. */
const OTHERS = {
  maxArrayLength: 0,
  depth: 0,
  colors: false,
  customInspect: false,
  numericSeparator: false,
  showHidden: false,
};
