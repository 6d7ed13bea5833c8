import type { GitBackend, ListedCommit } from "../git/backend.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { allOf, type CodeCondition, type Condition, not } from "../query/condition.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** A commit of the code, and the executions that ran it. */
export interface CommitRuns {
  readonly commit: ListedCommit;
  /**
   * The newest ones of this commit; then of commits that are not listed, but hold the same files.
   */
  readonly runs: readonly ExecutionRow[];
  /** How many there are in all. */
  readonly count: number;
}

/** Which commits are wanted, with which of their executions. */
export interface CommitRunsWanted {
  /** A revision, which stands for all commits that led to it, or a range. */
  readonly revision: string;
  /** At most so many commits, the newest; all by default. */
  readonly limit?: number;
  /** At most so many executions of a commit. */
  readonly runs: number;
  /** What executions must be. */
  readonly where: Condition;
}

/**
 * The executions that ran the code of a range or, of a single revision, of that one commit; also
 * where it stood in other commits then, as before a squash or a rebase.
 * @throws RedunError UNKNOWN_REVISION
 */
export async function codeCondition(backend: GitBackend, revision: string): Promise<CodeCondition> {
  const commits = new Set<string>();
  const trees = new Set<string>();
  for await (const { oid, tree } of backend.history({ revision, alone: true })) {
    commits.add(oid);
    trees.add(tree);
  }
  return { is: "code", revision, commits, trees };
}

/**
 * The commits of a history, newest first, each with the executions that ran it.
 * @throws RedunError UNKNOWN_REVISION
 */
export async function* commitRuns(
  { log, index }: IndexedLog,
  wanted: CommitRunsWanted,
): AsyncGenerator<CommitRuns> {
  const { revision, limit, where } = wanted;
  const history = { revision, ...(limit !== undefined && { limit }) };
  const listed: ListedCommit[] = [];
  const byTree = new Map<string, ListedCommit[]>();
  for await (const commit of log.backend.history(history)) {
    listed.push(commit);
    const alike = byTree.get(commit.tree);
    if (alike) alike.push(commit);
    else byTree.set(commit.tree, [commit]);
  }
  for (const commit of listed) {
    const { oid, tree } = commit;
    const conditions = [allOf(where, codeOf({ commits: [oid] }))];
    const alike = byTree.get(tree)!;
    // Runs of commits that are not listed stand once, under the newest that has their files.
    if (alike[0] === commit) {
      const listedAlike = codeOf({ commits: alike.map((other) => other.oid) });
      conditions.push(allOf(where, codeOf({ trees: [tree] }), not(listedAlike)));
    }
    const runs: ExecutionRow[] = [];
    let count = 0;
    for (const condition of conditions) {
      const room = wanted.runs - runs.length;
      const found = index.search.executions({ where: condition }, room);
      runs.push(...found);
      const isAll = found.length < room;
      count += isAll ? found.length : index.search.count("Execution", { where: condition });
    }
    yield { commit, runs, count };
  }
}

function codeOf(code: { commits?: readonly string[]; trees?: readonly string[] }): CodeCondition {
  const { commits = [], trees = [] } = code;
  return { is: "code", revision: "", commits: new Set(commits), trees: new Set(trees) };
}
