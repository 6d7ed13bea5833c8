import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { notice as tellUser } from "../notice.ts";
import { jobId } from "../record/encode.ts";
import type { JobStatus } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { now } from "./clock.ts";
import type { LiveJob } from "./live-job.ts";
import type { JobCount } from "./run-events.ts";
import { TaskNames } from "./same-name.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** The format's limit: see docs/format.md. */
const MAX_JOBS = 2 ** 20;

/** Receives what becomes of jobs: the recorder, and the listener of a scheduler. */
export interface RunListener {
  /** It has begun: its arguments are known. */
  jobStarted?(job: LiveJob): void;
  /** Its function is about to be called: it takes no earlier result. */
  jobRuns?(job: LiveJob): void;
  /** It takes an earlier result, or what its function had returned, and does not run. */
  jobReused?(job: LiveJob): void;
  /**
   * Its function has computed defaults: these are its arguments with them. Again as the job ends, if
   * lazy values in them have been computed.
   */
  jobBound?(job: LiveJob, args: readonly unknown[]): void;
  /** Its function returned something that is yet to be computed. */
  jobReturned?(job: LiveJob, value: unknown): void;
  /** Where it runs elsewhere: it is alive, and how it stands. */
  jobHeard?(job: LiveJob, state: string | undefined): void;
  /**
   * It is about to end with a result: what is taken down of that.
   * @throws RedunError VALUE_TOO_LARGE
   */
  jobResulted?(job: LiveJob, result: unknown): void;
  jobEnded?(job: LiveJob): void;
  /** A large file, of so many bytes, is hashed before it is recorded. */
  fileHashing?(path: string, size: number): void;
  /** That is over, whatever came of it. */
  fileHashed?(path: string): void;
  /** @param isHashOnly whether the value is recorded by its hash alone */
  valueTagged?(value: unknown, tags: readonly TagPair[], isHashOnly: boolean): void;
  executionTagged?(tags: readonly TagPair[]): void;
  /** Something that people should know of. */
  noticed?(notice: string): void;
}

/** What a job is begun with. */
export type NewJob = Pick<LiveJob, "parent" | "task" | "args" | "from" | "checkValid" | "tags">;

/**
 * The jobs of one run: begins and ends them, and tells the listeners. It lets go of a job that has
 * ended, and keeps count.
 */
export class Jobs {
  readonly #executionId: string;
  readonly #format: ObjectFormat;
  readonly #listeners: readonly RunListener[];
  readonly #running = new Set<LiveJob>();
  readonly #counts = new Map<TaskDefinition, Map<JobStatus, number>>();
  readonly #states = new Map<LiveJob, string>();
  readonly #names = new TaskNames();
  readonly #failures = new Failures();
  /** Tasks that took longer than they may, told once. */
  readonly #slow = new Set<TaskDefinition>();
  #begun = 0;

  constructor(executionId: string, format: ObjectFormat, listeners: readonly RunListener[]) {
    this.#executionId = executionId;
    this.#format = format;
    this.#listeners = listeners;
  }

  get format(): ObjectFormat {
    return this.#format;
  }

  /** Those that have begun and not ended, in the order in which they began. */
  get running(): ReadonlySet<LiveJob> {
    return this.#running;
  }

  /** All so far, by task and status. */
  get counts(): JobCount[] {
    return [...this.#counts].flatMap(([{ fullName: task }, counts]) =>
      [...counts].map(([status, count]) => ({ task, status, count })),
    );
  }

  /** The innermost job that an error came out of. */
  thatFailed(error: unknown): LiveJob | undefined {
    return this.#failures.get(error);
  }

  /**
   * @throws RedunError TOO_MANY_JOBS for one more than an execution can have; BAD_TASK for a task without
   * a name, and for one that has the name of another
   */
  begin(job: NewJob): LiveJob {
    const index = this.#begun;
    if (index >= MAX_JOBS) {
      throw new RedunError(
        "TOO_MANY_JOBS",
        `An execution can have ${MAX_JOBS} jobs, and this one wants more.`,
        "Do more within a task, or run it in parts.",
      );
    }
    if (!this.#counts.has(job.task)) {
      this.#names.add(job.task);
      job.task.expectParameters();
    }
    this.#begun++;
    // All fields at once, and none that only some have: a million of them may be alive.
    const live: LiveJob = {
      id: jobId(this.#executionId, index, this.#format),
      index,
      parent: job.parent,
      task: job.task,
      args: job.args,
      from: job.from,
      calls: null,
      place: job.parent ? newPlace(job.parent) : 0,
      handed: null,
      recorded: null,
      resulted: null,
      refused: null,
      checkValid: job.checkValid,
      tags: job.tags,
      tagged: null,
      needsBelow: job.checkValid === "shallow",
      below: null,
      returned: null,
      reused: null,
      missed: null,
      kept: null,
      started: now(),
      status: "RUNNING",
      ended: null,
      late: false,
      result: undefined,
      error: undefined,
      call: null,
    };
    this.#running.add(live);
    this.#count(live, 1);
    for (const listener of this.#listeners) listener.jobStarted?.(live);
    return live;
  }

  runs(job: LiveJob): void {
    for (const listener of this.#listeners) listener.jobRuns?.(job);
  }

  reused(job: LiveJob): void {
    for (const listener of this.#listeners) listener.jobReused?.(job);
  }

  /** What its executor last said of a job that goes on. */
  stateOf(job: LiveJob): string | undefined {
    return this.#states.get(job);
  }

  heard(job: LiveJob, state: string | undefined): void {
    if (!this.#running.has(job)) return;
    if (state !== undefined) this.#states.set(job, state);
    for (const listener of this.#listeners) listener.jobHeard?.(job, state);
  }

  returned(job: LiveJob, value: unknown): void {
    for (const listener of this.#listeners) listener.jobReturned?.(job, value);
  }

  bound(job: LiveJob, args: readonly unknown[]): void {
    for (const listener of this.#listeners) listener.jobBound?.(job, args);
  }

  /** @throws RedunError VALUE_TOO_LARGE for a result that cannot be recorded */
  resulted(job: LiveJob, result: unknown): void {
    for (const listener of this.#listeners) listener.jobResulted?.(job, result);
  }

  /** @param outcome its result, or its error when it has FAILED */
  end(job: LiveJob, status: "DONE" | "CACHED" | "FAILED", outcome: unknown): void {
    this.#count(job, -1);
    job.status = status;
    this.#count(job, 1);
    this.#running.delete(job);
    this.#states.delete(job);
    if (status !== "FAILED") job.result = outcome;
    else {
      job.error = outcome;
      this.#failures.add(outcome, job);
    }
    job.ended = now();
    job.late = job.parent !== null && job.parent.ended !== null;
    for (const listener of this.#listeners) listener.jobEnded?.(job);
    if (job.parent && !job.late) {
      job.parent.calls![job.place] = job.call;
      this.#addBelow(job.parent, job);
    }
  }

  #addBelow(parent: LiveJob, { task, below }: LiveJob): void {
    parent.below ??= new Set();
    parent.below.add(task.id(this.#format));
    for (const id of below ?? []) parent.below.add(id);
  }

  /** Its function took longer than its timeout, and nothing could end it: no timer goes off meanwhile. */
  overran({ task }: LiveJob, timeout: number): void {
    if (this.#slow.has(task)) return;
    this.#slow.add(task);
    const text = `${task.fullName} took longer than its timeout of ${timeout} s. Synchronous code cannot be ended in the process of the run, so its result counts; with executor: "thread" it is ended.`;
    const hearing = this.#listeners.filter(({ noticed }) => noticed);
    if (hearing.length === 0) tellUser(text);
    for (const listener of hearing) listener.noticed?.(text);
  }

  hashing(path: string, size: number): void {
    for (const listener of this.#listeners) listener.fileHashing?.(path, size);
  }

  hashed(path: string): void {
    for (const listener of this.#listeners) listener.fileHashed?.(path);
  }

  valueTagged(value: unknown, tags: readonly TagPair[], isHashOnly: boolean): void {
    for (const listener of this.#listeners) listener.valueTagged?.(value, tags, isHashOnly);
  }

  executionTagged(tags: readonly TagPair[]): void {
    for (const listener of this.#listeners) listener.executionTagged?.(tags);
  }

  #count({ task, status }: LiveJob, by: 1 | -1): void {
    const counts = this.#counts.get(task) ?? new Map<JobStatus, number>();
    this.#counts.set(task, counts);
    const count = (counts.get(status) ?? 0) + by;
    if (count > 0) counts.set(status, count);
    else counts.delete(status);
  }
}

/** A place among the children of a job. */
function newPlace(parent: LiveJob): number {
  if (parent.calls) return parent.calls.push(null) - 1;
  // Room for one: most jobs have no more.
  parent.calls = [null];
  return 0;
}

/** By what was thrown, the first job that it came out of. Errors do not outlive their holders. */
class Failures {
  readonly #objects = new WeakMap<object, LiveJob>();
  readonly #others = new Map<unknown, LiveJob>();

  add(error: unknown, job: LiveJob): void {
    if (this.get(error)) return;
    if (isObject(error)) this.#objects.set(error, job);
    else this.#others.set(error, job);
  }

  get(error: unknown): LiveJob | undefined {
    return isObject(error) ? this.#objects.get(error) : this.#others.get(error);
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
