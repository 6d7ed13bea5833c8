import { type HelperChange, HelperChanges } from "../src/compare/helper-changes.ts";
import { type Why, why } from "../src/compare/why.ts";
import type { JobRow } from "../src/index/rows.ts";
import { findEntity } from "../src/provenance/find.ts";
import { wrongType } from "../src/provenance/find-execution.ts";
import type { IndexedLog } from "../src/provenance/indexed-log.ts";

/** Jobs of an execution that are reported. */
const MOST_JOBS = 1000;

/** A job, why it ran, and what its task uses that changed since the job whose result it took. */
export interface WhyJob {
  readonly row: JobRow;
  readonly found: Why;
  readonly changed: readonly HelperChange[];
}

/**
 * Why the jobs ran that a word means: the id of a job; of an execution, for all of its jobs; of a task, or its
 * full name, for the newest of it.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, OBJECT_MISSING, BAD_RECORD
 */
export async function* whyJobs(log: IndexedLog, word: string): AsyncGenerator<WhyJob> {
  const helpers = new HelperChanges(log);
  for (const row of await jobsMeant(log, word)) {
    const found = await why(log, row);
    const source = found.kind === "reused" ? found.source?.row : undefined;
    const execution = log.index.execution(row.execution);
    yield { row, found, changed: source ? await helpers.since(source, execution) : [] };
  }
}

/** A job by its id; of an execution all of them, of a task (by id or full name) the newest. */
async function jobsMeant(log: IndexedLog, word: string): Promise<JobRow[]> {
  const [task] = log.index.entitiesNamed("Task", word, 1);
  if (task) return log.index.jobsOfTask(task.seq, 1);
  const found = await findEntity(log, word);
  if (found.type === "Job") return [found.row];
  if (found.type === "Execution") return log.index.jobsOf(found.row.seq).slice(0, MOST_JOBS);
  if (found.type === "Task" && found.row) return log.index.jobsOfTask(found.row.seq, 1);
  throw wrongType(
    found,
    "a Job, Task or Execution",
    "Give a job, a task (its full name will do), or an execution for all of its jobs.",
  );
}
