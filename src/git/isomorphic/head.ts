import type { GitConfig, Head, Repository } from "../backend.ts";
import { readConfig } from "../files/config-reader.ts";
import { headRef, readRef } from "../files/refs.ts";
import { readRepository } from "../files/repository-reader.ts";
import { readCommit } from "./commits.ts";
import { ObjectStore } from "./objects.ts";
import { indexPathOf, isDirty } from "./work-tree.ts";

/** What is checked out, and whether tracked files differ from it. */
export async function readHead(
  repository: Repository,
  store: ObjectStore,
  config: GitConfig,
): Promise<Head> {
  const branch = headRef(repository)?.replace(/^refs\/(?:heads\/)?/, "") ?? null;
  const commit = readRef(repository, "HEAD").oid;
  const tree = commit && (await readCommit(store, commit)).tree;
  const path = repository.workTree;
  const dirty =
    path !== null &&
    (await isDirty(
      { path, indexPath: indexPathOf(repository, path), config, isSubmoduleClean },
      tree,
    ));
  return { commit, tree, branch, dirty };
}

async function isSubmoduleClean(folder: string, commit: string): Promise<boolean> {
  const submodule = readRepository(folder, {});
  if (submodule.workTree !== folder) return true;
  const store = new ObjectStore(submodule.commonDir);
  const head = await readHead(submodule, store, readConfig(submodule));
  return head.commit === commit && !head.dirty;
}
