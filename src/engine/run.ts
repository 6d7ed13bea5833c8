import { setMaxListeners } from "node:events";
import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { TagPair } from "../tag/tag.ts";
import type { RunHandle } from "./context.ts";
import { Evaluation } from "./evaluation.ts";
import type { Expression, TagsToApply } from "./expression.ts";
import { Jobs, type RunListener } from "./jobs.ts";
import { Limits } from "./limits.ts";
import type { LiveJob } from "./live-job.ts";
import type { Plan } from "./plan.ts";
import type { Reuse } from "./reuse.ts";
import type { JobCount, RunProgress } from "./run-events.ts";
import { type RunSettings, runSettings } from "./run-settings.ts";
import { Workplaces } from "./workplaces.ts";

export type { LiveJob, RunListener };

/**
 * Computes lazy values: one job for each task call, arguments before calls, independent parts
 * concurrently. Knows nothing of git or files; its listeners record and report.
 */
export class Run implements RunHandle, RunProgress {
  readonly #jobs: Jobs;
  readonly #evaluation: Evaluation;
  readonly #over = new AbortController();
  readonly execution: string;
  readonly root: string | null;
  readonly commonDir: string | null;
  readonly limits: Limits<LiveJob>;
  readonly #workplaces: Workplaces;

  /**
   * @param reuse finds results that jobs may take instead of running; without it all of them run
   * @param plan takes the place of running them
   */
  constructor(
    executionId: string,
    format: ObjectFormat,
    listeners: readonly RunListener[],
    settings: RunSettings = runSettings(null, null),
    reuse: Reuse | null = null,
    plan: Plan | null = null,
  ) {
    this.execution = executionId;
    this.root = settings.root;
    this.commonDir = settings.commonDir;
    this.limits = new Limits(settings.limit);
    // Each program that runs listens to it.
    setMaxListeners(0, this.#over.signal);
    this.#jobs = new Jobs(executionId, format, plan ? [...listeners, plan] : listeners);
    this.#workplaces = new Workplaces(settings);
    this.#evaluation = new Evaluation(this.#jobs, this, reuse, this.#workplaces, plan);
  }

  /** The jobs that have begun and not ended, in the order in which they began. */
  get running(): ReadonlySet<LiveJob> {
    return this.#jobs.running;
  }

  /** How many jobs there have been, by task and status. */
  get counts(): JobCount[] {
    return this.#jobs.counts;
  }

  stateOf(job: LiveJob): string | undefined {
    return this.#jobs.stateOf(job);
  }

  /** No job begins after this; what waits for one is rejected with `reason`. */
  stop(reason: Error): void {
    this.#evaluation.stopped ??= reason;
    this.#over.abort(reason);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Nothing more is computed: ends what runs elsewhere. */
  async close(): Promise<void> {
    if (this.running.size > 0) this.stop(new Error("The run is over."));
    await this.#workplaces.close();
  }

  /** The jobs at work that wait for no other job, in the order in which they began. */
  waitingJobs(): LiveJob[] {
    const above = new Set([...this.running].map(({ parent }) => parent));
    return [...this.running].filter((job) => !above.has(job));
  }

  /** The innermost job that an error came out of, for reports. */
  jobThatFailed(error: unknown): LiveJob | undefined {
    return this.#jobs.thatFailed(error);
  }

  /** Computes every lazy part of a value, and what promises in it give, as children of a job. */
  resolve(value: unknown, parent: LiveJob | null): Promise<unknown> {
    return this.#evaluation.want(value, parent);
  }

  /** What hashes the large files in a value, while everything else goes on. */
  hashAhead(value: unknown): readonly Promise<unknown>[] {
    return this.#evaluation.hashAhead(value);
  }

  awaited(expression: Expression, job: LiveJob | null): Promise<unknown> {
    // What its function then returns may depend on it in any way.
    if (job) job.needsBelow = true;
    const wanted = this.#evaluation.want(this.#evaluation.of(expression, job), job);
    return this.#workplaces.during(job, wanted);
  }

  tagJob(job: LiveJob, tags: readonly TagPair[]): void {
    job.tags = [...job.tags, ...tags];
  }

  /** @throws RedunError NOT_IN_A_RUN for tags of a job outside of one */
  tag(value: unknown, job: LiveJob | null, { tags, jobTags, executionTags }: TagsToApply): void {
    if (jobTags.length > 0 && !job) {
      throw new RedunError("NOT_IN_A_RUN", "applyTags was given jobTags outside of a job.");
    }
    if (tags.length > 0) this.#jobs.valueTagged(value, tags, job?.task.hashOnly.isAny ?? false);
    if (jobTags.length > 0 && job) job.tags = [...job.tags, ...jobTags];
    if (executionTags.length > 0) this.#jobs.executionTagged(executionTags);
    if (job && jobTags.length + executionTags.length > 0) {
      const before = job.tagged ?? { jobTags: [], executionTags: [] };
      job.tagged = {
        // A value's tags stay with it.
        tags: [],
        jobTags: [...before.jobTags, ...jobTags],
        executionTags: [...before.executionTags, ...executionTags],
      };
    }
  }
}
