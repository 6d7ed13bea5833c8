import type { Oid } from "./backend.ts";
import { isBlob, isFolder, parseTree, type TreeEntry, toBytes } from "./tree-format.ts";
import type { ReadTree } from "./tree-walk.ts";

/** The blob at a path of a tree, or null where there is none. */
export async function fileAt(read: ReadTree, tree: Oid, path: string): Promise<Oid | null> {
  const entry = await entryAt(read, tree, path);
  return entry && isBlob(entry) ? entry.oid : null;
}

/** The file or folder at a path of a tree, or null where there is none. */
export async function entryAt(read: ReadTree, tree: Oid, path: string): Promise<TreeEntry | null> {
  const names = path.split("/").map(toBytes);
  let folder = tree;
  for (const [depth, name] of names.entries()) {
    const entries = parseTree((await read(folder)).bytes);
    const entry = entries.find((one) => one.name === name);
    if (!entry) return null;
    if (depth === names.length - 1) return entry;
    if (!isFolder(entry)) return null;
    folder = entry.oid;
  }
  return null;
}
