import type { ListedCommit } from "../git/backend.ts";
import { type CommitRunsWanted, commitRuns } from "../provenance/code.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type ExecutionOfCode, executionOfCode } from "./executions.ts";
import type { Extent } from "./extent.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** A commit of the code, and the executions that ran it. */
export interface CommitView {
  readonly commit: ListedCommit;
  /**
   * The newest ones of this commit; then of commits that are not listed, but hold the same files. On a
   * page each says how its code differed.
   */
  readonly executions: readonly (LoggedExecution | ExecutionOfCode)[];
  /** How many there are in all. */
  readonly count: number;
}

/** Executions of a commit; of a page the others are counted. */
const EXECUTIONS = { page: 10, whole: 2 ** 40 } as const;

/** The commits of a history, newest first. @throws RedunError UNKNOWN_REVISION */
export async function* commitViews(
  log: IndexedLog,
  wanted: Omit<CommitRunsWanted, "runs">,
  extent: Extent = "page",
): AsyncGenerator<CommitView> {
  for await (const found of commitRuns(log, { ...wanted, runs: EXECUTIONS[extent] })) {
    const { commit, runs, count } = found;
    const commits = new Set([commit.oid]);
    const executions: (LoggedExecution | ExecutionOfCode)[] = [];
    for (const row of runs) {
      const isPage = extent === "page";
      executions.push(isPage ? await executionOfCode(log, row, commits) : loggedExecution(row));
    }
    yield { commit, executions, count };
  }
}
