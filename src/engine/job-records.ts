import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import type { RecordFile } from "../log/log.ts";
import { type RecordedValue, recordedValue } from "../provenance/read.ts";
import { argsId, callId } from "../record/encode.ts";
import { valuePath } from "../record/layout.ts";
import type { Job, JobFiles } from "../record/records.ts";
import { tagSet } from "../tag/set.ts";
import { withheldError, withholdError } from "../value/error-fields.ts";
import type { File } from "../value/file.ts";
import { filesIn, recordFiles } from "../value/files-in.ts";
import { blobId } from "../value/oid.ts";
import { isOpaqueIn } from "../value/opaque-in.ts";
import { type ErrorValue, StoredValue, withoutStack } from "../value/value.ts";
import { readYaml } from "../value/yaml-read.ts";
import { TOO_LARGE, writeYaml } from "../value/yaml-write.ts";
import { withDefaults, withUnknown } from "./defaults.ts";
import type { Kept, LiveJob } from "./live-job.ts";
import { namedArguments } from "./named-arguments.ts";
import { pendingParts } from "./pending-parts.ts";
import { RecordedError } from "./recorded-error.ts";
import { holdsUndefined, recordedReduction, withTags } from "./reduction.ts";
import { hasTwins } from "./registry.ts";
import type { Secrets } from "./secrets.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { errorValue, errorWithoutTexts, isError } from "./user-stack.ts";
import type { ValueLimits } from "./value-limits.ts";

/** Characters of YAML that stand in a job for all of its arguments. */
const INLINE_ARGS_LIMIT = 1_000_000;
/** An argument of fewer characters is not a value to keep elsewhere, whatever the limit. */
const TINY = 200;

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
  readonly #limits: ValueLimits;
  readonly #secrets: Secrets;
  /** What has been told, by task: it would be the same of each of its jobs. */
  readonly #told = new Set<string>();

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
    this.#limits = limits;
    this.#secrets = secrets;
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
      ...(job.missed && { missed: job.missed }),
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
      : ((job.resulted as Recorded | null) ?? this.#result(job, job.result));
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

  /** Takes down a result of a job that is about to end. @throws RedunError VALUE_TOO_LARGE */
  resulted(job: LiveJob, result: unknown): void {
    job.resulted = this.#result(job, result);
    if (job.refused) throw job.refused;
  }

  #result(job: LiveJob, result: unknown): Recorded {
    return this.#value({ job, name: "result" }, result, job.task.hashOnly.result);
  }

  /** What a later call needs to know beside the result. */
  #forReuse(job: LiveJob, { recorded, isExact }: Recorded): Pick<Job, "returned" | "tasksBelow"> {
    const isHidden = job.task.hashOnly.result;
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
    if (job.task.hashOnly.result) return null;
    const whole = job.tagged ? withTags(value, job.tagged) : value;
    const reduction = recordedReduction(whole, {
      keep: (argument) => this.#argument(argument),
      // By its name another would be found.
      isNamed: (task) => task.base === null && !hasTwins(task, this.#format),
    });
    if (reduction === undefined) return null;
    const { text, id } = this.#write(reduction);
    if (isOpaqueIn(text)) return null;
    if (text.length <= this.#limits.inline) return { recorded: readYaml(text) };
    if (Buffer.byteLength(text) > this.#limits.stored) return null;
    this.#store(null, text, id);
    return { recorded: new StoredValue(id) };
  }

  /** An argument of a call that was returned: itself, or its id, as among the arguments of its job. */
  #argument(value: unknown): unknown {
    const isSmall = typeof value !== "object" && String(value).length < TINY;
    if (isSmall || value === null) return value;
    const { text, id } = this.#write(value);
    if (text.length <= this.#limits.inline || isOpaqueIn(text)) return value;
    this.#store(null, text, id);
    return new StoredValue(id);
  }

  /**
   * Keeps a value in a file of its own, unless it is too large for one, or recorded by its hash alone.
   * Returns its id.
   */
  store(value: unknown, isHashOnly = false): string {
    const { text, id } = this.#write(value);
    if (!isHashOnly) this.#store(null, text, id);
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
      const name = names?.[at];
      const place = { job, name: `argument ${name ?? at + 1}` };
      const limit = Math.min(room, this.#limits.inline);
      const isHashOnly = task.hashOnly.args && task.hashOnly.argument(name);
      const one = this.#value(place, value, isHashOnly, limit);
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

  #value(of: Place, value: unknown, hashOnly: boolean, room = this.#limits.inline): Recorded {
    const { text, id } = this.#write(value);
    const { length } = text;
    const isExact = !isOpaqueIn(text);
    if (isCut(text)) this.#notice(of, TOO_DEEP);
    else if (text.startsWith(`!opaque ${TOO_LARGE} `)) this.#notice(of, NOT_WRITTEN);
    else if (!isExact && of.name === "result" && of.job.task.cacheScope === "log") {
      this.#notice(of, OPAQUE);
    }
    if (hashOnly) {
      this.#secrets.add(value);
      return { id, recorded: new StoredValue(id), length: 0, files: NO_FILES, isExact };
    }
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
    const { error, task } = job;
    if (!isError(error)) return this.#thrown(job, error);
    if (error instanceof RecordedError) recordFiles(error.facts, this.#format, this.#root);
    const recorded = withheldError(error) ?? this.#withheld(error, task) ?? errorValue(error);
    const id = blobId(writeYaml(withoutStack(recorded)), this.#format);
    return { id, recorded, length: 0, files: NO_FILES, isExact: false };
  }

  /** What is recorded of an error that holds what is recorded by its hash alone; null where it holds none of that. */
  #withheld(error: Error, { hashOnly }: TaskDefinition): ErrorValue | null {
    let recorded: ErrorValue;
    if (hashOnly.isAny) {
      const id = blobId(writeYaml(withoutStack(errorValue(error))), this.#format);
      recorded = errorWithoutTexts(error, id);
    } else {
      if (this.#secrets.isEmpty) return null;
      const hidden = (text: string) => this.#secrets.hidden(text);
      recorded = this.#secrets.hiddenIn(errorValue(error, hidden)) as ErrorValue;
      if (writeYaml(recorded) === writeYaml(errorValue(error))) return null;
    }
    // It may be an argument of a task, or a part of a result.
    withholdError(error, recorded);
    return recorded;
  }

  /** What is not an error may be anything. */
  #thrown(job: LiveJob, thrown: unknown): Recorded {
    const place = { job, name: "error" };
    if (job.task.hashOnly.isAny) return this.#value(place, thrown, true);
    return this.#value(place, this.#secrets.hiddenIn(thrown), false);
  }

  /** A text that is recorded of the run as a whole. */
  hidden(text: string): string {
    return this.#secrets.hidden(text);
  }

  /** A value as it is at this moment, its files included. */
  #write(value: unknown): { text: string; id: string } {
    recordFiles(value, this.#format, this.#root);
    const text = writeYaml(value);
    return { text, id: blobId(text, this.#format) };
  }

  #store(of: Place | null, text: string, id: string): void {
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.#limits.stored) this.#addFile({ path: valuePath(id), text });
    else if (of) of.job.refused ??= tooLarge(of, bytes, this.#limits.stored);
  }

  #notice({ job, name }: Place, what: string): void {
    const { fullName } = job.task;
    const key = `${fullName} ${name} ${what}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#tell(`The ${name} of job ${job.id.slice(0, 8)} ${fullName} is ${what}`);
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

/** Whose value it is, for notices. */
interface Place {
  readonly job: LiveJob;
  readonly name: string;
}

const TOO_DEEP =
  "nested more than 1000 levels deep: what is deeper is recorded as !opaque, by its kind alone.";
const NOT_WRITTEN =
  "too large to be written down, with what is in it several times: it is recorded as !opaque, by its kind alone.";
const OPAQUE =
  "recorded by its kind alone, at least in part: it holds what has no form of its own, such as a function, an instance of a class without a codec, or a cycle. It is never taken from the log, so each run computes it anew.";

function tooLarge({ job, name }: Place, bytes: number, limit: number): RedunError {
  const above: string[] = [];
  for (let of = job.parent; of && above.length < 5; of = of.parent) above.push(of.task.fullName);
  const within = above.length > 0 ? ` (called by ${above.join(", by ")})` : "";
  return new RedunError(
    "VALUE_TOO_LARGE",
    `The ${name} of job ${job.id.slice(0, 8)} ${job.task.fullName}${within} has ${bytes} bytes of YAML, of at most ${limit}.`,
    'Write it to a file, and pass `new File(path)`. Or record its hash alone (`record: "hash"`), or raise `git config redun.valueLimit`.',
  );
}

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
