import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { findExecution } from "../provenance/find-execution.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { codeThatRan, readExecution } from "../provenance/read.ts";
import { type CodeComparison, compareCode } from "./code.ts";
import { compareFiles, type FileComparison } from "./files.ts";
import { compareJobs, type JobComparison } from "./jobs.ts";
import { compareTags, type TagDifference } from "./tags.ts";
import { compareTasks, type TaskComparison } from "./tasks.ts";
import { type CallComparison, compareCalls, rootCall } from "./values.ts";

/** How one execution differs from another, from `before` to `after`. */
export interface Comparison {
  readonly before: ExecutionRow;
  readonly after: ExecutionRow;
  /** By key; keys whose values are the same are left out. */
  readonly tags: readonly TagDifference[];
  readonly code: CodeComparison;
  readonly tasks: TaskComparison;
  /**
   * The calls of the root tasks; null while not both have ended, which is when they are recorded.
   */
  readonly call: CallComparison | null;
  readonly files: FileComparison;
  readonly jobs: JobComparison;
}

/** @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function compareExecutions(
  log: IndexedLog,
  before: ExecutionRow,
  after: ExecutionRow,
): Promise<Comparison> {
  const rows = [before, after] as const;
  const both = <T>(of: (row: ExecutionRow) => Promise<T>) =>
    Promise.all([of(rows[0]), of(rows[1])]);
  const [codes, calls] = await Promise.all([
    both(async (row) => codeThatRan(await readExecution(log, row), row)),
    both((row) => rootCall(log, row)),
  ]);
  const tallies = rows.map(({ seq }) => log.index.jobTallies(seq));
  const { backend } = log.log;
  return {
    before,
    after,
    tags: compareTags(before.tags, after.tags),
    code: await compareCode(backend, ...codes),
    tasks: await compareTasks(log, tallies[0]!, tallies[1]!),
    call: calls[0] && calls[1] && compareCalls(calls[0], calls[1], backend.repository.objectFormat),
    files: await compareFiles(log, before, after),
    jobs: compareJobs(tallies[0]!, tallies[1]!),
  };
}

/**
 * The two executions that two ids name, in this order. For one id, the second is its execution and the
 * first the one before it that ran the same task.
 * @throws RedunError UNKNOWN_ID, also where there is none before it; AMBIGUOUS_ID, WRONG_TYPE
 */
export async function findPair(
  log: IndexedLog,
  first: string,
  second?: string,
): Promise<readonly [before: ExecutionRow, after: ExecutionRow]> {
  const row = await findExecution(log, first);
  if (second !== undefined) return [row, await findExecution(log, second)];
  const before = log.index.previousOfTask(row);
  if (before) return [before, row];
  throw new RedunError(
    "UNKNOWN_ID",
    `Execution ${row.id.slice(0, 8)} is the first one of ${row.task} in ${log.log.ref}.`,
    "Name the execution to compare it with.",
  );
}
