import { decodedInstance } from "./codecs.ts";
import { structureOf } from "./structures.ts";
import { ErrorValue, Fields, Float, isPlainArray, isPlainObject, setOwn, Tagged } from "./value.ts";

/**
 * A value from a record as user code expects it: 1.0 is the number 1, errors are Errors, maps
 * are objects. Containers are copied; everything else is passed on as it is.
 * The value must be a tree, as every value from a record is.
 */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Float) return value.value;
  if (isPlainArray(value)) return value.map(plain);
  if (isPlainObject(value)) return object(Object.entries(value));
  if (value instanceof Fields) return object(value.entries);
  if (value instanceof Set) return new Set([...value].map(plain));
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [plain(k), plain(v)]));
  if (value instanceof ErrorValue) return error(value);
  if (value instanceof Tagged) {
    if (value.tag === "undefined") return undefined;
    return structureOf(value, plain) ?? instance(value) ?? value;
  }
  return value;
}

/** Where its class has a codec. */
function instance({ tag, value }: Tagged): unknown {
  if (tag !== "instance" || typeof value !== "object" || value === null) return undefined;
  const { class: name, value: encoded } = value as { class?: unknown; value?: unknown };
  try {
    return typeof name === "string" ? decodedInstance(name, plain(encoded))?.instance : undefined;
  } catch {
    return undefined;
  }
}

function object(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries) setOwn(result, key, plain(value));
  return result;
}

/** JavaScript's own: code may ask `error instanceof TypeError`. */
const OWN_CLASSES = [
  ...[AggregateError, EvalError, RangeError, ReferenceError],
  ...[SyntaxError, TypeError, URIError],
];

function error({ name, message, stack, more }: ErrorValue): Error {
  const { cause, errors, properties } = more;
  const result = new Error(message);
  const own = OWN_CLASSES.find((one) => one.name === name);
  if (own) Object.setPrototypeOf(result, own.prototype);
  const hidden = { enumerable: false, configurable: true, writable: true };
  for (const [key, value] of Object.entries({ name, stack, cause, errors })) {
    if (value === undefined && key !== "stack") continue;
    // Of an error of the language, and most others, it is the prototype's.
    if (key === "name" && value === result.name) continue;
    Object.defineProperty(result, key, { value: plain(value), ...hidden });
  }
  for (const [key, value] of Object.entries(properties ?? {})) setOwn(result, key, plain(value));
  return result;
}
