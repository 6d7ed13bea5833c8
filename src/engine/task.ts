import { isGeneratorFunction } from "node:util/types";
import { RedunError } from "../errors.ts";
import { callerOf, placesOf } from "../source/source.ts";
import { type Tags, tagPairs } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import { CallExpression } from "./expression.ts";
import { lazy } from "./lazy.ts";
import type { Arg, Lazy, Resolved } from "./lazy-types.ts";
import { type AnyFunction, TaskDefinition, type TaskOptions } from "./task-definition.ts";

/** A function whose calls are recorded: calling it returns a lazy value that a scheduler computes. */
export interface Task<A extends unknown[], R> {
  (...args: { [K in keyof A]: Arg<A[K]> }): Lazy<R>;
  /** The same task with other options for the calls made through it. */
  options(options: CallOptions): Task<A, R>;
}

export interface CallOptions {
  /** Tags of the job, replacing those of the task. */
  readonly tags?: Tags;
}

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
