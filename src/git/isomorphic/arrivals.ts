import type { ArrivalRequest, CommitFiles, Oid, Repository } from "../backend.ts";
import { shallowCommits } from "../files/shallow.ts";
import { isBlob, isFolder } from "../tree-format.ts";
import { changedFiles, MAX_TREE_BYTES } from "../tree-walk.ts";
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
  const walked = new Map<Oid, Met>();
  for await (const met of walkBetween(repository, store, from, to)) {
    if (met.time / 1000 < since) break;
    walked.set(met.oid, met);
  }
  const candidates = new Set<Met>();
  for (const line of linesOf(walked)) {
    candidates.add(line.at(-1)!);
    for (const met of await changesAlong(store, line, paths)) candidates.add(met);
  }
  const edge = shallowCommits(repository);
  for (const met of walked.values()) {
    const files = candidates.has(met) ? await addedFiles(store, met, paths) : [];
    if (files.length === 0) continue;
    const { oid: commit, time } = met;
    yield { commit, time: time / 1000, ...(edge.has(commit) && { isAtEdge: true }), files };
  }
}

/** The commits in lines: of each but the last of a line, the next one is the only parent. */
function* linesOf(walked: ReadonlyMap<Oid, Met>): Generator<Met[]> {
  const seen = new Set<Met>();
  for (const first of walked.values()) {
    const line: Met[] = [];
    for (let met: Met | undefined = first; met && !seen.has(met); ) {
      seen.add(met);
      line.push(met);
      const [parent, ...others]: readonly Oid[] = met.parents;
      met = parent !== undefined && others.length === 0 ? walked.get(parent) : undefined;
    }
    if (line.length > 0) yield line;
  }
}

/**
 * The commits of a line that differ under the paths from the next one. Most commits of a log do
 * not, and reading two trees of each would take most of the time: where both ends are alike
 * nothing came between them, since a log only grows.
 */
async function changesAlong(
  store: ObjectStore,
  line: readonly Met[],
  paths: readonly string[],
): Promise<Met[]> {
  const known = new Map<Met, string>();
  const stateOf = async (met: Met) => {
    const entries = known.get(met) ?? (await entriesAt(store, met.tree, paths));
    known.set(met, entries);
    return entries;
  };
  const found: Met[] = [];
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [newer, older] = span;
    if (newer >= older || (await stateOf(line[newer]!)) === (await stateOf(line[older]!))) continue;
    const middle = (newer + older) >>> 1;
    if (older - newer === 1) found.push(line[newer]!);
    else spans.push([newer, middle], [middle, older]);
  }
  return found;
}

async function entriesAt(store: ObjectStore, tree: Oid, paths: readonly string[]): Promise<string> {
  const entries = await Promise.all(paths.map((path) => entryAt(store, tree, path)));
  return entries.map((entry) => entry?.oid ?? "").join(" ");
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
  const read = (tree: Oid) => store.read(tree, MAX_TREE_BYTES);
  for await (const change of changedFiles(read, "sha1", old, is.oid)) {
    if (change.kind === "added" && change.refused === undefined)
      files.push({ path: `${path}/${change.path}`, oid: change.oid });
  }
  return files;
}
