/** Lists and objects of which a plain list or map would not say all: what their tags say, and they themselves made of that. */
import { sortedKeys } from "./code-points.ts";
import { INDEX, moreOf } from "./list-properties.ts";
import { isPlainArray, isPlainObject, setOwn, Tagged } from "./value.ts";

/** Of a list with holes that is made again: code goes through it by its indexes. */
const MOST_ITEMS = 16_777_216;

type Make = (part: unknown) => unknown;

/** A list with holes or properties as its `!sparse-list`, with what `form` gives for each part. */
export function sparseForm(list: readonly unknown[], form: Make): Tagged {
  const indexes = Object.keys(list).filter((key) => INDEX.test(key));
  const properties = Object.entries(moreOf(list)).map(([key, part]) => [key, form(part)] as const);
  return new Tagged("sparse-list", {
    items: indexes.map((key) => [Number(key), form(list[Number(key)])]),
    length: list.length,
    ...(properties.length > 0 && { properties: record(properties) }),
  });
}

/** An object with symbols among its keys, or without a prototype, as its `!object`. */
export function objectForm(object: Readonly<Record<PropertyKey, unknown>>, form: Make): Tagged {
  const keys = sortedKeys(object);
  const symbols = Object.getOwnPropertySymbols(object);
  return new Tagged("object", {
    properties: record(keys.map((key) => [key, form(object[key])] as const)),
    ...(Object.getPrototypeOf(object) === null && { prototype: null }),
    ...(symbols.length > 0 && { symbols: symbols.map((key) => [key, form(object[key])]) }),
  });
}

/** What a `!sparse-list` or `!object` stands for, with what `make` gives for each part; undefined of any other tag or content. */
export function structureOf({ tag, value }: Tagged, make: Make): object | undefined {
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return undefined;
  if (tag === "sparse-list") return sparseList(value, make);
  return tag === "object" ? object(value, make) : undefined;
}

function sparseList(
  { items, length, properties = {} }: Readonly<Record<string, unknown>>,
  make: Make,
): unknown[] | undefined {
  if (typeof length !== "number" || !Number.isInteger(length)) return undefined;
  if (length < 0 || length > MOST_ITEMS || !isPairs(items) || !isMap(properties)) return undefined;
  const isIndex = (at: unknown) => Number.isInteger(at) && (at as number) >= 0;
  if (!items.every(([at]) => isIndex(at) && (at as number) < length)) return undefined;
  if (Object.keys(properties).some((key) => INDEX.test(key) || key === "length")) return undefined;
  const list: unknown[] = [];
  list.length = length;
  for (const [at, item] of items) list[at as number] = make(item);
  for (const [key, part] of Object.entries(properties)) setOwn(list, key, make(part));
  return list;
}

function object(content: Readonly<Record<string, unknown>>, make: Make): object | undefined {
  const { properties, prototype, symbols = [] } = content;
  if (!isMap(properties) || !isPairs(symbols)) return undefined;
  if (prototype !== undefined && prototype !== null) return undefined;
  if (!symbols.every(([key]) => typeof key === "symbol")) return undefined;
  const entries = Object.entries(properties).map(([key, part]) => [key, make(part)] as const);
  const made = record(entries);
  for (const [key, part] of symbols) made[key as symbol] = make(part);
  return prototype === null ? Object.setPrototypeOf(made, null) : made;
}

function record(entries: Iterable<readonly [string, unknown]>): Record<PropertyKey, unknown> {
  const made: Record<PropertyKey, unknown> = {};
  for (const [key, part] of entries) setOwn(made, key, part);
  return made;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && isPlainObject(value);
}

function isPairs(value: unknown): value is readonly (readonly [unknown, unknown])[] {
  if (typeof value !== "object" || value === null || !isPlainArray(value)) return false;
  return value.every((pair) => Array.isArray(pair) && pair.length === 2);
}
