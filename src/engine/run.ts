import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { jobId } from "../record/encode.ts";
import type { JobStatus } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { inJob, type RunHandle } from "./context.ts";
import { type Expression, expressionOf, holdsLazy, partsOf } from "./lazy.ts";
import type { TaskDefinition } from "./task.ts";

/** A job as it lives in memory while its run goes on. */
export interface LiveJob {
  readonly id: string;
  readonly index: number;
  readonly parent: LiveJob | null;
  readonly task: TaskDefinition;
  readonly args: readonly unknown[];
  /** For each argument, the jobs that it came from. */
  readonly from: readonly ReadonlySet<LiveJob>[];
  readonly children: LiveJob[];
  readonly tags: TagPair[];
  readonly started: Date;
  status: JobStatus;
  ended: Date | null;
  /** It ended after its parent, which had not waited for it. */
  late: boolean;
  result?: unknown;
  error?: unknown;
  /** Set by the recorder when the job ends. */
  call: string | null;
}

/** The format's limit: see docs/format.md. */
const MAX_JOBS = 2 ** 20;

export interface RunListener {
  jobStarted?(job: LiveJob): void;
  jobEnded?(job: LiveJob): void;
  valueTagged?(value: unknown, tags: readonly TagPair[]): void;
  executionTagged?(tags: readonly TagPair[]): void;
}

/**
 * Computes lazy values: one job for each task call, arguments before calls, independent parts
 * concurrently. Knows nothing of git or files; its listeners record and report.
 */
export class Run implements RunHandle {
  readonly jobs: LiveJob[] = [];
  readonly #executionId: string;
  readonly #format: ObjectFormat;
  readonly #listeners: readonly RunListener[];
  /** One lazy value is computed once, however often it is used. */
  readonly #computed = new WeakMap<object, Promise<unknown>>();
  /** The jobs whose results a lazy value is made of. */
  readonly #sources = new WeakMap<object, ReadonlySet<LiveJob>>();
  readonly #failures = new Map<unknown, LiveJob>();
  #stopped: Error | null = null;

  constructor(executionId: string, format: ObjectFormat, listeners: readonly RunListener[]) {
    this.#executionId = executionId;
    this.#format = format;
    this.#listeners = listeners;
  }

  /** No job begins after this; what waits for one is rejected with `reason`. */
  stop(reason: Error): void {
    this.#stopped ??= reason;
  }

  /** The innermost job that an error came out of, for reports. */
  jobThatFailed(error: unknown): LiveJob | undefined {
    return this.#failures.get(error);
  }

  async resolve(
    value: unknown,
    parent: LiveJob | null,
    from?: Set<LiveJob>,
    around: readonly unknown[] = [],
  ): Promise<unknown> {
    const expression = expressionOf(value);
    if (expression) {
      const result = await this.#compute(value as object, expression, parent);
      for (const source of this.#sources.get(value as object) ?? []) from?.add(source);
      return result;
    }
    if (!holdsLazy(value)) return value;
    if (around.includes(value)) {
      throw new RedunError("BAD_VALUE", "A structure that is part of itself holds a lazy value.");
    }
    const inside = [...around, value];
    const parts = partsOf(value as object)!;
    const computed = await Promise.all(
      parts.map((part) => this.resolve(part, parent, from, inside)),
    );
    if (Array.isArray(value)) return computed;
    return Object.fromEntries(Object.keys(value as object).map((key, at) => [key, computed[at]]));
  }

  tagValue(value: unknown, tags: readonly TagPair[]): void {
    for (const listener of this.#listeners) listener.valueTagged?.(value, tags);
  }

  tagJob(job: LiveJob, tags: readonly TagPair[]): void {
    job.tags.push(...tags);
  }

  tagExecution(tags: readonly TagPair[]): void {
    for (const listener of this.#listeners) listener.executionTagged?.(tags);
  }

  #compute(value: object, expression: Expression, parent: LiveJob | null): Promise<unknown> {
    const known = this.#computed.get(value);
    if (known) return known;
    const promise = this.#evaluate(value, expression, parent);
    // Whoever asked gets the rejection; a sibling that nobody waits for any more must not end the
    // process.
    promise.catch(() => {});
    this.#computed.set(value, promise);
    return promise;
  }

  async #evaluate(value: object, expression: Expression, parent: LiveJob | null): Promise<unknown> {
    switch (expression.kind) {
      case "call":
        return this.#call(value, expression, parent);
      case "property": {
        const from = new Set<LiveJob>();
        const whole = await this.resolve(expression.of, parent, from);
        this.#sources.set(value, from);
        return property(whole, expression.key);
      }
      case "tags": {
        const from = new Set<LiveJob>();
        const computed = await this.resolve(expression.value, parent, from);
        this.#sources.set(value, from);
        inJob({ run: this, job: parent }, () => expression.apply(computed));
        return computed;
      }
    }
  }

  async #call(
    value: object,
    call: Expression & { kind: "call" },
    parent: LiveJob | null,
  ): Promise<unknown> {
    const from = call.args.map(() => new Set<LiveJob>());
    const args = await Promise.all(call.args.map((arg, at) => this.resolve(arg, parent, from[at])));
    if (this.#stopped) throw this.#stopped;

    const job = this.#begin(call, args, from, parent);
    this.#sources.set(value, new Set([job]));
    try {
      job.result = await this.#runTask(job);
      job.status = "DONE";
    } catch (error) {
      job.error = error;
      job.status = "FAILED";
      if (!this.#failures.has(error)) this.#failures.set(error, job);
    }
    job.ended = new Date();
    job.late = job.parent !== null && job.parent.ended !== null;
    for (const listener of this.#listeners) listener.jobEnded?.(job);
    if (job.status === "FAILED") throw job.error;
    return job.result;
  }

  async #runTask(job: LiveJob): Promise<unknown> {
    const { fn } = job.task;
    const returned = inJob({ run: this, job }, () => fn(...job.args));
    // A lazy value is thenable: awaiting it here, outside of its job, would compute it as nobody's
    // child.
    const value = expressionOf(returned) ? returned : await returned;
    return this.resolve(value, job);
  }

  #begin(
    { task, tags }: Expression & { kind: "call" },
    args: readonly unknown[],
    from: readonly ReadonlySet<LiveJob>[],
    parent: LiveJob | null,
  ): LiveJob {
    const index = this.jobs.length;
    if (index >= MAX_JOBS) {
      throw new RedunError(
        "BAD_TASK",
        `An execution can have ${MAX_JOBS} jobs, and this one wants more.`,
        "Do more within a task, or run it in parts.",
      );
    }
    const job: LiveJob = {
      id: jobId(this.#executionId, index, this.#format),
      index,
      parent,
      task,
      args,
      from,
      children: [],
      tags: [...(tags ?? task.tags)],
      started: new Date(),
      status: "RUNNING",
      ended: null,
      late: false,
      call: null,
    };
    this.jobs.push(job);
    parent?.children.push(job);
    for (const listener of this.#listeners) listener.jobStarted?.(job);
    return job;
  }
}

function property(of: unknown, key: string): unknown {
  if (of === null || of === undefined) {
    throw new RedunError(
      "BAD_VALUE",
      `Property "${key}" was asked of a lazy value that came out as ${of}.`,
    );
  }
  return (of as Record<string, unknown>)[key];
}
