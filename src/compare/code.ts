import { RedunError } from "../errors.ts";
import type { GitBackend, ListedCommit, Oid } from "../git/backend.ts";
import type { Code } from "../record/records.ts";

/** How the code of one run relates to that of another. */
export interface CodeComparison {
  readonly before: Code;
  readonly after: Code;
  /** Of the later commit to the earlier one. `unknown` where not both are in the repository. */
  readonly relation: "same" | "ahead" | "behind" | "diverged" | "unknown";
  /** Both commits hold the same files, as after a squash or a rebase. */
  readonly sameTree: boolean;
  /** Commits that only the later code has, newest first. */
  readonly ahead: readonly ListedCommit[];
  /** Commits that only the earlier code has, newest first. */
  readonly behind: readonly ListedCommit[];
  /** Recorded commits that are not in the repository. */
  readonly missing: readonly Oid[];
}

export async function compareCode(
  backend: GitBackend,
  before: Code,
  after: Code,
): Promise<CodeComparison> {
  const sameTree = before.tree !== undefined && before.tree === after.tree;
  const common = { before, after, sameTree, ahead: [], behind: [], missing: [] };
  const [from, to] = [before.commit, after.commit];
  if (!from || !to) return { ...common, relation: "unknown" };
  if (from === to) return { ...common, relation: "same" };
  const missing: Oid[] = [];
  for (const commit of [from, to]) if (!(await isHere(backend, commit))) missing.push(commit);
  if (missing.length > 0) return { ...common, relation: "unknown", missing };
  const [ahead, behind] = await Promise.all([
    commits(backend, `${from}..${to}`),
    commits(backend, `${to}..${from}`),
  ]);
  const relation = behind.length === 0 ? "ahead" : ahead.length === 0 ? "behind" : "diverged";
  return { ...common, relation, ahead, behind };
}

async function isHere(backend: GitBackend, commit: Oid): Promise<boolean> {
  try {
    await backend.commit(commit);
    return true;
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return false;
    throw error;
  }
}

async function commits(backend: GitBackend, revision: string): Promise<ListedCommit[]> {
  const found: ListedCommit[] = [];
  for await (const commit of backend.history({ revision })) found.push(commit);
  return found;
}
