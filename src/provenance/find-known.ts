import { RedunError } from "../errors.ts";
import { type Found, findEntity, foundRow } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { JournaledJobs } from "./journaled-jobs.ts";
import { journaledJobId, journaledWithId } from "./running.ts";

/** An entity that the log or a journal knows. */
export interface Known {
  readonly found: Found;
  /** Of an execution of which its journal knows more than the log, and a job that it alone knows. */
  readonly jobs: JournaledJobs | null;
}

/**
 * As `findEntity`; also what the journals of this repository alone know: executions and jobs that
 * are not committed yet.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID
 */
export async function findKnown(log: IndexedLog, word: string): Promise<Known> {
  try {
    return known(log, await findEntity(log, word));
  } catch (error) {
    const isUnknown = error instanceof RedunError && error.code === "UNKNOWN_ID";
    const journaled = isUnknown ? inJournal(log, word) : undefined;
    if (!journaled) throw error;
    return journaled;
  }
}

/** What is known of an entity that a listing has. */
export function known(log: IndexedLog, found: Found): Known {
  const journaled = found.type === "Execution" ? journaledWithId(log, found.id) : undefined;
  if (!journaled) return { found, jobs: null };
  const { row } = journaled;
  return { found: foundRow({ type: "Execution", row }), jobs: new JournaledJobs(log, journaled) };
}

function inJournal(log: IndexedLog, word: string): Known | undefined {
  const execution = journaledWithId(log, word);
  if (execution) return known(log, foundRow({ type: "Execution", row: execution.row }));
  const job = journaledJobId(log, word);
  if (!job) return undefined;
  const jobs = new JournaledJobs(log, job.execution);
  const { row } = jobs.withId(job.id) ?? {};
  return row && { found: foundRow({ type: "Job", row }), jobs };
}
