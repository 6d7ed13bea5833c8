import { FILE_MODE, type NewFile, type Oid, type StoredFile } from "../backend.ts";
import { namesOf } from "../files/path-names.ts";
import {
  FOLDER_MODE,
  formatTree,
  isFolder,
  parseTree,
  type TreeEntry,
  toBytes,
} from "../tree-format.ts";
import type { ObjectBatch, ObjectStore } from "./objects.ts";

/** New files by name, sub-folders nested, null what goes: what is to be laid over a tree. */
type Overlay = Map<string, Overlay | Leaf | null>;

interface Leaf {
  readonly oid: Oid;
  readonly mode: number;
}

/**
 * Adds `files` and the trees on the way to them to a batch, over the tree `base` (null: an empty
 * one), without those that are `removed`, and returns the new root. A file replaces a folder of its name and the reverse, as in git.
 * @throws RedunError BAD_RECORD for a path that git does not allow in a tree
 */
export async function addFiles(
  store: ObjectStore,
  batch: ObjectBatch,
  base: Oid | null,
  files: readonly (NewFile | StoredFile)[],
  removed: readonly string[] = [],
): Promise<Oid> {
  const overlay: Overlay = new Map();
  for (const path of removed) place(overlay, path.split("/").map(toBytes), null);
  for (const file of files) {
    const oid = "oid" in file ? file.oid : batch.add("blob", file.bytes);
    const mode = ("oid" in file && file.mode) || FILE_MODE;
    const leaf = { oid, mode: Number.parseInt(mode, 8) };
    place(overlay, namesOf(file.path).map(toBytes), leaf);
  }
  return (await lay(store, batch, overlay, base)) ?? batch.add("tree", formatTree([]));
}

function place(root: Overlay, names: readonly string[], leaf: Leaf | null): void {
  let folder = root;
  for (const name of names.slice(0, -1)) {
    let inner = folder.get(name);
    if (!(inner instanceof Map)) {
      inner = new Map();
      folder.set(name, inner);
    }
    folder = inner;
  }
  folder.set(names.at(-1)!, leaf);
}

/** Null for a folder in which nothing is left: git has none. */
async function lay(
  store: ObjectStore,
  batch: ObjectBatch,
  overlay: Overlay,
  base: Oid | null,
): Promise<Oid | null> {
  const before = base ? parseTree((await store.read(base)).bytes) : [];
  const entries = new Map<string, TreeEntry>(before.map((entry) => [entry.name, entry]));
  for (const [name, child] of overlay) {
    if (child instanceof Map) {
      const old = entries.get(name);
      const isThere = old !== undefined && isFolder(old);
      const oid = await lay(store, batch, child, isThere ? old.oid : null);
      if (oid !== null) entries.set(name, { mode: FOLDER_MODE, name, oid });
      else if (isThere) entries.delete(name);
    } else if (child === null) entries.delete(name);
    else entries.set(name, { ...child, name });
  }
  return entries.size === 0 ? null : batch.add("tree", formatTree(entries.values()));
}
