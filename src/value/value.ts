/**
 * The values that records hold: what arguments, results and tags are made of.
 *
 * Plain JavaScript as far as it goes: null, undefined (recorded as null; an undefined property is
 * dropped), boolean, string, number, bigint, arrays, plain objects, Date, Uint8Array, Set, Map,
 * Error. The classes here are what JavaScript lacks.
 *
 * A number that is a safe integer (and not -0) is an *int*; any other number is a *float*.
 */

/**
 * What a tag may hold: JSON, with Python's distinction between 1 and 1.0, and integers of any size.
 */
export type TagValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | Float
  | readonly TagValue[]
  | { readonly [key: string]: TagValue };

/** True for the numbers that stand for an integer: safe ones, without -0. */
export function isInt(n: number): boolean {
  return Number.isSafeInteger(n) && !Object.is(n, -0);
}

/** A float whose value is a safe integer: 1.0, which JavaScript cannot tell from 1. */
export class Float {
  readonly value: number;

  /** @throws TypeError for numbers that are floats by themselves: see `float` */
  constructor(value: number) {
    if (!isInt(value)) throw new TypeError(`${value} is a float by itself; use float(n)`);
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return `${this.value}.0`;
  }

  toJSON(): number {
    return this.value;
  }
}

/**
 * The model's form of a float: `Float` for 1.0, the number itself for 3.2.
 * @example
 * ```ts
 * import { Float, float, openLog } from "redun-git";
 *
 * console.log(float(1) instanceof Float, float(3.2));
 * const log = await openLog();
 * await log.addTags("-", { score: float(1) }); // score=1.0, as a Python program writes it
 * await log.close();
 * ```
 */
export function float(n: number): Float | number {
  return isInt(n) ? new Float(n) : n;
}

/**
 * The model's form of an integer: a number where that is exact, else a bigint.
 * A text must be decimal digits, with or without a minus.
 */
export function integer(source: string | bigint): number | bigint {
  if (typeof source === "string" && source.length < 16 && source !== "") {
    const n = Number(source);
    if (Number.isSafeInteger(n)) return n + 0;
  }
  const big = BigInt(source);
  return isSafe(big) ? Number(big) : big;
}

/** True when a bigint has an exact number. */
export function isSafe(big: bigint): boolean {
  return big <= 9007199254740991n && big >= -9007199254740991n;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A point in time as our own records write it, in UTC: 2026-11-22T09:43:43.512Z, unquoted. */
export class Timestamp {
  readonly iso: string;

  /** @throws TypeError for any other form, and for days and hours that do not exist */
  constructor(iso: string) {
    if (!isTimestamp(iso)) throw new TypeError(`Not a YYYY-MM-DDTHH:MM:SS.mmmZ time: ${iso}`);
    this.iso = iso;
  }

  toString(): string {
    return this.iso;
  }

  toJSON(): string {
    return this.iso;
  }
}

/** True for exactly YYYY-MM-DDTHH:MM:SS.mmmZ, years 0001 to 9999, of a moment that exists. */
export function isTimestamp(text: string): boolean {
  if (text.length !== 24 || text.charCodeAt(10) !== 0x54 || text.charCodeAt(23) !== 0x5a) {
    return false;
  }
  const separators =
    text[4] === "-" && text[7] === "-" && text[13] === ":" && text[16] === ":" && text[19] === ".";
  if (!separators) return false;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1]!)) {
    return false;
  }
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) {
    return false;
  }
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  return hour <= 23 && minute <= 59 && second <= 59 && digits(text, 20, 23) >= 0;
}

/** The number that text[from, to) spells in digits, or NaN: every comparison with NaN is false. */
function digits(text: string, from: number, to: number): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const d = text.charCodeAt(i) - 48;
    if (d < 0 || d > 9) return Number.NaN;
    n = n * 10 + d;
  }
  return n;
}

/** A value that is kept in its own file, or of which only the hash is kept: `!value <id>`. */
export class StoredValue {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }
}

/** What an error may have in addition to its name, message and stack. All but `class` are `undefined` where it has none. */
export interface ErrorMore {
  /** The name of its class, where that is not its own name. */
  readonly class?: string | undefined;
  /** Its cause; any value. */
  readonly cause?: unknown;
  /** The errors of an AggregateError. */
  readonly errors?: readonly unknown[] | undefined;
  /** Its other own properties, such as `code`. */
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** The keys of `ErrorMore` in the order in which records have them. */
export const ERROR_MORE = ["class", "cause", "errors", "properties"] as const;

/** An error as a record holds it. `plain` makes a real Error of it. */
export class ErrorValue {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly more: ErrorMore;

  constructor(name: string, message: string, stack?: string, more: ErrorMore = {}) {
    this.name = name;
    this.message = message;
    this.stack = stack;
    this.more = more;
  }
}

/**
 * What the id of a thrown error covers: where it and its causes were thrown differs by machine. Other
 * values as they are.
 */
export function withoutStack(value: unknown): unknown {
  if (!(value instanceof ErrorValue)) return value;
  const { name, message, more } = value;
  const { cause, errors } = more;
  return new ErrorValue(name, message, undefined, {
    ...more,
    ...(cause !== undefined && { cause: withoutStack(cause) }),
    ...(errors !== undefined && { errors: errors.map(withoutStack) }),
  });
}

/**
 * A node with any other YAML tag, such as `!file {...}` or `!opaque text`, so that what a newer
 * version wrote survives being read and written again.
 */
export class Tagged {
  readonly tag: string;
  readonly value: unknown;

  /** @throws TypeError for a tag that is not a plain word, or a value that has a tag of its own */
  constructor(tag: string, value: unknown) {
    if (!isTagName(tag)) throw new TypeError(`Not a tag name: ${JSON.stringify(tag)}`);
    if (hasOwnTag(value))
      throw new TypeError(`!${tag}: a YAML node has one tag, and the value has`);
    this.tag = tag;
    this.value = value;
  }
}

/**
 * The properties of an object without a prototype, as parsers like to make them, from its `!object`; undefined of
 * any other value, and where it has symbols.
 */
export function bareProperties(value: Tagged): Readonly<Record<string, unknown>> | undefined {
  const content = value.value as Readonly<Record<string, unknown>> | null;
  if (value.tag !== "object" || content?.prototype !== null || "symbols" in content)
    return undefined;
  const { properties } = content;
  const isMap = typeof properties === "object" && properties !== null && isPlainObject(properties);
  return isMap ? properties : undefined;
}

/** True for the tags that we read and write: letters, digits, `-` and `_`, a letter first. */
export function isTagName(tag: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(tag);
}

function hasOwnTag(value: unknown): boolean {
  if (typeof value === "bigint") return isSafe(value);
  if (typeof value === "function" || typeof value === "symbol") return true;
  if (typeof value !== "object" || value === null) return false;
  const own = value instanceof Float || value instanceof Timestamp || value instanceof Fields;
  return !own && !isPlainArray(value) && !isPlainObject(value);
}

/** A map whose order of keys is ours, not the alphabet's. Undefined values are dropped. */
export class Fields {
  readonly entries: readonly (readonly [string, unknown])[];

  constructor(entries: readonly (readonly [string, unknown])[]) {
    this.entries = entries;
  }
}

/**
 * A scalar followed by a comment, which plain readers skip: `8a7f1c  # env=dev`.
 * Comments are for people who read a diff; no record's meaning depends on one.
 */
export class Remark {
  readonly value: string | number | boolean | null;
  readonly comment: string;

  constructor(value: string | number | boolean | null, comment: string) {
    this.value = value;
    this.comment = comment;
  }
}

/** True for `{}` and `Object.create(null)`, not for instances of classes. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** True for arrays, not for instances of a class that extends Array. */
export function isPlainArray(value: object): value is unknown[] {
  return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** Sets an own property, `__proto__` included. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === "__proto__") {
    const descriptor = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(target, key, descriptor);
  } else {
    (target as Record<string, unknown>)[key] = value;
  }
}
