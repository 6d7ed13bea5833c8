import { builtinForm } from "../../src/value/builtins.ts";
import { opaqueText, withoutIdentity } from "../../src/value/opaque.ts";
import { INVISIBLE } from "../../src/value/shown-text.ts";
import {
  bareProperties,
  ErrorValue,
  Fields,
  Float,
  StoredValue,
  Tagged,
} from "../../src/value/value.ts";

/**
 * Strict JSON on one line, of what a record holds as well. Integers of any size keep their digits and
 * 1.0 its point; NaN and the infinities, which JSON lacks, become texts; dates, bytes and the like
 * become what they print as, and what throws when it is looked at says what it is. A `Map` whose keys are not all text is a list of pairs.
 */
export function jsonText(value: unknown, around: readonly unknown[] = []): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Float) return value.toString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    return Number.isFinite(value) ? (Object.is(value, -0) ? "-0.0" : String(value)) : `"${value}"`;
  }
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "object") return textJson(String(value));
  if (around.includes(value)) return `"[Circular]"`;
  try {
    return objectJson(value, (part) => jsonText(part, [...around, value]));
  } catch (error) {
    // One that is nested too deep is not shown as if it were whole.
    if (error instanceof RangeError) throw error;
    return textJson(`<${withoutIdentity(opaqueText(value))}>`);
  }
}

function objectJson(value: object, inside: (part: unknown) => string): string {
  const list = (parts: Iterable<unknown>) => `[${Array.from(parts, inside).join(",")}]`;
  const map = (entries: Iterable<readonly [string, unknown]>) => {
    const given = [...entries].filter(([, part]) => part !== undefined);
    return `{${given.map(([key, part]) => `${textJson(key)}:${inside(part)}`).join(",")}}`;
  };
  if (Array.isArray(value) || value instanceof Set) return list(value);
  if (value instanceof Map) return hasTextKeys(value) ? map(value) : list(value);
  if (value instanceof Fields) return map(value.entries);
  if (value instanceof Uint8Array) return textJson(Buffer.from(value).toString("base64"));
  if (value instanceof StoredValue)
    return map([
      ["_type", "Value"],
      ["id", value.id],
    ]);
  if (value instanceof ErrorValue) {
    return map(Object.entries({ name: value.name, message: value.message, ...value.more }));
  }
  if (value instanceof Error)
    return map(Object.entries({ name: value.name, message: value.message }));
  if ("toJSON" in value && typeof value.toJSON === "function") return inside(value.toJSON());
  const bare = value instanceof Tagged && bareProperties(value);
  if (bare) return inside(bare);
  const form = builtinForm(value);
  if (form) return inside(form.tag === "boxed" ? (form.content as unknown[])[0] : form.content);
  return map(Object.entries(value));
}

function hasTextKeys(map: Map<unknown, unknown>): map is Map<string, unknown> {
  return [...map.keys()].every((key) => typeof key === "string");
}

const UNSAFE = new RegExp(`[${INVISIBLE}]`, "g");

/** A JSON string that may be printed on a terminal: what would act on it is escaped as well. */
function textJson(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
