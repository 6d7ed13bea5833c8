/** JSON as it comes from the server: what an answer becomes on the way, and reading it without loss. */
import { Float, type TagValue } from "../../../src/value/value.ts";

/** A type as JSON holds it: dates are texts, maps are objects. */
export type Wire<T> = T extends TagValue | undefined
  ? T
  : T extends Date
    ? string
    : T extends ReadonlyMap<infer _, infer Value>
      ? { readonly [key: string]: Wire<Value> }
      : T extends object
        ? { readonly [Key in keyof T]: Wire<T[Key]> }
        : T;

/**
 * JSON, with numbers as they were written: an integer of many digits is a `bigint`, and 1.0 a `Float`.
 * A browser that does not tell how a number was written makes plain numbers of them.
 */
export function parseWire(text: string): unknown {
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

function exact(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  const { source } = context;
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return Number.isSafeInteger(value) ? new Float(value) : value;
}
