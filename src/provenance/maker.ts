import type { JobRow } from "../index/rows.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** Jobs of one value among which the one that it came from is looked for. */
const MAX_PRODUCERS = 100;

/** The newest job that made a value itself, rather than handed up what a child had made. */
export function makerOf(log: IndexedLog, id: string): JobRow | undefined {
  const jobs = log.index.jobsNaming(id, "jobWithResult", MAX_PRODUCERS);
  return makersOf(log, jobs)[0];
}

/** Those of some jobs that are above none of the others. */
export function makersOf({ index }: IndexedLog, jobs: readonly JobRow[]): JobRow[] {
  const above = new Set<number>();
  for (const job of jobs) {
    for (let at = job.parent; at !== null && !above.has(at); ) {
      above.add(at);
      at = index.job(at)?.parent ?? null;
    }
  }
  return jobs.filter(({ seq }) => !above.has(seq));
}
