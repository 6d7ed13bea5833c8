import { type RunningCall, type Why, whyReused, whyRun } from "../compare/why.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { Execution } from "../record/records.ts";
import { recordedArgs } from "./args-records.ts";
import type { RunListener } from "./jobs.ts";
import type { LiveJob } from "./live-job.ts";
import type { SchedulerListener } from "./run-events.ts";

/** Finds out why jobs run, in the order in which they do, and beside them. */
export class Explainer implements RunListener {
  readonly #log: IndexedLog;
  /** When the execution began. */
  readonly #time: number;
  readonly #tell: (job: LiveJob, why: Why | null) => void;
  /** Full names of tasks, by the ids of their jobs. */
  readonly #tasks = new Map<string, string>();
  #told: Promise<unknown> = Promise.resolve();

  /** @param tell null is told where the records that it takes cannot be read */
  constructor(log: IndexedLog, time: number, tell: (job: LiveJob, why: Why | null) => void) {
    this.#log = log;
    this.#time = time;
    this.#tell = tell;
  }

  /** One that tells a run's listener. */
  static of(log: IndexedLog, { started }: Execution, listener: SchedulerListener): Explainer {
    return new Explainer(log, Date.parse(started), (job, why) => listener.jobExplained?.(job, why));
  }

  jobStarted({ id, task }: LiveJob): void {
    this.#tasks.set(id, task.fullName);
  }

  jobRuns(job: LiveJob): void {
    // It runs again because it has failed a moment ago, as its line says.
    if (job.tags.some(([key, value]) => key === "attempt" && value !== 1)) return;
    this.#told = this.#told.then(async () => {
      this.#tell(job, await this.why(job).catch(() => null));
    });
  }

  /** All that is to be told has been. */
  async done(): Promise<void> {
    await this.#told;
  }

  /** Why a job runs, or whose result it takes. */
  async why(job: LiveJob): Promise<Why> {
    if (job.reused) return whyReused(this.#log, job.reused.job);
    return whyRun(this.#log, this.#callOf(job));
  }

  #callOf(job: LiveJob): RunningCall {
    const { task, index, from } = job;
    const format: ObjectFormat = this.#log.log.backend.repository.objectFormat;
    const { hash, args } = recordedArgs(job, format);
    const names = [...args.keys()];
    return {
      task: task.fullName,
      taskHash: task.id(format),
      args,
      argsHash: hash,
      time: this.#time,
      place: index,
      definition: task.record(format),
      missed: job.missed ?? undefined,
      from: (name) =>
        (from[names.indexOf(name)] ?? []).map((id) => ({ id, task: this.#tasks.get(id) ?? "" })),
    };
  }
}
