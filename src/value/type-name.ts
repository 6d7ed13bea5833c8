import { builtinTag } from "./builtins.ts";
import { File } from "./file.ts";
import { FileSet } from "./file-set.ts";
import { ErrorValue, Float, isInt, StoredValue, Tagged, Timestamp } from "./value.ts";

/** redun's names of the types that we have as well. */
const ALIASES: Readonly<Record<string, string>> = {
  NoneType: "null",
  str: "string",
  dict: "map",
  File: "file",
  Dir: "dir",
  FileSet: "fileset",
  ErrorValue: "error",
  datetime: "date",
};

/**
 * What kind of thing a recorded value is: `null`, `bool`, `int`, `float`, `string`, `list`, `map`,
 * `date`, `bytes`, `set`, `error`, or the name of its YAML tag, such as `file`, `url` and `opaque`.
 */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint" || (typeof value === "number" && isInt(value))) return "int";
  if (typeof value === "number" || value instanceof Float) return "float";
  if (typeof value === "string") return "string";
  if (value instanceof File) return value.isFolder ? "folder" : "file";
  if (value instanceof FileSet) return value.form.tag;
  if (value instanceof Tagged) return classOf(value) ?? value.tag;
  if (value instanceof StoredValue) return "value";
  if (value instanceof ErrorValue) return "error";
  if (value instanceof Timestamp || value instanceof Date) return "date";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Set) return "set";
  if (typeof value === "symbol") return "symbol";
  const tag = typeof value === "object" ? builtinTag(value) : undefined;
  if (tag !== undefined) return tag;
  return Array.isArray(value) ? "list" : "map";
}

/** Of a value of redun's, the name of its class. */
function classOf({ tag, value }: Tagged): string | undefined {
  if (tag !== "python") return undefined;
  const { type } = (value ?? {}) as { type?: unknown };
  return typeof type === "string" ? type : undefined;
}

/** A type as `typeName` calls it, from that name or from redun's: `builtins.str` is `string`. */
export function readTypeName(name: string): string {
  const short = name.replace(/^(?:builtins|redun|datetime)\./, "");
  return Object.hasOwn(ALIASES, short) ? ALIASES[short]! : short;
}
