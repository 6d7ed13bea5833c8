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

/** New files by name, sub-folders nested: what is to be laid over a tree. */
type Overlay = Map<string, Overlay | Leaf>;

interface Leaf {
  readonly oid: Oid;
  readonly mode: number;
}

/**
 * Adds `files` and the trees on the way to them to a batch, over the tree `base` (null: an empty
 * one), and returns the new root. A file replaces a folder of its name and the reverse, as in git.
 * @throws RedunError BAD_RECORD for a path that git does not allow in a tree
 */
export async function addFiles(
  store: ObjectStore,
  batch: ObjectBatch,
  base: Oid | null,
  files: readonly (NewFile | StoredFile)[],
): Promise<Oid> {
  const overlay: Overlay = new Map();
  for (const file of files) {
    const oid = "oid" in file ? file.oid : batch.add("blob", file.bytes);
    const mode = ("oid" in file && file.mode) || FILE_MODE;
    const leaf = { oid, mode: Number.parseInt(mode, 8) };
    place(overlay, namesOf(file.path).map(toBytes), leaf);
  }
  return lay(store, batch, overlay, base);
}

function place(root: Overlay, names: readonly string[], leaf: Leaf): void {
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

async function lay(
  store: ObjectStore,
  batch: ObjectBatch,
  overlay: Overlay,
  base: Oid | null,
): Promise<Oid> {
  const before = base ? parseTree((await store.read(base)).bytes) : [];
  const entries = new Map<string, TreeEntry>(before.map((entry) => [entry.name, entry]));
  for (const [name, child] of overlay) {
    if (child instanceof Map) {
      const old = entries.get(name);
      const oid = await lay(store, batch, child, old && isFolder(old) ? old.oid : null);
      entries.set(name, { mode: FOLDER_MODE, name, oid });
    } else {
      entries.set(name, { ...child, name });
    }
  }
  return batch.add("tree", formatTree(entries.values()));
}
