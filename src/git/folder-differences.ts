import { RedunError } from "../errors.ts";
import type { Difference, Entry, FolderPair } from "./additions.ts";
import type { ObjectFormat, Oid } from "./backend.ts";
import { fromBytes, isFolder, parseTree, type TreeEntry } from "./tree-format.ts";
import type { ReadTree } from "./tree-walk.ts";

/**
 * Bytes of folders compared to find which commits brought files; one counts as often as it is
 * compared. Each file that joins a folder makes a new one that holds all of them: with git it is
 * enough for 10,000 commits that each bring one of 10,000 files. Without git it takes far longer.
 */
export const MAX_COMPARED = { native: 2 ** 33, isomorphic: 2 ** 30 };

/** A number of bytes that may be used. */
export class ByteBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }

  /** Whether no more were taken than there are. */
  get isKept(): boolean {
    return this.#left >= 0;
  }
}

/** One level of two folders compared; see `HistoryReader.differences`. */
export async function folderDifferences(
  read: ReadTree,
  format: ObjectFormat,
  { before, after }: FolderPair,
): Promise<Difference[]> {
  const [left, right] = await Promise.all(
    [before, after].map((tree) => entriesOf(read, format, tree)),
  );
  const known = new Map(left!.map((entry) => [entry.name, entry]));
  return right!.flatMap((entry) => {
    const old = known.get(entry.name);
    if (old?.oid === entry.oid && old.mode === entry.mode) return [];
    return [{ name: fromBytes(entry.name), was: old ? asEntry(old) : null, is: asEntry(entry) }];
  });
}

function asEntry(entry: TreeEntry): Entry {
  return { oid: entry.oid, isFolder: isFolder(entry) };
}

async function entriesOf(
  read: ReadTree,
  format: ObjectFormat,
  tree: Oid | null,
): Promise<TreeEntry[]> {
  if (tree === null) return [];
  try {
    const { type, bytes } = await read(tree);
    return type === "tree" ? parseTree(bytes, format) : [];
  } catch (error) {
    // A tree that is no tree, or too large for one. What is not here is another matter.
    if (error instanceof RedunError && error.code !== "BAD_RECORD") throw error;
    return [];
  }
}
