import { File } from "../value/file.ts";
import { Dir, FileSet } from "../value/file-set.ts";
import { isPlainObject, setOwn } from "../value/value.ts";
import type { TypeShape } from "./type-shape.ts";

/** A value that is not of the type it was given for. */
export class Mismatch extends Error {
  /** The innermost value that did not fit. */
  readonly value: unknown;

  constructor(value: unknown) {
    super("the value does not fit");
    this.value = value;
  }
}

/**
 * A value that was read from a word, as a parameter of this type takes it: a whole number for a
 * bigint, a path for a `File` or `Dir`, a pattern for a `FileSet`, a text for a `Date`, a list for a `Set`, a map for a `Map`.
 * @throws Mismatch
 */
export function typedValue(shape: TypeShape, value: unknown): unknown {
  switch (shape.kind) {
    case "any":
      return value;
    case "null":
      return check(value === null, value);
    case "string":
      return check(typeof value === "string" && isOneOf(shape.oneOf, value), value);
    case "number":
      return check(typeof value === "number" && isOneOf(shape.oneOf, String(value)), value);
    case "boolean":
      return check(typeof value === "boolean" && isOneOf(shape.oneOf, String(value)), value);
    case "bigint":
      if (typeof value === "bigint") return value;
      check(Number.isSafeInteger(value), value);
      return BigInt(value as number);
    case "file":
      check(typeof value === "string" && value !== "", value);
      return new File(value as string);
    case "dir":
      check(typeof value === "string" && value !== "", value);
      return new Dir(value as string);
    case "fileset":
      check(typeof value === "string" && value !== "", value);
      return new FileSet(value as string);
    case "date":
      return dateOf(value);
    case "union":
      return memberOf(shape.members, value);
    case "list":
    case "set": {
      const items = listOf(value).map((item) => typedValue(shape.item, item));
      return shape.kind === "set" ? new Set(items) : items;
    }
    case "tuple": {
      const items = listOf(value);
      check(items.length >= shape.required, value);
      check(shape.rest !== null || items.length <= shape.items.length, value);
      return items.map((item, at) => typedValue(shape.items[at] ?? shape.rest!, item));
    }
    case "record":
    case "map": {
      const entries = Object.entries(mapOf(value));
      const typed = entries.map(([key, item]) => [key, typedValue(shape.value, item)] as const);
      return shape.kind === "map" ? new Map(typed) : objectOf(typed);
    }
    case "object":
      return typedObject(shape, mapOf(value));
  }
}

function typedObject(
  { members, others }: TypeShape & { kind: "object" },
  given: Record<string, unknown>,
): Record<string, unknown> {
  for (const [name, { optional }] of members) check(optional || Object.hasOwn(given, name), given);
  return objectOf(
    Object.entries(given).map(([name, item]) => {
      const shape = members.get(name)?.shape ?? others;
      return [name, shape ? typedValue(shape, item) : item];
    }),
  );
}

/** A member that takes the value as it is goes before one that it would have to be changed for. */
function memberOf(members: readonly TypeShape[], value: unknown): unknown {
  const typed = members.flatMap((member) => {
    try {
      return [typedValue(member, value)];
    } catch (error) {
      if (error instanceof Mismatch) return [];
      throw error;
    }
  });
  check(typed.length > 0, value);
  return typed.find((one) => one === value) ?? typed[0];
}

/** ISO 8601: a day, or a day and a time. JavaScript itself would take February 30 for March 2. */
function dateOf(value: unknown): Date {
  const pattern = /^(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;
  const day = typeof value === "string" ? pattern.exec(value)?.[1] : undefined;
  check(day !== undefined && isDay(day), value);
  const date = new Date((value as string).replace(" ", "T"));
  check(!Number.isNaN(date.getTime()), value);
  return date;
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isOneOf(allowed: readonly string[] | null, text: string): boolean {
  return !allowed || allowed.includes(text);
}

function listOf(value: unknown): unknown[] {
  check(Array.isArray(value), value);
  return value as unknown[];
}

function mapOf(value: unknown): Record<string, unknown> {
  check(typeof value === "object" && value !== null && isPlainObject(value), value);
  return value as Record<string, unknown>;
}

function objectOf(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries) setOwn(object, key, value);
  return object;
}

function check<T>(fits: boolean, value: T): T {
  if (!fits) throw new Mismatch(value);
  return value;
}
