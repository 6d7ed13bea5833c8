import { RedunError } from "../errors.ts";
import { clip } from "../value/shown-text.ts";
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
 * @throws RedunError BAD_VALUE naming the key and the part that is not JSON; BAD_TAG for one with more
 * values than a tag's text has characters
 */
export function tagValueOf(value: unknown, key: string): TagValue {
  if (typeof value !== "object" || value === null) return scalar(value, key);
  const { copy, count } = new Copier().object(value, key, []);
  if (count > MAX_TAG) throw tagTooLarge(key, `more than ${MAX_TAG}`);
  return copy;
}

/** Characters of a tag's key and the JSON of its value. Sets of tags may be larger. */
export const MAX_TAG = 1 << 24;

/** @param characters how many the tag has */
export function tagTooLarge(key: string, characters: string): RedunError {
  return new RedunError(
    "BAD_TAG",
    `The tag ${JSON.stringify(clip(key, 60))} has ${characters} characters, of at most ${MAX_TAG}.`,
    "A tag is to find something by. Return a large value from a task, or write it to a file.",
  );
}

interface Copy {
  readonly copy: TagValue;
  /** Values in it, with what stands in several places counted in each, and levels of nesting. */
  readonly count: number;
  readonly height: number;
}

class Copier {
  /** What stands in many places is copied once: 20 levels of two each would be a million copies. */
  private readonly known = new Map<object, Copy>();

  object(value: object, path: string, around: readonly object[]): Copy {
    if (value instanceof Float) return { copy: value, count: 1, height: 0 };
    if (around.includes(value)) throw refused(path, "part of itself");
    const known = this.known.get(value);
    if (around.length + (known?.height ?? 1) > MAX_JSON_DEPTH) {
      throw refused(path, `nested more than ${MAX_JSON_DEPTH} deep`);
    }
    if (known) return known;
    const made = this.container(value, path, [...around, value]);
    this.known.set(value, made);
    return made;
  }

  private container(value: object, path: string, inside: readonly object[]): Copy {
    let [count, height] = [1, 0];
    const part = (item: unknown, at: string): TagValue => {
      if (typeof item !== "object" || item === null) {
        count++;
        return scalar(item, path + at);
      }
      const made = this.object(item, path + at, inside);
      count += made.count;
      height = Math.max(height, made.height);
      return made.copy;
    };
    if (isPlainArray(value)) {
      const copy = Array.from(value, (item, i) => part(item, `[${i}]`));
      return { copy, count, height: height + 1 };
    }
    if (!isPlainObject(value)) throw refused(path, kindOf(value));
    const map: Record<string, TagValue> = {};
    for (const [name, item] of Object.entries(value)) {
      if (item !== undefined) setOwn(map, name, part(item, step(name)));
    }
    return { copy: map, count, height: height + 1 };
  }
}

function scalar(value: unknown, path: string): TagValue {
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
