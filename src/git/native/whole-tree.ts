import type { Change, ObjectFormat, Oid, Repository } from "../backend.ts";
import { fromBytes, isFolder, modeText, parseTree, type TreeEntry } from "../tree-format.ts";
import type { CatFile } from "./cat-file.ts";

/** A folder whose tree is yet to be read. */
interface Folder {
  readonly path: string;
  readonly tree: Oid;
}

/** So many trees are asked for while those before them are looked at. */
const TREES_AT_ONCE = 256;

/**
 * Every file of a commit as an added one. What stands at the top comes in git's order, one whole
 * folder after the other; within it the files of one folder come together.
 *
 * `git ls-tree -r` would say the same, but remembers every tree that it has seen: at a million runs
 * it takes 2 GB of memory.
 */
export async function* wholeTree(
  objects: CatFile,
  { objectFormat }: Repository,
  commit: Oid,
): AsyncGenerator<Change> {
  const { bytes } = await objects.get(`${commit}^{tree}`);
  for (const entry of parseTree(bytes, objectFormat)) {
    const path = fromBytes(entry.name);
    if (isFolder(entry)) yield* filesBelow(objects, objectFormat, { path, tree: entry.oid });
    else yield addedFile(path, entry);
  }
}

async function* filesBelow(
  objects: CatFile,
  format: ObjectFormat,
  top: Folder,
): AsyncGenerator<Change> {
  /** The next one last. */
  const folders = [top];
  const ask = () =>
    folders
      .splice(-TREES_AT_ONCE)
      .reverse()
      .map(({ path, tree }) => ({ path, object: objects.get(tree) }));
  for (let asked = ask(); asked.length > 0; ) {
    const files: Change[] = [];
    const inside: Folder[] = [];
    const trees = await Promise.all(asked.map(({ object }) => object));
    for (const [at, { bytes }] of trees.entries()) {
      for (const entry of parseTree(bytes, format)) {
        const path = `${asked[at]!.path}/${fromBytes(entry.name)}`;
        if (isFolder(entry)) inside.push({ path, tree: entry.oid });
        else files.push(addedFile(path, entry));
      }
    }
    folders.push(...inside.reverse());
    asked = ask();
    yield* files;
  }
}

function addedFile(path: string, entry: TreeEntry): Change {
  return { path, kind: "added", oid: entry.oid, mode: modeText(entry) };
}
