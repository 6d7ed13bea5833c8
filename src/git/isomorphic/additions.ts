import { findAdditions, type HistoryReader } from "../additions.ts";
import type { AdditionsRequest, CommitFiles, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { folderDifferences } from "../folder-differences.ts";
import { isFolder } from "../tree-format.ts";
import { MAX_TREE_BYTES, type ReadTree } from "../tree-walk.ts";
import { readCommit } from "./commits.ts";
import { walkBetween } from "./history.ts";
import type { ObjectStore } from "./objects.ts";
import { entryAt } from "./tree-path.ts";

/** The commits that added files under given paths. See `GitBackend.additions`. */
export function additions(
  repository: Repository,
  store: ObjectStore,
  { from, to, paths, since = 0 }: AdditionsRequest,
): AsyncGenerator<CommitFiles> {
  const read: ReadTree = (tree) => store.read(tree, MAX_TREE_BYTES);
  const reader: HistoryReader = {
    async *commits() {
      for await (const { oid, parents, time } of walkBetween(repository, store, from, to)) {
        if (time / 1000 < since) return;
        yield { oid, parents, time: time / 1000 };
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
        yield await folderDifferences(read, repository.objectFormat, pair);
      }
    },
  };
  return findAdditions(reader, paths, shallowCommits(repository));
}
