import type { IndexedLog } from "../provenance/indexed-log.ts";
import { valuePath } from "../record/layout.ts";
import { JobRecords } from "./job-records.ts";
import type { RunListener } from "./jobs.ts";
import type { LiveJob } from "./live-job.ts";
import { ResultCache, type ResultCacheOptions } from "./result-cache.ts";
import { Secrets } from "./secrets.ts";
import { valueLimits } from "./value-limits.ts";

/**
 * Makes the records of jobs, by which equal calls are known and share results, and writes them nowhere.
 */
export class UnrecordedJobs implements RunListener {
  readonly #log: IndexedLog;
  readonly #jobs: JobRecords;
  /** Large values, by the paths that they would have: equal calls get them from here. */
  readonly #values = new Map<string, string>();

  constructor(log: IndexedLog, onNotice: (notice: string) => void = () => {}) {
    this.#log = log;
    const { objectFormat, workTree } = log.log.backend.repository;
    this.#jobs = new JobRecords({
      format: objectFormat,
      root: workTree,
      limits: valueLimits(log.config),
      secrets: new Secrets(),
      addFile: ({ path, text }) => void this.#values.set(path, text),
      tell: onNotice,
    });
  }

  jobStarted(job: LiveJob): void {
    this.#jobs.begin(job);
  }

  jobReturned(job: LiveJob, value: unknown): void {
    this.#jobs.returned(job, value);
  }

  jobResulted(job: LiveJob, result: unknown): void {
    this.#jobs.resulted(job, result);
  }

  jobBound(job: LiveJob, args: readonly unknown[]): void {
    this.#jobs.bound(job, args);
  }

  /** The job gets what its record would say: the id of its call, and what equal calls may take. */
  jobEnded(job: LiveJob): void {
    this.#jobs.record(job);
  }

  /** What earlier executions gave, and equal calls of this one. */
  resultCache(
    options: Pick<ResultCacheOptions, "isOn" | "trust" | "onNotice">,
    hashAhead: ResultCacheOptions["hashAhead"],
  ): ResultCache {
    return new ResultCache({
      ...options,
      log: this.#log,
      hashAhead,
      argsHash: (job) => this.#jobs.argsHash(job),
      // Large values stand nowhere else.
      pendingValue: (id) => this.#values.get(valuePath(id)),
    });
  }
}
