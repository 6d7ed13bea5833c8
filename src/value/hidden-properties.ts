/** Properties that someone gave an object of JavaScript's own, and that its written form does not say. */
import { isNativeError } from "node:util/types";
import { hasMore } from "./list-properties.ts";
import { ErrorValue, isPlainObject } from "./value.ts";

/**
 * Whether there are such. Of a plain object these are properties that are not enumerable; of an error, symbols that are (Node
 * gives its own errors hidden ones); of any other, all that a new one lacks. A list says all that it has.
 */
export function hasHidden(value: object): boolean {
  if (isPlainObject(value)) return Reflect.ownKeys(value).length > countEnumerable(value);
  if (value instanceof ErrorValue) return false;
  if (value instanceof Error || isNativeError(value)) return enumerableSymbols(value) > 0;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return hasMore(value);
  const count = Reflect.ownKeys(value).length;
  // A wrapped text has its characters.
  if (value instanceof String) return count > value.length + 1;
  return count > countOfNew(Object.getPrototypeOf(value));
}

function countEnumerable(value: object): number {
  return Object.keys(value).length + enumerableSymbols(value);
}

function enumerableSymbols(value: object): number {
  const isEnumerable = Object.prototype.propertyIsEnumerable;
  return Object.getOwnPropertySymbols(value).filter((key) => isEnumerable.call(value, key)).length;
}

/** What Node's versions keep in properties of a URL, and the language in those of a pattern. */
function countOfNew(prototype: object): number {
  counts ??= new Map(
    [/a/, new URL("a:b"), new URLSearchParams()].map((one) => {
      return [Object.getPrototypeOf(one) as object, Reflect.ownKeys(one).length];
    }),
  );
  return counts.get(prototype) ?? 0;
}

let counts: Map<object, number> | undefined;
