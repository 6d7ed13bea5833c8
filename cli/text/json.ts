import { INVISIBLE } from "../../src/value/shown-text.ts";
import { Float } from "../../src/value/value.ts";

/**
 * Strict JSON on one line. Integers of any size keep their digits and 1.0 its point; NaN and the
 * infinities, which JSON lacks, become texts; dates, bytes and the like become what they print as.
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
  const inside = (part: unknown) => jsonText(part, [...around, value]);
  if (Array.isArray(value) || value instanceof Set) return `[${[...value].map(inside).join(",")}]`;
  if (value instanceof Map) return inside(Object.fromEntries(value));
  if (value instanceof Uint8Array) return textJson(Buffer.from(value).toString("base64"));
  if (value instanceof Error) return jsonText({ name: value.name, message: value.message });
  if ("toJSON" in value && typeof value.toJSON === "function") return inside(value.toJSON());
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries.map(([key, part]) => `${textJson(key)}:${inside(part)}`).join(",")}}`;
}

/** When something began and ended, as programs get it; null while it goes on. */
export function timesJson({ started, ended }: { started: number; ended: number | null }) {
  return {
    start_time: new Date(started).toISOString(),
    end_time: ended === null ? null : new Date(ended).toISOString(),
  };
}

const UNSAFE = new RegExp(`[${INVISIBLE}]`, "g");

/** A JSON string that may be printed on a terminal: what would act on it is escaped as well. */
function textJson(text: string): string {
  return JSON.stringify(text).replace(
    UNSAFE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
