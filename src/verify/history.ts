import { RedunError } from "../errors.ts";
import type { Change, GitBackend, Oid } from "../git/backend.ts";
import { parseCommit } from "../git/commit.ts";
import { shallowCommits } from "../git/files/shallow.ts";
import { changedFiles } from "../git/tree-walk.ts";
import { readFormat } from "../log/format.ts";
import type { CommitRange } from "../log/range.ts";
import { isExplained } from "../log/removals.ts";
import { FORMAT_PATH, parsePath } from "../record/layout.ts";
import type { CheckedObjects } from "./objects.ts";
import { type Problems, reasonOf } from "./problem.ts";

/** What the commits of a range are, as their objects say, the newest first. */
export interface CheckedHistory {
  readonly commits: ReadonlyMap<Oid, CheckedCommit>;
  /** Commits whose parents are not here. */
  readonly edge: ReadonlySet<Oid>;
  /** Commits that brought a file which none of their parents has; the first of a log always does. */
  readonly bringing: readonly Oid[];
}

export interface CheckedCommit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
}

/** Commits that are compared with their parents at once: git is asked for all of their folders in one go. */
const COMPARED_AT_ONCE = 256;

/**
 * Checks that commits only add: a record that a parent has must be in the commit too, with the same
 * content. `format.yaml` may be replaced by one of a higher version. What is not the log's own file may
 * change. Every commit and folder is hashed.
 */
export async function checkHistory(
  backend: GitBackend,
  objects: CheckedObjects,
  { from, tip }: CommitRange,
  problems: Problems,
  onCommit: (done: number, total: number) => void,
): Promise<CheckedHistory> {
  const revision = from === null ? tip : `${from}..${tip}`;
  const commits = new Map<Oid, CheckedCommit>();
  const damaged = new Set<Oid>();
  try {
    for await (const [{ oid }, content] of objects.many("commit", backend.history({ revision }))) {
      if ("bytes" in content) commits.set(oid, parseCommit(content.bytes));
      else {
        damaged.add(oid);
        problems.add("history", null, reasonOf(content.error), oid);
      }
    }
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    problems.add("history", null, `It cannot be followed to its end. ${error.message}`, tip);
  }
  const edge = shallowCommits(backend.repository);
  if (from === null && problems.count("history") === damaged.size) {
    assertClosed(commits, new Set([...edge, ...damaged]), problems);
  }
  const check = new HistoryCheck(backend, objects, commits, damaged, problems);
  const bringing: Oid[] = [];
  const oldestFirst = [...commits].reverse();
  for (let at = 0; at < oldestFirst.length; at += COMPARED_AT_ONCE) {
    const batch = oldestFirst.slice(at, at + COMPARED_AT_ONCE);
    const brought = await Promise.all(
      batch.map(([oid, commit]) => (edge.has(oid) ? true : check.commit(oid, commit))),
    );
    for (const [place, [oid]] of batch.entries()) if (brought[place]) bringing.push(oid);
    onCommit(Math.min(at + COMPARED_AT_ONCE, oldestFirst.length), oldestFirst.length);
  }
  return { commits, edge, bringing };
}

/** git lists commits by caches of its own: what their objects say counts. */
function assertClosed(
  commits: ReadonlyMap<Oid, CheckedCommit>,
  ends: ReadonlySet<Oid>,
  problems: Problems,
): void {
  for (const [oid, { parents }] of commits) {
    const isListed = (parent: Oid) => commits.has(parent) || ends.has(parent);
    const unlisted = ends.has(oid) ? undefined : parents.find((parent) => !isListed(parent));
    if (unlisted === undefined) continue;
    problems.add("history", null, `Its parent ${unlisted} is not in the history.`, oid);
  }
}

class HistoryCheck {
  readonly #backend: GitBackend;
  readonly #objects: CheckedObjects;
  readonly #commits: ReadonlyMap<Oid, CheckedCommit>;
  readonly #damaged: ReadonlySet<Oid>;
  readonly #problems: Problems;

  constructor(
    backend: GitBackend,
    objects: CheckedObjects,
    commits: ReadonlyMap<Oid, CheckedCommit>,
    damaged: ReadonlySet<Oid>,
    problems: Problems,
  ) {
    this.#damaged = damaged;
    this.#backend = backend;
    this.#objects = objects;
    this.#commits = commits;
    this.#problems = problems;
  }

  /** Whether the commit brought files. */
  async commit(oid: Oid, { tree, parents }: CheckedCommit): Promise<boolean> {
    if (parents.length === 0) return true;
    const brought: Set<string>[] = [];
    for (const parent of parents) {
      // Of a damaged one it has been told.
      if (this.#damaged.has(parent)) return true;
      try {
        brought.push(await this.#compare(oid, tree, parent, parents.length > 1));
      } catch (error) {
        this.#problems.add("history", null, reasonOf(error), oid);
        return true;
      }
    }
    const [first, ...others] = brought;
    return [...first!].some((path) => others.every((paths) => paths.has(path)));
  }

  /** The files that a commit has and a parent of it has not. */
  async #compare(oid: Oid, tree: Oid, parent: Oid, isMerge: boolean): Promise<Set<string>> {
    const brought = new Set<string>();
    const before = await this.#treeOf(parent);
    const format = this.#backend.repository.objectFormat;
    for await (const change of changedFiles(this.#objects.tree, format, before, tree)) {
      const { path, kind, refused } = change;
      if (refused !== undefined) this.#problems.add("history", path, refused, oid);
      else if (kind === "added") brought.add(path);
      else if (await this.#isBreach(change, parent, oid, isMerge)) {
        const how = kind === "deleted" ? "removed" : "changed";
        const why = `This commit ${how} it, and a log only grows.`;
        this.#problems.add("history", path, why, oid);
      }
    }
    return brought;
  }

  async #treeOf(commit: Oid): Promise<Oid> {
    const known = this.#commits.get(commit);
    return known?.tree ?? parseCommit(await this.#objects.one("commit", commit)).tree;
  }

  /** Other files are not the log's. Of two format files a merge takes the higher. */
  async #isBreach(
    { path, kind }: Change,
    before: Oid,
    after: Oid,
    isMerge: boolean,
  ): Promise<boolean> {
    if (path !== FORMAT_PATH || kind === "deleted")
      return parsePath(path) !== null && !(await isExplained(this.#backend, path, before, after));
    const [old, now] = [
      await readFormat(this.#backend, before, before).catch(reasonOf),
      await readFormat(this.#backend, after, after),
    ];
    if (typeof old !== "number" || now === null) return now === null;
    return isMerge ? now < old : now <= old;
  }
}
