import type { ObjectFormat } from "../git/backend.ts";
import { callId } from "../record/encode.ts";
import type { JobIds } from "../record/job-facts.ts";
import type { Job, JobFiles } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import { withoutSecretTags } from "../value/cut.ts";
import type { File } from "../value/file.ts";
import { ArgsRecords, argsOf, hasArgs, zip } from "./args-records.ts";
import type { Kept, LiveJob } from "./live-job.ts";
import { pendingParts } from "./pending-parts.ts";
import { withTags } from "./reduction.ts";
import {
  MAX_FILES,
  NO_FILES,
  type RecordContext,
  type Recorded,
  ValueRecords,
} from "./value-records.ts";

/** Makes records of jobs: values as they are at this moment, whatever becomes of them later. */
export class JobRecords {
  readonly #format: ObjectFormat;
  readonly #values: ValueRecords;

  readonly #args: ArgsRecords;

  constructor(context: RecordContext) {
    this.#format = context.format;
    this.#values = new ValueRecords(context);
    this.#args = new ArgsRecords(context.format, this.#values);
  }

  /** Takes down the arguments of a job that begins: a task may change what it was given. */
  begin(job: LiveJob): void {
    job.recorded = this.#args.take(job);
  }

  /**
   * Takes them down with the defaults that took effect, before its function goes on; again, those
   * that are others now.
   */
  bound(job: LiveJob, args: readonly unknown[]): void {
    job.recorded = this.#args.take(job, args);
  }

  /**
   * The id of a job's arguments, from when it has begun; null where it says too little: what is known by its kind
   * alone may have changed since an equal id was made.
   */
  argsHash(job: LiveJob): string | null {
    const recorded = argsOf(job);
    return recorded?.isExact ? recorded.hash : null;
  }

  /** Whether a record's arguments are those of a job; false where only their ids can tell. */
  hasArgs(job: LiveJob, args: Job["args"]): boolean {
    return hasArgs(argsOf(job)!, args);
  }

  /** Takes down what a function returned, before what is lazy in it is computed. */
  returned(job: LiveJob, value: unknown): void {
    if (pendingParts(value, () => "The result").length === 0) return;
    job.returned = this.#reduction(job, value) ?? undefined;
  }

  /**
   * Keeps a value in a file of its own, unless it is too large for one, or recorded by its hash alone.
   * Returns its id.
   */
  store(value: unknown, isHashOnly = false): string {
    return this.#values.store(value, isHashOnly);
  }

  /** A text that is recorded of the run as a whole. */
  hidden(text: string): string {
    return this.#values.hidden(text);
  }

  /** Takes down a result of a job that is about to end. @throws RedunError VALUE_TOO_LARGE */
  resulted(job: LiveJob, result: unknown): void {
    job.resulted = this.#result(job, result);
    if (job.refused) throw job.refused;
  }

  /**
   * The record of a job, and its ids if it has ended. Then it gets its call node's id, in the live job as
   * well.
   */
  record(job: LiveJob): { record: Job; ids: JobIds | null } {
    const { task, status } = job;
    const recorded = argsOf(job) ?? this.#args.take(job);
    const { names, hash, values, files } = recorded;
    const failed = status === "FAILED";
    const given = failed ? this.#values.error(job) : hasEnded(job) ? this.#resultOf(job) : null;
    const taskHash = task.id(this.#format);
    if (given) job.call = this.#callOf(job, taskHash, hash, given.id);
    const record: Job = {
      id: job.id,
      index: job.index,
      parent: job.parent ? job.parent.id : null,
      task: task.fullName,
      taskHash,
      call: given && job.call,
      status,
      reused: job.reused?.job,
      missed: job.missed ?? undefined,
      started: isoTime(job.started),
      ended: job.ended && isoTime(job.ended),
      late: job.late,
      args: zip(names, values),
      from: job.from.length === 0 ? NO_SOURCES : sourcesOf(job, names),
      files: jobFiles(files, failed || !given ? NO_FILES : given.files),
      tags: tagSet(withoutSecretTags(job.tags)),
    };
    if (!given) return { record, ids: null };
    const ids = { args: recorded.ids, argsHash: hash, outcome: given.id };
    if (failed) return { record: Object.assign(record, { error: given.recorded }), ids };
    Object.assign(record, { result: given.recorded }, this.#forReuse(job, given));
    return { record, ids };
  }

  #callOf(job: LiveJob, taskHash: string, argsHash: string, valueHash: string): string {
    if (job.reused && !job.calls) return job.reused.call;
    const children = job.calls?.filter((call) => call !== null) ?? [];
    return callId({ taskHash, argsHash, valueHash, children }, this.#format);
  }

  #resultOf(job: LiveJob): Recorded {
    return (job.resulted as Recorded | null) ?? this.#result(job, job.result);
  }

  #result(job: LiveJob, result: unknown): Recorded {
    const isHidden = job.task.hashOnly.result;
    const scalar = isHidden ? null : this.#values.scalar(result);
    return scalar ?? this.#values.value({ job, name: "result" }, result, isHidden);
  }

  /** What a later call needs to know beside the result. */
  #forReuse(job: LiveJob, { recorded, isExact }: Recorded): Pick<Job, "returned" | "tasksBelow"> {
    const isHidden = job.task.hashOnly.result;
    job.kept = keptFor(job.result, recorded, isExact && !isHidden);
    if (isHidden) return {};
    const isWhole = job.result !== undefined;
    const isPlain = isWhole && !job.tagged;
    // Where the result is what counts, it is written whole instead of the calls.
    const isResult = job.returned === null || (job.checkValid === "shallow" && !isWhole);
    if (isResult && !isPlain) job.returned = this.#reduction(job, job.result);
    const returned = job.returned?.recorded;
    const needsBelow = job.below !== null && (job.needsBelow || returned === undefined);
    // A result that says too little stands for nothing.
    if (returned === undefined && !isWhole) return {};
    return {
      ...(returned !== undefined && { returned }),
      ...(needsBelow && { tasksBelow: [...job.below!].sort() }),
    };
  }

  /** What a function returned, as a record says it; null where none can. */
  #reduction(job: LiveJob, value: unknown): { recorded: unknown } | null {
    if (job.task.hashOnly.result) return null;
    return this.#values.reduction(job.tagged ? withTags(value, job.tagged) : value);
  }
}

const NO_SOURCES: ReadonlyMap<string, readonly string[]> = new Map();

function hasEnded({ status }: LiveJob): boolean {
  return status === "DONE" || status === "CACHED" || status === "FAILED";
}

let last = { time: Number.NaN, text: "" };

/** Many jobs begin and end in the same millisecond. */
function isoTime(date: Date): string {
  const time = date.getTime();
  if (time !== last.time) last = { time, text: date.toISOString() };
  return last.text;
}

/** What equal calls of the same execution get: what cannot be made again, only while it is there. */
function keptFor(result: unknown, recorded: unknown, isExact: boolean): Kept {
  const isObject = (typeof result === "object" && result !== null) || typeof result === "function";
  if (!isObject) return { value: result };
  return isExact ? { recorded } : { live: new WeakRef(result) };
}

function jobFiles(args: readonly File[], result: readonly File[]): JobFiles | undefined {
  if (args.length + result.length === 0) return undefined;
  return {
    ...(args.length > 0 && { args: args.slice(0, MAX_FILES) }),
    ...(result.length > 0 && { result }),
  };
}

/** For each argument that came from other jobs, their ids. */
function sourcesOf(job: LiveJob, names: readonly string[] | null): Map<string, string[]> {
  const from = new Map<string, string[]>();
  const { parameters } = job.task.source;
  job.from.forEach((ids, at) => {
    if (ids.length === 0) return;
    // All that a rest parameter collects is one argument, the last.
    const name = names ? (parameters[Math.min(at, parameters.length - 1)]?.name ?? at) : at;
    const key = String(name);
    from.set(key, [...new Set([...(from.get(key) ?? []), ...ids])]);
  });
  return from;
}
