import { isGeneratorFunction } from "node:util/types";
import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { taskId } from "../record/encode.ts";
import { fullName, type TaskRecord } from "../record/records.ts";
import { type Bindings, bindingsOf } from "../source/bindings.ts";
import { callerOf, describeTask, type Place, placesOf, type TaskSource } from "../source/source.ts";
import { type Tags, tagPairs } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { CallExpression, lazy } from "./lazy.ts";
import type { Arg, Lazy, Resolved } from "./lazy-types.ts";

/** A function whose calls are recorded: calling it returns a lazy value that a scheduler computes. */
export interface Task<A extends unknown[], R> {
  (...args: { [K in keyof A]: Arg<A[K]> }): Lazy<R>;
  /** The same task with other options for the calls made through it. */
  options(options: CallOptions): Task<A, R>;
}

export interface TaskOptions {
  /** Defaults to the function's own name, then to that of the constant or export. */
  readonly name?: string;
  /** Defaults to the file's `export const namespace`. */
  readonly namespace?: string;
  /** Replaces the source text in the task's hash: the hash changes only when the version does. */
  readonly version?: string;
  /** Tags of the task, copied to its jobs. Not part of its hash. */
  readonly tags?: Tags;
  /** What to record by its hash alone, because it is secret or too large to keep. */
  readonly hashOnly?: readonly ("args" | "result")[];
}

export interface CallOptions {
  /** Tags of the job, replacing those of the task. */
  readonly tags?: Tags;
}

// biome-ignore lint/suspicious/noExplicitAny: any function at all
type AnyFunction = (...args: any[]) => unknown;

/**
 * `Function` has no parameters that a function's own could be typed from: so `greet = "Hello"` is
 * a string, where a type like `(...args: unknown[]) => unknown` would make it unknown.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
type Untyped = Function;

/** The task that a function becomes. */
type TaskOf<F> = F extends (...args: infer A) => infer R ? Task<A, Resolved<R>> : never;

const definition = Symbol.for("redun-git.task");

/**
 * Makes a function a task.
 * @example
 * ```ts
 * import { Scheduler, task } from "redun-git";
 *
 * const greet = task({ tags: { team: "docs" } }, function greet(name: string) {
 *   return `Hello, ${name}!`;
 * });
 * console.log(await new Scheduler().run(greet("Ada")));
 * ```
 * @throws RedunError BAD_TASK when there is no function, or a generator function; BAD_VALUE or BAD_TAG for its tags
 */
export function task<F extends Untyped>(fn: F): TaskOf<F>;
export function task<F extends Untyped>(options: TaskOptions, fn: F): TaskOf<F>;
export function task(first: TaskOptions | AnyFunction, second?: AnyFunction): unknown {
  const [options, fn] = typeof first === "function" ? [{}, first] : [first, second];
  if (typeof fn !== "function") {
    throw new RedunError(
      "BAD_TASK",
      "task() needs a function.",
      "Write `task(fn)` or `task({ name, tags }, fn)`.",
    );
  }
  if (isGeneratorFunction(fn)) {
    throw new RedunError(
      "BAD_TASK",
      "task() was given a generator function, whose result is not yet a value and cannot be recorded.",
      "Collect what it yields: `task(() => [...generate()])`.",
    );
  }
  const site = callerOf(task);
  const definition = new TaskDefinition(options, fn, site ? placesOf(site, fn) : []);
  made?.push(definition);
  return callable(definition, {});
}

let made: TaskDefinition[] | undefined;

/** Does something, and tells which tasks were made meanwhile. */
export async function tasksMadeBy<T>(work: () => Promise<T>): Promise<[T, TaskDefinition[]]> {
  const before = made;
  const own: TaskDefinition[] = [];
  made = own;
  try {
    return [await work(), own];
  } finally {
    made = before;
  }
}

/** The definition behind a task; undefined for every other value. */
export function definitionOf(value: unknown): TaskDefinition | undefined {
  return typeof value === "function"
    ? (value as unknown as Record<symbol, TaskDefinition | undefined>)[definition]
    : undefined;
}

function callable(of: TaskDefinition, options: { tags?: readonly TagPair[] }): unknown {
  const call = (...args: unknown[]) => lazy(new CallExpression(of, args, options.tags));
  return Object.defineProperties(call, {
    [definition]: { value: of },
    options: {
      value: (more: CallOptions) =>
        callable(of, more.tags ? { ...options, tags: tagPairs(more.tags) } : options),
    },
  });
}

/**
 * What is known of a task. Name, source and parameters come from the text of the file that made it,
 * taken when the task was made and parsed the first time that one of them is asked for.
 */
export class TaskDefinition {
  readonly fn: AnyFunction;
  readonly hashOnly: ReadonlySet<"args" | "result">;
  readonly #options: TaskOptions;
  readonly #tags: readonly TagPair[];
  readonly #places: readonly Place[];
  #source: TaskSource | undefined;
  #id: string | undefined;
  #bindings: Bindings | null | undefined;

  /** @param found where its `task()` call may be read, or what would be read there */
  constructor(options: TaskOptions, fn: AnyFunction, found: readonly Place[] | TaskSource) {
    this.fn = fn;
    this.hashOnly = new Set(options.hashOnly);
    this.#options = options;
    this.#tags = tagPairs(options.tags);
    this.#places = isSource(found) ? [] : found;
    if (isSource(found)) {
      this.#source = found;
      this.#bindings = null;
    }
  }

  get source(): TaskSource {
    this.#source ??= describeTask(this.#places, this.fn);
    return this.#source;
  }

  /** How its function takes arguments apart; null where that cannot be read. */
  get bindings(): Bindings | null {
    if (this.#bindings === undefined) this.#bindings = bindingsOf(this.fn);
    return this.#bindings;
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

  get fullName(): string {
    return fullName(this);
  }

  /** The task's own tags; its doc comment is one of them, as in redun. */
  get tags(): readonly TagPair[] {
    const doc = this.source.doc;
    const documented = doc !== null && !this.#tags.some(([key]) => key === "doc");
    return documented ? [["doc", doc], ...this.#tags] : this.#tags;
  }

  get record(): Omit<TaskRecord, "id"> {
    const { name, namespace } = this;
    const { version } = this.#options;
    if (version !== undefined) return { name, namespace, taskVersion: String(version) };
    return { name, namespace, source: this.source.text };
  }

  /** The task hash: the object id of the task's record. */
  id(format: ObjectFormat): string {
    this.#id ??= taskId(this.record, format);
    return this.#id;
  }
}

function isSource(found: readonly Place[] | TaskSource): found is TaskSource {
  return !Array.isArray(found);
}
