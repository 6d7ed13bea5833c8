/** What a list has in addition to its items: the index of a `match`, the columns of a table. */
import { inspect } from "node:util";

/** A name that is an item's index. */
export const INDEX = /^(?:0|[1-9][0-9]{0,9})$/;

/** Whether a list or typed array has properties in addition to its items, symbols included; of a long one, enumerable ones. */
export function hasMore(list: readonly unknown[] | ArrayBufferView): boolean {
  const { length } = list as readonly unknown[];
  // Listing the names of a million items takes as long as writing them; this asks for the others alone.
  if (length > SHORT) return !/ more items\s*\]$/.test(inspect(list, OTHERS));
  const keys = Reflect.ownKeys(list);
  // Items come first, then properties as they were made: of a list its length, and others.
  return ArrayBuffer.isView(list) ? keys.length > length : keys.at(-1) !== "length";
}

/** Those that have names. */
export function moreOf(list: readonly unknown[]): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(list).filter((key) => !INDEX.test(key));
  const all = list as unknown as Record<string, unknown>;
  return Object.fromEntries(names.filter((key) => key !== "length").map((key) => [key, all[key]]));
}

const SHORT = 100;

/** All that a program could have other defaults for. */
const OTHERS = {
  maxArrayLength: 0,
  depth: 0,
  colors: false,
  customInspect: false,
  numericSeparator: false,
  showHidden: false,
};
