import { findAdditions, type HistoryReader } from "../additions.ts";
import type { AdditionsRequest, CommitFiles, Oid, Repository } from "../backend.ts";
import type { GitObject } from "../files/loose-object.ts";
import { shallowCommits } from "../files/shallow.ts";
import { ByteBudget, folderDifferences, MAX_COMPARED } from "../folder-differences.ts";
import { isFolder } from "../tree-format.ts";
import { entryAt } from "../tree-path.ts";
import { MAX_TREE_BYTES, type ReadTree } from "../tree-walk.ts";
import { readCommit } from "./commits.ts";
import { walkBetween } from "./history.ts";
import type { ObjectStore } from "./objects.ts";

/** Bytes of folders after which what isomorphic-git remembers of them is let go: it has no bound. */
const REMEMBERED = 2 ** 28;
/** Bytes of folders that we keep: one is compared with that of the commit before, and that of the next. */
const KEPT = 2 ** 22;

/** The commits that added files under given paths. See `GitBackend.additions`. */
export function additions(
  repository: Repository,
  store: ObjectStore,
  { from, to, paths, since = 0, known }: AdditionsRequest,
): AsyncGenerator<CommitFiles> {
  const budget = new ByteBudget(MAX_COMPARED.isomorphic);
  let remembered = new ByteBudget(REMEMBERED);
  const kept = new Map<Oid, GitObject>();
  let keeping = new ByteBudget(KEPT);
  const readOnce = async (tree: Oid) => {
    const object = await store.read(tree, MAX_TREE_BYTES);
    keeping.take(object.bytes.length);
    if (!keeping.isKept) {
      kept.clear();
      keeping = new ByteBudget(KEPT);
    }
    kept.set(tree, object);
    return object;
  };
  const read: ReadTree = async (tree) => {
    const object = kept.get(tree) ?? (await readOnce(tree));
    budget.take(object.bytes.length);
    remembered.take(object.bytes.length);
    return object;
  };
  const reader: HistoryReader = {
    async *commits() {
      for await (const { oid, parents, committed } of walkBetween(repository, store, from, to)) {
        const time = committed.getTime() / 1000;
        if (time < since) return;
        yield { oid, parents, time };
      }
    },
    async entriesAt(commits, path) {
      const found = [];
      for (const oid of commits) {
        const entry = await entryAt(
          (tree) => store.read(tree),
          (await readCommit(store, oid)).tree,
          path,
        );
        found.push(entry && { oid: entry.oid, isFolder: isFolder(entry) });
      }
      return found;
    },
    async *differences(pairs) {
      for (const pair of pairs) {
        if (!remembered.isKept) {
          store.forget();
          remembered = new ByteBudget(REMEMBERED);
        }
        const found = budget.isKept
          ? await folderDifferences(read, repository.objectFormat, pair)
          : null;
        yield budget.isKept ? found : null;
      }
    },
  };
  return findAdditions(reader, { paths, known }, shallowCommits(repository));
}
