import { RedunError } from "../errors.ts";
import {
  Float,
  integer,
  isPlainArray,
  isPlainObject,
  setOwn,
  type TagValue,
} from "../value/value.ts";
import { MAX_JSON_DEPTH } from "./python-json.ts";

/**
 * Checks that what a program gives as a tag's value is JSON, and copies it, so that later changes
 * of the object do not change the tag. Bigints become numbers where that is exact; undefined
 * properties are dropped, as JSON drops them. NaN and infinities are allowed, as in Python.
 * @throws RedunError BAD_VALUE naming the key and the part that is not JSON
 */
export function tagValueOf(value: unknown, key: string): TagValue {
  return copy(value, key, []);
}

function copy(value: unknown, path: string, around: readonly object[]): TagValue {
  if (typeof value === "object" && value !== null) return copyObject(value, path, around);
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return integer(value);
    case "undefined":
      throw refused(path, "undefined");
    case "symbol":
    case "function":
      throw refused(path, `a ${typeof value}`);
    default:
      return null;
  }
}

function copyObject(value: object, path: string, around: readonly object[]): TagValue {
  if (value instanceof Float) return value;
  if (around.includes(value)) throw refused(path, "part of itself");
  if (around.length >= MAX_JSON_DEPTH)
    throw refused(path, `nested more than ${MAX_JSON_DEPTH} deep`);
  const inside = [...around, value];
  if (isPlainArray(value)) {
    return Array.from(value, (item, i) => copy(item, `${path}[${i}]`, inside));
  }
  if (!isPlainObject(value)) throw refused(path, kindOf(value));
  const map: Record<string, TagValue> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) setOwn(map, name, copy(item, path + step(name), inside));
  }
  return map;
}

/** How a property is reached in source text: `.name` or `["any text"]`. */
function step(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return "an instance of a class that extends Array";
  const name = value.constructor?.name;
  if (name === "Promise") return "a Promise (was an await forgotten?)";
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "not a plain object";
}

function refused(path: string, what: string): RedunError {
  return new RedunError(
    "BAD_VALUE",
    `tag '${path}' is ${what}; tags hold JSON values (null, booleans, numbers, strings, arrays, plain objects)`,
    "Convert it before tagging: a Date to its toISOString(), a Map to an object, a Set to an array.",
  );
}
