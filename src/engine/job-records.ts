import type { ObjectFormat } from "../git/backend.ts";
import type { RecordFile } from "../log/log.ts";
import { argsId, callId } from "../record/encode.ts";
import { valuePath } from "../record/layout.ts";
import type { Job, JobFiles } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import type { File } from "../value/file.ts";
import { filesIn, recordFiles } from "../value/files-in.ts";
import { blobId } from "../value/oid.ts";
import { isOpaqueIn } from "../value/opaque-in.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { TOO_LARGE, writeYaml } from "../value/yaml-write.ts";
import { withDefaults, withUnknown } from "./defaults.ts";
import type { Kept, LiveJob } from "./live-job.ts";
import { namedArguments } from "./named-arguments.ts";
import { pendingParts } from "./pending-parts.ts";
import { RecordedError } from "./recorded-error.ts";
import { holdsUndefined, recordedReduction, withTags } from "./reduction.ts";
import { hasTwins } from "./registry.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { errorValue, isError } from "./user-stack.ts";

/** Values up to this many characters of YAML stand inline in their job. */
const INLINE_LIMIT = 2000;
/** and up to so many of all arguments of a job. */
const INLINE_ARGS_LIMIT = 1_000_000;
/** Of a value whose YAML has more bytes than this, only the id is kept. */
const STORED_LIMIT = 50_000_000;

/** A value's id, and what stands for it in the job: itself, or its id when it is large. */
interface Recorded {
  readonly id: string;
  readonly recorded: unknown;
  /** Characters of YAML that stand in the job. */
  readonly length: number;
  /** The files in it, where it stands elsewhere. */
  readonly files: readonly File[];
  /** Nothing in it is known by its kind alone. */
  readonly isExact: boolean;
}

interface RecordedArgs {
  readonly names: readonly string[] | null;
  /** What the call node's `args_hash` is. */
  readonly hash: string;
  readonly values: readonly unknown[];
  readonly files: readonly File[];
  /** Where defaults were computed: what each was recorded of. */
  readonly bound: readonly { readonly of: unknown; readonly as: Recorded }[] | null;
}

/** Files of one job's arguments or result that its record names besides. */
const MAX_FILES = 1000;
const NO_FILES: readonly File[] = [];

/** Makes records of jobs: values as they are at this moment, whatever becomes of them later. */
export class JobRecords {
  readonly #format: ObjectFormat;
  readonly #root: string | null;
  readonly #addFile: (file: RecordFile) => void;
  readonly #tell: (notice: string) => void;
  /** What has been told, by task: it would be the same of each of its jobs. */
  readonly #told = new Set<string>();

  /**
   * @param root the top of the work tree, from which paths of files are recorded
   * @param addFile takes the files of values that are too large to stand in their job
   * @param tell is told what of a value is not recorded
   */
  constructor(
    format: ObjectFormat,
    root: string | null,
    addFile: (file: RecordFile) => void,
    tell: (notice: string) => void,
  ) {
    this.#format = format;
    this.#root = root;
    this.#addFile = addFile;
    this.#tell = tell;
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

  /** The id of a job's arguments, from when it has begun. */
  argsHash(job: LiveJob): string | null {
    return (job.recorded as RecordedArgs | null)?.hash ?? null;
  }

  /** Takes down what a function returned, before what is lazy in it is computed. */
  returned(job: LiveJob, value: unknown): void {
    if (pendingParts(value, () => "The result").length === 0) return;
    job.returned = this.#reduction(job, value) ?? undefined;
  }

  /** The record of a job. One that has ended gets its call node's id, in the live job as well. */
  record(job: LiveJob): Job {
    const { task, status } = job;
    const { names, hash, values, files } =
      (job.recorded as RecordedArgs | null) ?? this.#recordArgs(job);
    const record = {
      id: job.id,
      index: job.index,
      parent: job.parent?.id ?? null,
      task: task.fullName,
      taskHash: task.id(this.#format),
      status,
      ...(job.reused && { reused: job.reused.job }),
      started: job.started.toISOString(),
      ended: job.ended?.toISOString() ?? null,
      late: job.late,
      args: zip(names, values),
      from: sourcesOf(job, names),
      tags: tagSet(job.tags),
    };
    if (status !== "DONE" && status !== "CACHED" && status !== "FAILED") {
      return { ...record, call: null, files: jobFiles(files, NO_FILES) };
    }
    const failed = status === "FAILED";
    const given = failed
      ? this.#error(job)
      : this.#value({ job, name: "result" }, job.result, task.hashOnly.has("result"));
    const call = {
      taskHash: record.taskHash,
      argsHash: hash,
      valueHash: given.id,
      children: job.calls?.filter((call) => call !== null) ?? [],
    };
    job.call = job.reused && !job.calls ? job.reused.call : callId(call, this.#format);
    const ended = {
      ...record,
      call: job.call,
      [failed ? "error" : "result"]: given.recorded,
      files: jobFiles(files, failed ? NO_FILES : given.files),
    };
    return failed ? ended : { ...ended, ...this.#forReuse(job, given) };
  }

  /** What a later call needs to know beside the result. */
  #forReuse(job: LiveJob, { recorded, isExact }: Recorded): Pick<Job, "returned" | "tasksBelow"> {
    const isHidden = job.task.hashOnly.has("result");
    job.kept = keptFor(job.result, recorded, isExact && !isHidden);
    if (isHidden) return {};
    const isWhole = !holdsUndefined(job.result);
    const isPlain = isWhole && !job.tagged;
    // Where the result is what counts, it is written whole in the place of the calls.
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
    if (job.task.hashOnly.has("result")) return null;
    const whole = job.tagged ? withTags(value, job.tagged) : value;
    const reduction = recordedReduction(whole, {
      keep: (argument) => this.#argument(argument),
      isNamed: (task) => !hasTwins(task, this.#format),
    });
    if (reduction === undefined) return null;
    const { text, id } = this.#write(reduction);
    if (isOpaqueIn(text)) return null;
    if (text.length <= INLINE_LIMIT) return { recorded: readYaml(text) };
    if (Buffer.byteLength(text) > STORED_LIMIT) return null;
    this.#store(null, text, id);
    return { recorded: new StoredValue(id) };
  }

  /** An argument of a call that was returned: itself, or its id, as among the arguments of its job. */
  #argument(value: unknown): unknown {
    const isSmall = typeof value !== "object" && String(value).length < INLINE_LIMIT / 10;
    if (isSmall || value === null) return value;
    const { text, id } = this.#write(value);
    if (text.length <= INLINE_LIMIT || isOpaqueIn(text)) return value;
    this.#store(null, text, id);
    return new StoredValue(id);
  }

  /** Keeps a value in a file of its own, unless it is too large for one. Returns its id. */
  store(value: unknown): string {
    const { text, id } = this.#write(value);
    this.#store(null, text, id);
    return id;
  }

  #recordArgs(job: LiveJob, bound?: readonly unknown[]): RecordedArgs {
    const { task, args: given } = job;
    const args = bound ?? defaultsOf(task, given);
    const { names, values } = namedArguments(task.source.parameters, args);
    const earlier = (job.recorded as RecordedArgs | null)?.bound;
    let room = INLINE_ARGS_LIMIT;
    const each = values.map((value, at) => {
      const known = earlier?.[at];
      if (known && known.of === value) {
        room -= known.as.length;
        return known.as;
      }
      const place = { job, name: `argument ${names?.[at] ?? at + 1}` };
      const limit = Math.min(room, INLINE_LIMIT);
      const one = this.#value(place, value, task.hashOnly.has("args"), limit);
      room -= one.length;
      return one;
    });
    const ids = each.map(({ id }) => id);
    const hash = argsId(zip(names, ids), this.#format);
    const files = each.flatMap((one) => one.files);
    return {
      names,
      hash,
      values: each.map(({ recorded }) => recorded),
      files,
      bound: bound ? each.map((one, at) => ({ of: values[at], as: one })) : null,
    };
  }

  #value(of: Place, value: unknown, hashOnly: boolean, room = INLINE_LIMIT): Recorded {
    const { text, id } = this.#write(value);
    const { length } = text;
    const isExact = !isOpaqueIn(text);
    if (isCut(text)) this.#notice(of, TOO_DEEP);
    else if (text.startsWith(`!opaque ${TOO_LARGE} `)) this.#notice(of, NOT_WRITTEN);
    else if (!isExact && of.name === "result" && of.job.task.cacheScope === "log") {
      this.#notice(of, OPAQUE);
    }
    if (hashOnly) return { id, recorded: new StoredValue(id), length: 0, files: NO_FILES, isExact };
    // A copy, because an object may change before the job is written down.
    if (length <= room) return { id, recorded: readYaml(text), length, files: NO_FILES, isExact };
    this.#store(of, text, id);
    const files = filesIn(value).slice(0, MAX_FILES);
    // As they are now: a file may be recorded again with another content.
    const copies = files.length > 0 ? (readYaml(writeYaml(files)) as File[]) : NO_FILES;
    return { id, recorded: new StoredValue(id), length: 0, files: copies, isExact };
  }

  /** Where an error was thrown differs by machine: its stack is recorded, and not hashed. */
  #error(job: LiveJob): Recorded {
    const { error } = job;
    if (!isError(error)) return this.#value({ job, name: "error" }, error, false);
    if (error instanceof RecordedError) recordFiles(error.facts, this.#format, this.#root);
    const recorded = errorValue(error);
    const id = blobId(writeYaml(withoutStack(recorded)), this.#format);
    return { id, recorded, length: 0, files: NO_FILES, isExact: false };
  }

  /** A value as it is at this moment, its files included. */
  #write(value: unknown): { text: string; id: string } {
    recordFiles(value, this.#format, this.#root);
    const text = writeYaml(value);
    return { text, id: blobId(text, this.#format) };
  }

  #store(of: Place | null, text: string, id: string): void {
    if (Buffer.byteLength(text) <= STORED_LIMIT) this.#addFile({ path: valuePath(id), text });
    else if (of) this.#notice(of, NOT_STORED);
  }

  #notice({ job, name }: Place, what: string): void {
    const { fullName } = job.task;
    const key = `${fullName} ${name} ${what}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#tell(`The ${name} of job ${job.id.slice(0, 8)} ${fullName} is ${what}`);
  }
}

/** Whose value it is, for notices. */
interface Place {
  readonly job: LiveJob;
  readonly name: string;
}

const TOO_DEEP =
  "nested more than 1000 levels deep: what is deeper is recorded as !opaque, by its kind alone.";
const NOT_WRITTEN =
  "too large to be written down, with what is in it several times: it is recorded as !opaque, by its kind alone.";
const NOT_STORED = `larger than ${STORED_LIMIT / 1_000_000} MB of YAML: only its hash is recorded.`;
const OPAQUE =
  "recorded by its kind alone, at least in part: it holds what has no form of its own, such as a function, an instance of a class without a codec, or a cycle. It is never taken from the log, so each run computes it anew.";

/** What equal calls of the same execution get: what cannot be made again, only while it is there. */
function keptFor(result: unknown, recorded: unknown, isExact: boolean): Kept {
  const isObject = (typeof result === "object" && result !== null) || typeof result === "function";
  if (!isObject) return { value: result };
  return isExact && !holdsUndefined(result) ? { recorded } : { live: new WeakRef(result) };
}

/** Whether something was too deep to be written down: a thousand levels take some characters. */
function isCut(text: string): boolean {
  return text.length > 2000 && text.includes("!opaque structure deeper than 1000 ");
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
  return names ? new Map(names.map((name, at) => [name, values[at]!])) : values;
}
