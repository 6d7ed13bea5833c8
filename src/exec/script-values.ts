import { RedunError } from "../errors.ts";
import { File } from "../value/file.ts";
import { Dir, FileSet } from "../value/file-set.ts";

/** The words that a value is: of a list or a set of files, one for each item. */
export function listed(value: unknown): readonly unknown[] {
  if (value instanceof FileSet && !(value instanceof Dir)) return value.files();
  return Array.isArray(value) ? value : [value];
}

/** A value as one word. */
export function word(value: unknown, at: number): string {
  const text = plainText(value, at);
  if (!text.includes("\0")) return text;
  throw new RedunError(
    "BAD_VALUE",
    `Value ${at} of the script holds a NUL, which no word can have.`,
  );
}

/**
 * What a value says: a file its path, which is never taken for an option.
 * @throws RedunError BAD_VALUE for what is not a text, number, boolean or file
 */
export function plainText(value: unknown, at: number): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  const path = pathOf(value);
  if (path !== undefined) return path.startsWith("-") ? `./${path}` : path;
  throw new RedunError(
    "BAD_VALUE",
    `Value ${at} of the script is ${shown(value)}.`,
    "A script takes texts, numbers, booleans, Files, Dirs, FileSets, lists of these, and `out(path)`.",
  );
}

/** The path of a file, or of an output; undefined of anything else. */
function pathOf(value: unknown): string | undefined {
  if (value instanceof File || value instanceof Dir) return value.path;
  const path = (value as { out?: unknown } | null | undefined)?.out;
  return typeof path === "string" ? path : undefined;
}

function shown(value: unknown): string {
  if (value === null || typeof value === "number" || value === undefined) return String(value);
  return typeof value === "function"
    ? "a function"
    : `an instance of ${value.constructor?.name ?? "no class"}`;
}
