import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { taskId } from "../record/encode.ts";
import { fullName, type TaskRecord } from "../record/records.ts";
import { type Bindings, bindingsOf } from "../source/bindings.ts";
import { describeTask, type Place, type TaskSource } from "../source/source.ts";
import { didYouMean } from "../suggest.ts";
import type { Tags } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import type { AttemptSettings, CacheScope, CallSettings, CheckValid } from "./call-settings.ts";
import type { ExecutorOptions } from "./executor.ts";
import { type HashInclude, isVolatile, recordedInclude } from "./hash-includes.ts";
import { HashOnly, type RecordOption } from "./hash-only.ts";
import { runsBegun } from "./run-count.ts";

export interface TaskOptions extends ExecutorOptions {
  /** Defaults to the function's own name, then to that of the constant or export. */
  readonly name?: string;
  /** Defaults to the file's `export const namespace`. */
  readonly namespace?: string;
  /** Replaces the source text in the task's hash: the hash changes only when the version does. */
  readonly version?: string;
  /**
   * What counts in the task's hash in addition to its source: functions and classes by their own source, Files by
   * their content, tasks by their hash, anything else by its value. `[normalise, "v2", new File("params.json")]`
   */
  readonly hashIncludes?: readonly unknown[];
  /** Tags of the task, copied to its jobs. Not part of its hash. */
  readonly tags?: Tags;
  /** `false` is `cacheScope: "execution"`. */
  readonly cache?: boolean;
  /**
   * Whose results its calls may take instead of running: all in the log (`"log"`, the default), only
   * those of the same execution, or none. Everything is recorded in any case.
   */
  readonly cacheScope?: CacheScope;
  /**
   * How an earlier result is found to be valid: `"full"` looks at each call below it again, `"shallow"`
   * only at whether the tasks below it are still the same.
   */
  readonly checkValid?: CheckValid;
  /**
   * What it needs of limited resources while its function runs: `["db"]`, or `{ gpu: 2 }`. How much there is,
   * git config says (`redun.limit.gpu`); 1 where it does not.
   */
  readonly limits?: readonly string[] | Readonly<Record<string, number>>;
  /** Seconds after which its function has failed, if it has not come to an end. */
  readonly timeout?: number;
  /** How often its function is called again after it has failed; each time is a job. */
  readonly retries?: number;
  /**
   * What to record by its hash alone, because it is secret or too large to keep: `"hash"` for all of a call, or
   * `{ args: { token: "hash" }, result: "hash" }`. Nor does an error that such a call throws have its message
   * recorded.
   */
  readonly record?: RecordOption;
}

// biome-ignore lint/suspicious/noExplicitAny: any function at all
export type AnyFunction = (...args: any[]) => unknown;

/**
 * What is known of a task. Name, source and parameters come from the text of the file that made it,
 * taken when the task was made and parsed the first time that one of them is asked for.
 */
export class TaskDefinition {
  readonly fn: AnyFunction;
  readonly hashOnly: HashOnly;
  readonly cacheScope: CacheScope;
  readonly checkValid: CheckValid;
  readonly attempts: AttemptSettings;
  /** Its function starts a program, and waits for it: it is one of ours. */
  readonly isProgram: boolean;
  readonly #options: TaskOptions;
  readonly #settings: CallSettings;
  readonly #includes: readonly HashInclude[];
  readonly #tags: readonly TagPair[];
  readonly #places: readonly Place[];
  /** Whether a file counts in its hash: that is another where the file has changed before a run. */
  readonly isVolatile: boolean;
  /** The task that it is with other `hashIncludes`. */
  readonly base: TaskDefinition | null;
  #source: TaskSource | undefined;
  #known: Known | undefined;
  #fullName: string | undefined;
  #allTags: readonly TagPair[] | undefined;
  #bindings: Bindings | null | undefined;

  /**
   * @param found where its `task()` call may be read, or what would be read there
   * @param includes what its option `hashIncludes` names
   */
  constructor(
    options: TaskOptions,
    settings: CallSettings,
    fn: AnyFunction,
    found: readonly Place[] | TaskSource,
    includes: readonly HashInclude[] = [],
    base: TaskDefinition | null = null,
  ) {
    const { tags = [], cacheScope = "log", checkValid = "full", ...attempts } = settings;
    this.fn = fn;
    this.cacheScope = cacheScope;
    this.checkValid = checkValid;
    this.attempts = attempts;
    this.hashOnly = new HashOnly(options.record);
    this.#options = options;
    this.#settings = settings;
    this.#includes = includes;
    this.isVolatile = includes.some(isVolatile);
    this.base = base;
    this.#tags = tags;
    this.isProgram = isSource(found);
    this.#places = isSource(found) ? [] : found;
    if (isSource(found)) {
      this.#source = found;
      this.#bindings = null;
    }
  }

  /** The same task with other things in its hash. */
  including(includes: readonly HashInclude[]): TaskDefinition {
    const base = this.base ?? this;
    return new TaskDefinition(base.#options, base.#settings, base.fn, base.#places, includes, base);
  }

  get source(): TaskSource {
    if (this.base) return this.base.source;
    this.#source ??= describeTask(this.#places, this.fn);
    return this.#source;
  }

  /** How its function takes arguments apart; null where that cannot be read. */
  get bindings(): Bindings | null {
    if (this.base) return this.base.bindings;
    if (this.#bindings === undefined) this.#bindings = bindingsOf(this.fn);
    return this.#bindings;
  }

  /** @throws RedunError BAD_TASK where `record` names a parameter that there is not: a secret would be recorded */
  expectParameters(): void {
    const { parameters } = this.hashOnly;
    const known = this.source.parameters.map(({ name }) => name);
    const unknown = parameters.find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw new RedunError(
      "BAD_TASK",
      `Task ${this.fullName} has no parameter "${unknown}", which its record option names.${didYouMean(unknown, known)}`,
      known.length > 0 ? `It has ${known.join(", ")}.` : 'Write `record: { args: "hash" }`.',
    );
  }

  get hasName(): boolean {
    return Boolean(this.#options.name ?? this.source.functionName ?? this.source.name);
  }

  /** @throws RedunError BAD_TASK when nothing gives it a name */
  get name(): string {
    const name = this.#options.name ?? this.source.functionName ?? this.source.name;
    if (name) return name;
    const { file, line } = this.source;
    throw new RedunError(
      "BAD_TASK",
      `A task${file ? ` in ${file}:${line}` : ""} has no name.`,
      'Export it as a constant, name its function, or write `task({ name: "..." }, fn)`.',
    );
  }

  get namespace(): string | null {
    return this.#options.namespace ?? this.source.namespace;
  }

  /** @throws RedunError BAD_TASK when nothing gives it a name */
  get fullName(): string {
    this.#fullName ??= fullName(this);
    return this.#fullName;
  }

  /** The task's own tags; its doc comment is one of them, as in redun. */
  get tags(): readonly TagPair[] {
    this.#allTags ??= this.#withDoc();
    return this.#allTags;
  }

  #withDoc(): readonly TagPair[] {
    const doc = this.source.doc;
    const documented = doc !== null && !this.#tags.some(([key]) => key === "doc");
    return documented ? [["doc", doc], ...this.#tags] : this.#tags;
  }

  /** What a log has of it; its files are as they were when this was first asked for in a run. */
  record(format: ObjectFormat): TaskFacts {
    return this.#knownIn(format).record;
  }

  /** The task hash: the object id of the task's record. */
  id(format: ObjectFormat): string {
    return this.#knownIn(format).id;
  }

  /**
   * The hash of its name and function alone, by which another process knows that it has the same: a task with
   * other `hashIncludes` is made where it is called.
   */
  codeHash(format: ObjectFormat): string {
    if (this.#includes.length === 0) return this.id(format);
    const { hashIncludes: _, ...record } = this.record(format);
    return taskId(record, format);
  }

  #knownIn(format: ObjectFormat): Known {
    const known = this.#known;
    const isCurrent = known?.format === format && (!this.isVolatile || known.run === runsBegun());
    if (known && isCurrent) return known;
    const record = this.#record(format);
    this.#known = { run: runsBegun(), format, record, id: taskId(record, format) };
    return this.#known;
  }

  #record(format: ObjectFormat): TaskFacts {
    const { name, namespace } = this;
    const { version } = this.#options;
    const own =
      version === undefined ? { source: this.source.text } : { taskVersion: String(version) };
    const includes = this.#includes.map((include) => recordedInclude(include, format));
    return { name, namespace, ...own, ...(includes.length > 0 && { hashIncludes: includes }) };
  }
}

type TaskFacts = Omit<TaskRecord, "id">;

interface Known {
  readonly run: number;
  readonly format: ObjectFormat;
  readonly record: TaskFacts;
  readonly id: string;
}

function isSource(found: readonly Place[] | TaskSource): found is TaskSource {
  return !Array.isArray(found);
}
