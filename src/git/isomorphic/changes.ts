import type { Change, Oid } from "../backend.ts";
import { fromBytes, isFolder, modeText, parseTree, type TreeEntry } from "../tree-format.ts";
import type { ObjectStore } from "./objects.ts";

interface Pair {
  readonly prefix: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

/** The files that differ between two trees. Equal sub-trees are never read. */
export async function* changedFiles(
  store: ObjectStore,
  before: Oid | null,
  after: Oid | null,
): AsyncGenerator<Change> {
  const pending: Pair[] = before === after ? [] : [{ prefix: "", before, after }];
  while (pending.length > 0) {
    const batch = pending.splice(-PAIRS_AT_ONCE);
    const loaded = await Promise.all(batch.map((pair) => load(store, pair)));
    for (const { prefix, left, right } of loaded) {
      for (const name of new Set([...left.keys(), ...right.keys()])) {
        const a = left.get(name);
        const b = right.get(name);
        if (a?.oid === b?.oid && a?.mode === b?.mode) continue;
        const [tree, otherTree] = [folderOid(a), folderOid(b)];
        if (tree !== otherTree) {
          pending.push({ prefix: `${prefix}${name}/`, before: tree, after: otherTree });
        }
        const change = fileChange(a, b);
        if (change) yield { path: fromBytes(prefix + name), ...change };
      }
    }
  }
}

const PAIRS_AT_ONCE = 8;

async function load(store: ObjectStore, pair: Pair) {
  const [left, right] = await Promise.all([
    entries(store, pair.before),
    entries(store, pair.after),
  ]);
  return { prefix: pair.prefix, left, right };
}

async function entries(store: ObjectStore, tree: Oid | null): Promise<Map<string, TreeEntry>> {
  if (!tree) return new Map();
  return new Map(parseTree((await store.read(tree)).bytes).map((entry) => [entry.name, entry]));
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
