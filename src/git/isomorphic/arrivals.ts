import type { ArrivalRequest, CommitFiles, Oid, Repository } from "../backend.ts";
import { isBlob, isFolder } from "../tree-format.ts";
import { changedFiles } from "./changes.ts";
import { readCommit } from "./commits.ts";
import { type Met, walkBetween } from "./history.ts";
import type { ObjectStore } from "./objects.ts";
import { entryAt } from "./tree-path.ts";

/** The commits that brought files under given paths. See `GitBackend.arrivals`. */
export async function* arrivals(
  repository: Repository,
  store: ObjectStore,
  { from, to, paths, since = 0 }: ArrivalRequest,
): AsyncGenerator<CommitFiles> {
  for await (const met of walkBetween(repository, store, from, to)) {
    const time = met.time / 1000;
    if (time < since) return;
    const files = await addedFiles(store, met, paths);
    if (files.length > 0) yield { commit: met.oid, time, files };
  }
}

type File = CommitFiles["files"][number];

/** Files under the paths that the commit has and none of its parents. */
async function addedFiles(
  store: ObjectStore,
  { tree, parents }: Met,
  paths: readonly string[],
): Promise<File[]> {
  const before = await Promise.all(
    parents.map(async (parent) => (await readCommit(store, parent)).tree),
  );
  const found: File[] = [];
  for (const path of paths) {
    const [first = [], ...others] = await Promise.all(
      (before.length > 0 ? before : [null]).map((old) => addedAt(store, old, tree, path)),
    );
    const isNew = ({ path }: File) => others.every((files) => files.some((f) => f.path === path));
    found.push(...first.filter(isNew));
  }
  return found;
}

/** Files at or under a path that one tree has and an older one has not. */
async function addedAt(
  store: ObjectStore,
  before: Oid | null,
  after: Oid,
  path: string,
): Promise<File[]> {
  if (before === after) return [];
  const [was, is] = await Promise.all([
    before === null ? null : entryAt(store, before, path),
    entryAt(store, after, path),
  ]);
  if (!is || was?.oid === is.oid) return [];
  if (isBlob(is)) return was && isBlob(was) ? [] : [{ path, oid: is.oid }];
  const files: File[] = [];
  if (!isFolder(is)) return files;
  const old = was && isFolder(was) ? was.oid : null;
  for await (const change of changedFiles(store, old, is.oid)) {
    if (change.kind === "added") files.push({ path: `${path}/${change.path}`, oid: change.oid });
  }
  return files;
}
