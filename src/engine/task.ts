import { isGeneratorFunction } from "node:util/types";
import { RedunError } from "../errors.ts";
import { callerOf, placesOf } from "../source/source.ts";
import { type CallOptions, settingsOf } from "./call-options.ts";
import type { CallSettings } from "./call-settings.ts";
import { CallExpression, type ControlExpression } from "./expression.ts";
import { type HashInclude, hashIncludesOf } from "./hash-includes.ts";
import { lazy } from "./lazy.ts";
import type { Arg, Lazy, Resolved } from "./lazy-types.ts";
import { registerTask } from "./registry.ts";
import { type AnyFunction, TaskDefinition, type TaskOptions } from "./task-definition.ts";

/** A function whose calls are recorded: calling it returns a lazy value that a scheduler computes. */
export interface Task<A extends unknown[], R> {
  (...args: { [K in keyof A]: Arg<A[K]> }): Lazy<R>;
  /** The same task with other options for the calls made through it. */
  options(options: CallOptions): Task<A, R>;
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
const settingsKey = Symbol.for("redun-git.settings");

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
  const settings = settingsOf(options, "task()");
  const includes = includesOf(options, "task()") ?? [];
  const site = callerOf(task);
  const places = site ? placesOf(site, fn) : [];
  const definition = new TaskDefinition(options, settings, fn, places, includes);
  registerTask(definition);
  made?.push(definition);
  return callable(definition, {});
}

/** What an option `hashIncludes` names; undefined where there is none. @throws RedunError BAD_TASK */
export function includesOf(
  { hashIncludes }: Pick<TaskOptions, "hashIncludes">,
  where: string,
): readonly HashInclude[] | undefined {
  return hashIncludes && hashIncludesOf(hashIncludes, where, definitionOf);
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

/** A call of a task, as the task itself would make it. */
export function callOf(of: TaskDefinition, args: readonly unknown[]): unknown {
  return (callable(of, {}) as (...args: readonly unknown[]) => unknown)(...args);
}

/** A task with the options that its calls have; undefined for every other value. */
export function controlledTask(value: unknown): ControlExpression["call"] | undefined {
  const task = definitionOf(value);
  return (
    task && { task, settings: (value as { readonly [settingsKey]: CallSettings })[settingsKey] }
  );
}

/** Later settings in place of earlier ones; what is said to one executor adds up. */
function withSettings(before: CallSettings, later: CallSettings): CallSettings {
  const { executor = before.executor, executorOptions: more } = later;
  const { executorOptions: said, ...kept } = before;
  const executorOptions = { ...(executor === before.executor && said), ...more };
  const hasOptions = Object.keys(executorOptions).length > 0;
  return { ...kept, ...later, ...(hasOptions && { executorOptions }) };
}

function callable(of: TaskDefinition, settings: CallSettings): unknown {
  const call = (...args: unknown[]) => lazy(new CallExpression(of, args, settings));
  return Object.defineProperties(call, {
    [definition]: { value: of },
    [settingsKey]: { value: settings },
    options: {
      value: (more: CallOptions) => {
        const executor = settings.executor ?? of.attempts.executor;
        const all = withSettings(settings, settingsOf(more, "options()", executor));
        const includes = includesOf(more, "options()");
        if (!includes) return callable(of, all);
        const other = of.including(includes);
        registerTask(other);
        return callable(other, all);
      },
    },
  });
}
