import type { ObjectFormat } from "../git/backend.ts";
import type { RecordFile } from "../log/log.ts";
import { type RecordedValue, recordedValue } from "../provenance/read.ts";
import { argsId, callId } from "../record/encode.ts";
import type { JobIds } from "../record/job-facts.ts";
import type { Job, JobFiles } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import type { File } from "../value/file.ts";
import { Tagged } from "../value/value.ts";
import { withDefaults, withUnknown } from "./defaults.ts";
import type { Kept, LiveJob } from "./live-job.ts";
import { namedArguments } from "./named-arguments.ts";
import { pendingParts } from "./pending-parts.ts";
import { withTags } from "./reduction.ts";
import type { Secrets } from "./secrets.ts";
import type { TaskDefinition } from "./task-definition.ts";
import type { ValueLimits } from "./value-limits.ts";
import { MAX_FILES, NO_FILES, type Recorded, ValueRecords } from "./value-records.ts";

/** Characters of YAML of all arguments that stand in their job. */
const INLINE_ARGS_LIMIT = 1_000_000;

/** Among arguments without names, where there is no leaving out. */
const UNDEFINED = new Tagged("undefined", null);

interface RecordedArgs {
  readonly names: readonly string[] | null;
  readonly ids: readonly string[];
  /** What the call node's `args_hash` is. */
  readonly hash: string;
  /** Nothing in them is known by its kind alone. */
  readonly isExact: boolean;
  readonly values: readonly unknown[];
  readonly files: readonly File[];
  /** Where defaults were computed: what each was recorded of. */
  readonly bound: readonly { readonly of: unknown; readonly as: Recorded }[] | null;
}

/** Makes records of jobs: values as they are at this moment, whatever becomes of them later. */
export class JobRecords {
  readonly #format: ObjectFormat;
  readonly #values: ValueRecords;

  /**
   * @param root the top of the work tree, from which paths of files are recorded
   * @param addFile takes the files of values that are too large to stand in their job
   * @param tell receives what of a value is not recorded
   * @param secrets what must not be recorded, as far as it is known before the run
   */
  constructor(
    format: ObjectFormat,
    root: string | null,
    addFile: (file: RecordFile) => void,
    tell: (notice: string) => void,
    limits: ValueLimits,
    secrets: Secrets,
  ) {
    this.#format = format;
    this.#values = new ValueRecords(format, root, addFile, tell, limits, secrets);
  }

  /** Takes down the arguments of a job that begins: a task may change what it was given. */
  begin(job: LiveJob): void {
    job.recorded = this.#recordArgs(job);
  }

  /**
   * Takes them down with the defaults that took effect, before its function goes on; again, those
   * that are others now.
   */
  bound(job: LiveJob, args: readonly unknown[]): void {
    job.recorded = this.#recordArgs(job, args);
  }

  /**
   * The id of a job's arguments, from when it has begun; null where it says too little: what is known by its kind
   * alone may have changed since an equal id was made.
   */
  argsHash(job: LiveJob): string | null {
    const recorded = job.recorded as RecordedArgs | null;
    return recorded?.isExact ? recorded.hash : null;
  }

  /** Whether a record's arguments are those of a job; false where only their ids can tell. */
  hasArgs(job: LiveJob, args: Job["args"]): boolean {
    const { names, values } = job.recorded as RecordedArgs;
    let at = 0;
    for (const [name, value] of args.entries() as Iterable<[string | number, unknown]>) {
      if (name !== (names ? names[at] : at) || typeof value === "object") return false;
      if (!Object.is(value, values[at])) return false;
      at++;
    }
    return at === values.length;
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
    const recorded = (job.recorded as RecordedArgs | null) ?? this.#recordArgs(job);
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
      tags: tagSet(job.tags),
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

  #arg(
    job: LiveJob,
    value: unknown,
    names: readonly string[] | null,
    at: number,
    room: number,
  ): Recorded {
    const { hashOnly } = job.task;
    const name = names?.[at];
    const isHidden = hashOnly.args && hashOnly.argument(name);
    const scalar = isHidden ? null : this.#values.scalar(value, room);
    if (scalar) return scalar;
    const told = value === undefined ? UNDEFINED : value;
    return this.#values.value({ job, name: `argument ${name ?? at + 1}` }, told, isHidden, room);
  }

  #recordArgs(job: LiveJob, bound?: readonly unknown[]): RecordedArgs {
    const { task, args: given } = job;
    const args = bound ?? defaultsOf(task, given);
    const { names, values } = namedArguments(task.source.parameters, args);
    const earlier = (job.recorded as RecordedArgs | null)?.bound;
    let room = INLINE_ARGS_LIMIT;
    const ids: string[] = [];
    const recorded: unknown[] = [];
    const files: File[] = [];
    const each: { of: unknown; as: Recorded }[] = [];
    let isExact = true;
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      const known = earlier?.[at];
      const one = known && known.of === value ? known.as : this.#arg(job, value, names, at, room);
      room -= one.length;
      isExact &&= one.isExact;
      ids.push(one.id);
      recorded.push(one.recorded);
      if (one.files.length > 0) files.push(...one.files);
      if (bound) each.push({ of: value, as: one });
    }
    return {
      names,
      ids,
      hash: argsId(zip(names, ids), this.#format),
      isExact,
      values: recorded,
      files: files.length === 0 ? NO_FILES : files,
      bound: bound ? each : null,
    };
  }
}

/** A job's arguments as its record has them, by name (`0`, `1`, ... where they have none), and the id of all. */
export function recordedArgs(
  { recorded }: LiveJob,
  format: ObjectFormat,
): { hash: string | null; args: ReadonlyMap<string, RecordedValue> } {
  const { names, values, hash } = recorded as RecordedArgs;
  const args = values.map((value, at) => {
    return [names?.[at] ?? String(at), recordedValue(value, format)] as const;
  });
  return { hash, args: new Map(args) };
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

/** Arguments with the defaults that are known before the function is called. */
function defaultsOf({ bindings, source }: TaskDefinition, args: readonly unknown[]) {
  try {
    return bindings ? withDefaults(bindings, args, null) : withUnknown(source.parameters, args);
  } catch {
    // A getter of the user's threw.
    return args;
  }
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

function zip<T>(
  names: readonly string[] | null,
  values: readonly T[],
): Map<string, T> | readonly T[] {
  if (!names) return values;
  const zipped = new Map<string, T>();
  for (let at = 0; at < names.length; at++) zipped.set(names[at]!, values[at]!);
  return zipped;
}
