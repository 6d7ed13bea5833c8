import { builtinForm, builtinFrom } from "./builtins.ts";
import { File } from "./file.ts";
import { FileSet } from "./file-set.ts";
import {
  ERROR_MORE,
  type ErrorMore,
  ErrorValue,
  Fields,
  Float,
  isInt,
  isPlainArray,
  isPlainObject,
  isTimestamp,
  StoredValue,
  Tagged,
  Timestamp,
} from "./value.ts";

/**
 * The value that a tagged node stands for, from the tag and what the node is without it.
 * A tag that we do not know, or whose content is not what we write, stays `Tagged`: so every
 * value that is read is written as it was.
 */
export function fromTag(tag: string, value: unknown): unknown {
  return known(tag, value) ?? new Tagged(tag, value);
}

function known(tag: string, value: unknown): unknown {
  switch (tag) {
    case "value":
      return typeof value === "string" ? new StoredValue(value) : undefined;
    case "date":
      return date(value);
    case "bigint":
      return bigint(value);
    case "bytes":
      return bytes(value);
    case "set":
      return set(value);
    case "map":
      return map(value);
    case "error":
      return error(value);
    case "file":
      return file(value, false);
    case "folder":
      return file(value, true);
    case "file-stat":
      return statFile(value);
    case "dir":
    case "fileset":
      return fileSet(tag, value);
    case "symbol":
      return typeof value === "string" ? Symbol.for(value) : undefined;
    default:
      return builtin(tag, value);
  }
}

/** Only what would be written as it was read. */
function builtin(tag: string, content: unknown): object | undefined {
  const value = builtinFrom(tag, content);
  const form = value && builtinForm(value);
  return form?.tag === tag && isSame(content, form.content) ? value : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Float && b instanceof Float) return a.value === b.value;
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return false;
  if (isPlainArray(a) && isPlainArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  return (
    isPlainObject(a) &&
    isPlainObject(b) &&
    isSame(Object.entries(a).flat(), Object.entries(b).flat())
  );
}

function date(value: unknown): Date | undefined {
  if (value instanceof Timestamp) return new Date(value.iso);
  if (value === null) return new Date(Number.NaN);
  if (typeof value !== "string" || isTimestamp(value)) return undefined;
  // Only years before 1 and after 9999 are written as strings.
  const result = new Date(value);
  return !Number.isNaN(result.getTime()) && result.toISOString() === value ? result : undefined;
}

/** Integers of more digits than Python reads are written as a string of hex digits. */
function bigint(value: unknown): bigint | undefined {
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  if (typeof value !== "string" || !/^-?0x[1-9a-f][0-9a-f]{3500,}$/.test(value)) return undefined;
  return value.startsWith("-") ? -BigInt(value.slice(1)) : BigInt(value);
}

function bytes(value: unknown): Buffer | undefined {
  if (typeof value !== "string") return undefined;
  const result = Buffer.from(value, "base64");
  return result.toString("base64") === value ? result : undefined;
}

function set(value: unknown): Set<unknown> | undefined {
  if (!isList(value)) return undefined;
  const result = new Set(value);
  return result.size === value.length ? result : undefined;
}

function map(value: unknown): Map<unknown, unknown> | undefined {
  if (!isList(value) || !value.every(isPair)) return undefined;
  const result = new Map(value);
  return result.size === value.length ? result : undefined;
}

function isList(value: unknown): value is unknown[] {
  return typeof value === "object" && value !== null && isPlainArray(value);
}

function isPair(value: unknown): value is [unknown, unknown] {
  return isList(value) && value.length === 2;
}

function error(value: unknown): ErrorValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries =
    value instanceof Fields ? value.entries : isPlainObject(value) ? Object.entries(value) : [];
  const given = new Map<string, unknown>(entries);
  // In the one order in which they are written, so that the same bytes come out again.
  const order = ["name", "message", "stack", ...ERROR_MORE].filter((key) => given.has(key));
  if ([...given.keys()].join() !== order.join()) return undefined;
  const [name, message, stack] = [given.get("name"), given.get("message"), given.get("stack")];
  if (typeof name !== "string" || typeof message !== "string" || stack === "") return undefined;
  if (stack !== undefined && typeof stack !== "string") return undefined;
  const more = Object.fromEntries([...given].filter(([key]) => isMoreKey(key)));
  return isMore(more) ? new ErrorValue(name, message, stack, more) : undefined;
}

const isMoreKey = (key: string): boolean => (ERROR_MORE as readonly string[]).includes(key);

function isMore(more: Record<string, unknown>): more is ErrorMore & Record<string, unknown> {
  const { class: name, errors, properties } = more;
  return (
    (name === undefined || typeof name === "string") &&
    (errors === undefined || isList(errors)) &&
    (properties === undefined ||
      (typeof properties === "object" && properties !== null && isPlainObject(properties)))
  );
}

function file(value: unknown, isFolder: boolean): File | undefined {
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return undefined;
  const { hash, path, size, ...others } = value;
  if (typeof path !== "string" || path === "" || Object.keys(others).length > 0) return undefined;
  if (hash === null && size === null) return isFolder ? undefined : new File(path);
  if (typeof hash !== "string" || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return undefined;
  return typeof size === "number" && isInt(size) && size >= 0
    ? File.recorded(path, { hash, size, isFolder })
    : undefined;
}

function statFile(value: unknown): File | undefined {
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return undefined;
  const { mtime, path, size, ...others } = value;
  if (typeof path !== "string" || path === "" || Object.keys(others).length > 0) return undefined;
  if (mtime === null && size === null) return File.recordedStat(path, null);
  return mtime instanceof Timestamp && typeof size === "number" && isInt(size) && size >= 0
    ? File.recordedStat(path, { size, mtime: mtime.iso })
    : undefined;
}

function fileSet(tag: "dir" | "fileset", value: unknown): FileSet | undefined {
  if (typeof value !== "object" || value === null || !isPlainObject(value)) return undefined;
  const { files, [tag === "dir" ? "path" : "folder"]: folder, pattern = "**", ...others } = value;
  if (typeof folder !== "string" || folder === "" || Object.keys(others).length > 0)
    return undefined;
  const isDir = tag === "dir";
  if (typeof pattern !== "string" || pattern === "" || isDir === "pattern" in value)
    return undefined;
  const areFiles = isList(files) && files.every((file) => file instanceof File);
  return areFiles ? FileSet.recorded(tag, folder, pattern, files as File[]) : undefined;
}
