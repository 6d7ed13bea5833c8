import { File } from "./file.ts";
import { ErrorValue, Float, isInt, StoredValue, Tagged, Timestamp } from "./value.ts";

/** What a value is, in the words of docs/format.md: `integer`, `text`, `map`, `file`, ... */
export function valueKind(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return "text";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return isInt(value) ? "integer" : "float";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "list";
  return special(value) ?? "map";
}

function special(value: object): string | undefined {
  if (value instanceof Float) return "float";
  if (value instanceof File) return "file";
  if (value instanceof Date || value instanceof Timestamp) return "date";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Set) return "set";
  // `!map` has keys of any kind; what the format calls a map has texts.
  if (value instanceof Map) return "map";
  if (value instanceof ErrorValue) return "error";
  if (value instanceof StoredValue) return "value";
  return value instanceof Tagged ? value.tag : undefined;
}
