import type { ObjectFormat, Oid } from "./backend.ts";

/**
 * One entry of a tree object. `name` holds one character per byte (Latin-1), so that names which
 * are not UTF-8, written by others into a branch that also holds a log, pass through unchanged.
 */
export interface TreeEntry {
  readonly mode: number;
  readonly name: string;
  readonly oid: Oid;
}

export const FOLDER_MODE = 0o40000;
const TYPE_MASK = 0o170000;

/** True for a sub-tree. */
export function isFolder(entry: { readonly mode: number }): boolean {
  return (entry.mode & TYPE_MASK) === FOLDER_MODE;
}

/** True for a regular file or a symbolic link, false for a sub-tree or a submodule. */
export function isBlob(entry: { readonly mode: number }): boolean {
  const type = entry.mode & TYPE_MASK;
  return type === 0o100000 || type === 0o120000;
}

/** The mode as git prints it: six octal digits. */
export function modeText({ mode }: { readonly mode: number }): string {
  return mode.toString(8).padStart(6, "0");
}

/** A name or path as it stands in a tree. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** A name or path as people write it. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Reads the content of a tree object: `<octal mode> <name>\0<id>`, repeated. */
export function parseTree(bytes: Buffer, format: ObjectFormat = "sha1"): TreeEntry[] {
  const idLength = format === "sha1" ? 20 : 32;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0 || end + idLength >= bytes.length)
      throw new Error("a tree object is cut off");
    entries.push({
      mode: Number.parseInt(bytes.toString("latin1", at, space), 8),
      name: bytes.toString("latin1", space + 1, end),
      oid: bytes.toString("hex", end + 1, end + 1 + idLength),
    });
    at = end + 1 + idLength;
  }
  return entries;
}

/** Writes the content of a tree object, in git's order: a folder sorts as if it ended in `/`. */
export function formatTree(entries: Iterable<TreeEntry>): Buffer {
  const sorted = Array.from(entries, (entry) => ({
    entry,
    key: isFolder(entry) ? `${entry.name}/` : entry.name,
  })).sort((a, b) => (a.key < b.key ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ entry: { mode, name, oid } }) => [
      Buffer.from(`${mode.toString(8)} ${name}\0`, "latin1"),
      Buffer.from(oid, "hex"),
    ]),
  );
}
