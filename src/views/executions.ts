import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { codeThatRan, readExecution } from "../provenance/read.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** An execution in a listing by code. */
export interface ExecutionOfCode extends LoggedExecution {
  /** Its code differed from the commit that it names. */
  readonly isDirty: boolean;
  /** It names another commit than those that were asked for, of the same files. */
  readonly isOtherCommit: boolean;
}

/** An execution among those of some commits. */
export async function executionOfCode(
  log: IndexedLog,
  row: ExecutionRow,
  commits: ReadonlySet<string>,
): Promise<ExecutionOfCode> {
  return {
    ...loggedExecution(row),
    isDirty: await ranOtherFiles(log, row),
    isOtherCommit: row.commit === null || !commits.has(row.commit),
  };
}

/** By the tag, or by the record: `redun.autotags` may leave the tag out. */
async function ranOtherFiles(log: IndexedLog, row: ExecutionRow): Promise<boolean> {
  if (row.tags.some(([key, value]) => key === "git_dirty" && value === true)) return true;
  try {
    return codeThatRan(await readExecution(log, row), row).dirty === true;
  } catch (error) {
    // What cannot be read is reported elsewhere; a run that goes on has no record in the log.
    if (error instanceof RedunError) return false;
    throw error;
  }
}
