import { Float } from "../../src/value/value.ts";

/**
 * Strict JSON on one line. Integers of any size keep their digits and 1.0 its point; NaN and the
 * infinities, which JSON lacks, become texts; dates, bytes and the like become what they print as.
 */
export function jsonText(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Float) return value.toString();
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    return Number.isFinite(value) ? (Object.is(value, -0) ? "-0.0" : String(value)) : `"${value}"`;
  }
  if (typeof value !== "object") return JSON.stringify(value) ?? JSON.stringify(String(value));
  if (Array.isArray(value) || value instanceof Set)
    return `[${[...value].map(jsonText).join(",")}]`;
  if (value instanceof Map) return jsonText(Object.fromEntries(value));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (value instanceof Error) return jsonText({ name: value.name, message: value.message });
  if ("toJSON" in value && typeof value.toJSON === "function") return jsonText(value.toJSON());
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${jsonText(part)}`).join(",")}}`;
}
