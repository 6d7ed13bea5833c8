/** How two trees differ, however they were made: by whom they are read is left to each backend. */
import { RedunError } from "../errors.ts";
import type { Change, ObjectFormat, Oid } from "./backend.ts";
import {
  FOLDER_MODE,
  fromBytes,
  isFolder,
  modeText,
  parseTree,
  type TreeEntry,
} from "./tree-format.ts";

/** Reads an object. @throws RedunError BAD_RECORD where it has more than `MAX_TREE_BYTES` */
export type ReadTree = (tree: Oid) => Promise<{ readonly type: string; readonly bytes: Buffer }>;

/** A folder of more bytes is not read: at some 70 bytes a file, 240,000 files. */
export const MAX_TREE_BYTES = 2 ** 24;
/** Folders inside one another. */
export const MAX_LEVELS = 200;
/** Entries of folders that have been read before in the same walk: a few can lead to any number. */
export const MAX_REPEATED = 100_000;
/** Entries of all folders of a walk, and folders that wait for their turn. */
export const MAX_ENTRIES = 50_000_000;
export const MAX_WAITING = 1_000_000;
/** So many pairs of folders are asked for before their turn, of small ones; at least two. */
const AHEAD = 64;
/** Bytes of them, if they are as large as the one before. */
const BYTES_AHEAD = 2 ** 24;

/** The content of a tree, or why there is none. */
type Tree = Buffer | string;

const EMPTY = Buffer.alloc(0);

/** Two folders at one path, as far as there are any. */
interface Pair {
  readonly path: string;
  readonly level: number;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

/**
 * The files that two trees do not share; equal folders are never read. What stands at the top comes
 * in git's order, one whole folder after the other; below it the files of one folder come together.
 *
 * git has `diff-tree` and `ls-tree -r` for that. They walk every path: a few folders that hold one
 * another twenty times keep them busy for days, and at a million runs `ls-tree` takes 2 GB. Here
 * what leads too far is a change with `refused`, and the rest of the tree is reported all the same.
 */
export async function* changedFiles(
  read: ReadTree,
  format: ObjectFormat,
  before: Oid | null,
  after: Oid | null,
): AsyncGenerator<Change> {
  if (before === after) return;
  const walk = new Walk(read, format);
  for (const found of await walk.compare({ path: "", level: 0, before, after })) {
    if ("kind" in found) yield found;
    else yield* walk.below(found);
  }
}

class Walk {
  readonly #read: ReadTree;
  readonly #format: ObjectFormat;
  /** Of the folders whose ids begin alike the last one that was read. */
  readonly #seen: string[] = [];
  #repeated = 0;
  #entries = 0;
  #hasToldOfMany = false;

  constructor(read: ReadTree, format: ObjectFormat) {
    this.#read = read;
    this.#format = format;
  }

  /** What is different in two folders: files, and folders to look into. */
  compare(pair: Pair): Promise<(Change | Pair)[]> {
    return this.#compare(pair, this.#ask(pair));
  }

  /** The files that are different at any depth. */
  async *below(top: Pair): AsyncGenerator<Change> {
    /** The next one last. */
    const waiting = [top];
    const asked: { pair: Pair; trees: Promise<[Tree, Tree]> }[] = [];
    for (let ahead = AHEAD; waiting.length + asked.length > 0; ) {
      // Many together: whoever reads them is told of each batch by itself.
      if (asked.length <= ahead / 2) {
        while (asked.length < ahead && waiting.length > 0) {
          const pair = waiting.pop()!;
          asked.push({ pair, trees: this.#ask(pair) });
        }
      }
      const { pair, trees } = asked.shift()!;
      const inside: Pair[] = [];
      for (const found of await this.#compare(pair, trees)) {
        if ("kind" in found) yield found;
        else if (waiting.length + inside.length < MAX_WAITING) inside.push(found);
        else yield* this.#tooMany(found, `More than ${MAX_WAITING} folders wait to be looked at.`);
      }
      for (const pair of inside.reverse()) waiting.push(pair);
      const bytes = (await trees).reduce((sum, { length }) => sum + length, 1);
      ahead = Math.max(2, Math.min(AHEAD, BYTES_AHEAD / bytes));
    }
  }

  #ask({ before, after }: Pair): Promise<[Tree, Tree]> {
    const trees = Promise.all([this.#tree(before), this.#tree(after)]);
    // A caller that stops before its turn hears nothing of it.
    trees.catch(() => {});
    return trees;
  }

  async #tree(oid: Oid | null): Promise<Tree> {
    if (oid === null) return EMPTY;
    try {
      const { type, bytes } = await this.#read(oid);
      return type === "tree" ? bytes : `It is said to be a folder, and is a ${type}.`;
    } catch (error) {
      if (error instanceof RedunError && error.code === "BAD_RECORD") return error.message;
      throw error;
    }
  }

  async #compare(pair: Pair, trees: Promise<[Tree, Tree]>): Promise<(Change | Pair)[]> {
    const [before, after] = await trees;
    if (typeof before === "string") return [refused(pair, before)];
    if (typeof after === "string") return [refused(pair, after)];
    if (pair.level > MAX_LEVELS) {
      return [refused(pair, `It is ${pair.level} folders deep, of at most ${MAX_LEVELS}.`)];
    }
    let left: TreeEntry[];
    let right: TreeEntry[];
    try {
      left = parseTree(before, this.#format);
      right = parseTree(after, this.#format);
    } catch (error) {
      return [refused(pair, `It cannot be read: ${(error as Error).message}.`)];
    }
    const tooMany = this.#count(pair, left.length + right.length);
    return tooMany ? this.#tooMany(pair, tooMany) : compareEntries(pair, left, right);
  }

  /** Counts the entries of a folder. Returns why they are not looked at, if so. */
  #count({ before, after }: Pair, entries: number): string | null {
    this.#entries += entries;
    if (this.#entries > MAX_ENTRIES) {
      return `With it more than ${MAX_ENTRIES} files and folders would have to be looked at.`;
    }
    const both = `${before} ${after}`;
    const slot = Number.parseInt((after ?? before)!.slice(0, 4), 16);
    const isKnown = this.#seen[slot] === both;
    this.#seen[slot] = both;
    if (!isKnown) return null;
    if (this.#repeated + entries > MAX_REPEATED) {
      return `It stands here once more, and so do more than ${MAX_REPEATED} files and folders.`;
    }
    this.#repeated += entries;
    return null;
  }

  /** Whatever else is too many is not named again. */
  #tooMany(pair: Pair, why: string): Change[] {
    if (this.#hasToldOfMany) return [];
    this.#hasToldOfMany = true;
    return [refused(pair, why)];
  }
}

function compareEntries(
  { path: folder, level }: Pair,
  left: readonly TreeEntry[],
  right: readonly TreeEntry[],
): (Change | Pair)[] {
  const found: (Change | Pair)[] = [];
  const before = new Map(left.map((entry) => [entry.name, entry]));
  const names = new Set<string>();
  const add = (name: string, a: TreeEntry | undefined, b: TreeEntry | undefined) => {
    if (a?.oid === b?.oid && a?.mode === b?.mode) return;
    const path = folder + fromBytes(name);
    const [tree, otherTree] = [folderOid(a), folderOid(b)];
    if (tree !== otherTree) {
      found.push({ path: `${path}/`, level: level + 1, before: tree, after: otherTree });
    }
    const change = fileChange(a, b);
    if (change) found.push({ path, ...change });
  };
  for (const entry of right) {
    const { name, oid } = entry;
    const odd = names.has(name)
      ? "The tree has two entries of this name."
      : name === "" || name.includes("/")
        ? "An entry of a tree cannot have this name."
        : null;
    names.add(name);
    if (odd === null) add(name, before.get(name), entry);
    else {
      const path = folder + fromBytes(name);
      found.push({ path, kind: "added", oid, mode: modeText(entry), refused: odd });
    }
  }
  for (const [name, entry] of before) if (!names.has(name)) add(name, entry, undefined);
  return found;
}

/** A folder that is not looked into. */
function refused({ path, before, after }: Pair, why: string): Change {
  return {
    path: path.replace(/\/$/, ""),
    kind: after === null ? "deleted" : before === null ? "added" : "modified",
    oid: (after ?? before)!,
    mode: modeText({ mode: FOLDER_MODE }),
    refused: why,
  };
}

function folderOid(entry: TreeEntry | undefined): Oid | null {
  return entry && isFolder(entry) ? entry.oid : null;
}

function fileChange(
  before: TreeEntry | undefined,
  after: TreeEntry | undefined,
): Omit<Change, "path"> | null {
  const was = before && !isFolder(before);
  const is = after && !isFolder(after);
  if (is) return { kind: was ? "modified" : "added", oid: after.oid, mode: modeText(after) };
  return was ? { kind: "deleted", oid: before.oid, mode: modeText(before) } : null;
}
