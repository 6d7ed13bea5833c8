import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { Job } from "../record/records.ts";
import type { EarlierOutcome } from "./call-settings.ts";
import type { ReusedJob } from "./live-job.ts";
import type { Segments } from "./segments.ts";

/** Where outcomes of the log come from: which job, whose execution, and whether that one is trusted. */
export class OutcomeSources {
  readonly #log: IndexedLog;
  readonly #segments: Segments;
  readonly #users: readonly string[] | null;

  /** @param users whose executions are trusted; null for everybody's */
  constructor(log: IndexedLog, segments: Segments, users: readonly string[] | null) {
    this.#log = log;
    this.#segments = segments;
    this.#users = users;
  }

  /** A job and its execution, for programs that decide by them. */
  toldOf(id: string): EarlierOutcome["source"] {
    const { index } = this.#log;
    const row = index.jobWithId(id);
    return { job: id, execution: (row && index.execution(row.execution)) ?? null };
  }

  /**
   * The job whose function ran, as far as that is known, so that nobody has to follow a chain of jobs.
   * @param mayDiffer the result may be that of calls that the job made itself
   */
  sourceOf(job: Job, mayDiffer: boolean): ReusedJob {
    const call = job.call!;
    const isSame = job.reused !== undefined && !(mayDiffer && this.#madeCalls(job));
    return { job: isSame ? job.reused! : job.id, call };
  }

  #madeCalls({ id }: Job): boolean {
    const { index } = this.#log;
    const row = index.jobWithId(id);
    return row === undefined || index.childrenOf(row, 1).length > 0;
  }

  /**
   * Whether a job's outcome is the word of one of those that are trusted, and not only passed on by
   * them: or the segment that has to be read to know that.
   */
  trust({ reused }: Job): boolean | { readonly segment: string } {
    const users = this.#users;
    const { index } = this.#log;
    let from = reused;
    for (let steps = 0; users && from !== undefined; steps++) {
      const row = index.jobWithId(from);
      const execution = row && index.execution(row.execution);
      if (!execution || !users.includes(execution.user) || steps === MOST_STEPS) return false;
      const jobs = this.#segments.get(row.segment);
      if (!jobs) return { segment: row.segment };
      from = jobs.get(row.place)?.reused;
    }
    return true;
  }
}

/** Jobs that an outcome was passed on by, at most: mostly there is one. */
const MOST_STEPS = 4;
