import type { IndexedLog } from "../provenance/indexed-log.ts";
import { valuePath } from "../record/layout.ts";
import { JobRecords } from "./job-records.ts";
import type { RunListener } from "./jobs.ts";
import type { LiveJob } from "./live-job.ts";
import { Secrets } from "./secrets.ts";
import { valueLimits } from "./value-limits.ts";

/**
 * Makes the records of jobs, by which equal calls are known and share results, and writes them nowhere.
 */
export class UnrecordedJobs implements RunListener {
  readonly #jobs: JobRecords;
  /** Large values, by the paths that they would have: equal calls get them from here. */
  readonly #values = new Map<string, string>();

  constructor(
    { log: { backend }, config }: IndexedLog,
    onNotice: (notice: string) => void = () => {},
  ) {
    const { objectFormat, workTree } = backend.repository;
    const keep = ({ path, text }: { path: string; text: string }) =>
      void this.#values.set(path, text);
    this.#jobs = new JobRecords(
      objectFormat,
      workTree,
      keep,
      onNotice,
      valueLimits(config),
      new Secrets(),
    );
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

  /** The id of a job's arguments, from when it has begun. */
  argsHash(job: LiveJob): string | null {
    return this.#jobs.argsHash(job);
  }

  /** The text of a value that stands nowhere else. */
  pendingValue(id: string): string | undefined {
    return this.#values.get(valuePath(id));
  }
}
