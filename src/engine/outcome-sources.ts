import type { JobRow } from "../index/rows.ts";
import type { EarlierCall } from "../index/task-calls.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { Job } from "../record/records.ts";
import type { CacheTrust } from "./cache-settings.ts";
import type { EarlierOutcome } from "./call-settings.ts";
import type { ReusedJob } from "./live-job.ts";
import type { Segments } from "./segments.ts";
import { SignedSegments } from "./signed-segments.ts";

/** Where outcomes of the log come from: which job, whose execution, and whether that one is trusted. */
export class OutcomeSources {
  readonly #log: IndexedLog;
  readonly #segments: Segments;
  readonly #trust: CacheTrust;
  readonly #signed: SignedSegments;

  constructor(log: IndexedLog, segments: Segments, trust: CacheTrust) {
    this.#log = log;
    this.#segments = segments;
    this.#trust = trust;
    this.#signed = new SignedSegments(log);
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
   * Whether a job's outcome is the word of one of those that are trusted, and not only passed on by them: null for such;
   * else why not, and the job whose word it is. A promise where something has to be looked up first.
   */
  distrusted({ id, reused }: Job, { seq, segment }: EarlierCall): Distrust | Promise<unknown> {
    const { users, signedOnly } = this.#trust;
    if (!users && !signedOnly) return null;
    const { index } = this.#log;
    const itself = index.job(seq);
    const unsigned = itself ? this.#unsigned(itself, segment) : true;
    if (unsigned) return unsigned === true ? { reason: "unsigned", job: id } : unsigned;
    let from = reused;
    for (let steps = 0; from !== undefined; steps++) {
      const row = index.jobWithId(from);
      const execution = row && index.execution(row.execution);
      const isTheirs = !execution || !(users?.includes(execution.user) ?? true);
      if (isTheirs || steps === MOST_STEPS) return { reason: "user", job: row ? from : id };
      const unsigned = this.#unsigned(row, row.segment);
      if (unsigned) return unsigned === true ? { reason: "unsigned", job: from } : unsigned;
      const jobs = this.#segments.get(row.segment);
      if (!jobs) return this.#segments.load(this.#log, row.segment);
      from = jobs.get(row.place)?.reused;
    }
    return null;
  }

  /** True where it is not signed and has to be; a promise where that is to be looked up. */
  #unsigned({ execution }: JobRow, segment: string): boolean | Promise<void> {
    if (!this.#trust.signedOnly) return false;
    const signed = this.#signed.get(segment);
    if (signed !== undefined) return !signed;
    return this.#signed.look(segment, this.#log.index.execution(execution)!);
  }
}

/** Why an outcome is not taken, and whose job it is of; null where it may be. */
export type Distrust = null | { readonly reason: "user" | "unsigned"; readonly job: string };

/** Jobs that an outcome was passed on by, at most: mostly there is one. */
const MOST_STEPS = 4;
