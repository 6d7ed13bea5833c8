import type { ObjectFormat } from "../git/backend.ts";
import { type RecordedValue, recordedValue } from "../provenance/read.ts";
import { argsId } from "../record/encode.ts";
import type { Job } from "../record/records.ts";
import { isSecretName } from "../redact.ts";
import type { File } from "../value/file.ts";
import { Tagged } from "../value/value.ts";
import { withDefaults, withUnknown } from "./defaults.ts";
import type { LiveJob } from "./live-job.ts";
import { namedArguments } from "./named-arguments.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { NO_FILES, type Recorded, type ValueRecords } from "./value-records.ts";

/** Characters of YAML of all arguments that stand in their job. */
const INLINE_ARGS_LIMIT = 1_000_000;

/** Among arguments without names, where there is no leaving out. */
const UNDEFINED = new Tagged("undefined", null);

/** What is recorded of the arguments of a job: `LiveJob.recorded`. */
export interface RecordedArgs {
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

/** Takes down the arguments of jobs as they are at that moment: a task may change what it was given. */
export class ArgsRecords {
  readonly #format: ObjectFormat;
  readonly #values: ValueRecords;

  constructor(format: ObjectFormat, values: ValueRecords) {
    this.#format = format;
    this.#values = values;
  }

  /** @param bound them with the defaults that took effect; of those that are as before, what was taken down before stands */
  take(job: LiveJob, bound?: readonly unknown[]): RecordedArgs {
    const { task, args: given } = job;
    const args = bound ?? defaultsOf(task, given);
    const { names, values } = namedArguments(task.source.parameters, args);
    const earlier = argsOf(job)?.bound;
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
    const isSecret = name !== undefined && isSecretName(name);
    const scalar = isHidden || isSecret ? null : this.#values.scalar(value, room);
    if (scalar) return scalar;
    const told = value === undefined ? UNDEFINED : value;
    const place = { job, name: `argument ${name ?? at + 1}`, parameter: name };
    return this.#values.value(place, told, isHidden, room);
  }
}

/** Whether a record's arguments are those of a job; false where only their ids can tell. */
export function hasArgs({ names, values }: RecordedArgs, args: Job["args"]): boolean {
  let at = 0;
  for (const [name, value] of args.entries() as Iterable<[string | number, unknown]>) {
    if (name !== (names ? names[at] : at) || typeof value === "object") return false;
    if (!Object.is(value, values[at])) return false;
    at++;
  }
  return at === values.length;
}

/** What has been taken down of a job's arguments; null before that. */
export function argsOf({ recorded }: LiveJob): RecordedArgs | null {
  return recorded as RecordedArgs | null;
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

/** Arguments with the defaults that are known before the function is called. */
function defaultsOf({ bindings, source }: TaskDefinition, args: readonly unknown[]) {
  try {
    return bindings ? withDefaults(bindings, args, null) : withUnknown(source.parameters, args);
  } catch {
    // A getter of the user's threw.
    return args;
  }
}

/** Values by the names of their parameters, where they have any. */
export function zip<T>(
  names: readonly string[] | null,
  values: readonly T[],
): Map<string, T> | readonly T[] {
  if (!names) return values;
  const zipped = new Map<string, T>();
  for (let at = 0; at < names.length; at++) zipped.set(names[at]!, values[at]!);
  return zipped;
}
