import type { ExecutionRow, JobRow } from "../index/rows.ts";
import { executionPath, jobsPath } from "../record/layout.ts";
import { timeOf } from "../record/records.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** The file that holds an execution's start. */
export function startPath({ id, started }: ExecutionRow): string {
  return executionPath(id, timeOf(started));
}

/** The file that holds a job. */
export function segmentPath(log: IndexedLog, job: JobRow): string {
  const { id, started } = log.index.execution(job.execution)!;
  return jobsPath(id, timeOf(started), job.segment);
}
