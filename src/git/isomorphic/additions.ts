import { findAdditions, type HistoryReader } from "../additions.ts";
import type { AdditionsRequest, CommitFiles, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { ByteBudget, folderDifferences, MAX_COMPARED } from "../folder-differences.ts";
import { isFolder } from "../tree-format.ts";
import { MAX_TREE_BYTES, type ReadTree } from "../tree-walk.ts";
import { readCommit } from "./commits.ts";
import { walkBetween } from "./history.ts";
import type { ObjectStore } from "./objects.ts";
import { entryAt } from "./tree-path.ts";

/** Bytes of folders after which what isomorphic-git remembers of them is let go: it has no bound. */
const REMEMBERED = 2 ** 28;

/** The commits that added files under given paths. See `GitBackend.additions`. */
export function additions(
  repository: Repository,
  store: ObjectStore,
  { from, to, paths, since = 0, known }: AdditionsRequest,
): AsyncGenerator<CommitFiles> {
  const budget = new ByteBudget(MAX_COMPARED.isomorphic);
  let remembered = new ByteBudget(REMEMBERED);
  const read: ReadTree = async (tree) => {
    const object = await store.read(tree, MAX_TREE_BYTES);
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
        const entry = await entryAt(store, (await readCommit(store, oid)).tree, path);
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
