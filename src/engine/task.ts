import { isGeneratorFunction } from "node:util/types";
import { RedunError } from "../errors.ts";
import { callerOf, placesOf } from "../source/source.ts";
import { didYouMean } from "../suggest.ts";
import { type Tags, tagPairs } from "../tag/set.ts";
import { inspected } from "../value/inspected.ts";
import type { CallSettings } from "./call-settings.ts";
import { CallExpression } from "./expression.ts";
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

export interface CallOptions extends Pick<TaskOptions, "cache" | "cacheScope" | "checkValid"> {
  /** Tags of the job, replacing those of the task. */
  readonly tags?: Tags;
}

/** What `task()` takes, and what `options()` does. */
const TASK_OPTIONS = new Set<string>([
  ...["name", "namespace", "version", "tags", "hashOnly", "cache", "cacheScope", "checkValid"],
]);
const CALL_OPTIONS = new Set<string>(["tags", "cache", "cacheScope", "checkValid"]);

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
  const settings = taskSettings(options, "task()");
  const site = callerOf(task);
  const definition = new TaskDefinition(options, settings, fn, site ? placesOf(site, fn) : []);
  registerTask(definition);
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

/** A call of a task, as the task itself would make it. */
export function callOf(of: TaskDefinition, args: readonly unknown[]): unknown {
  return (callable(of, {}) as (...args: readonly unknown[]) => unknown)(...args);
}

function callable(of: TaskDefinition, settings: CallSettings): unknown {
  const call = (...args: unknown[]) => lazy(new CallExpression(of, args, settings));
  return Object.defineProperties(call, {
    [definition]: { value: of },
    options: {
      value: (more: CallOptions) => {
        const { tags, ...others } = settingsOf(more, CALL_OPTIONS, "options()");
        return callable(of, { ...settings, ...others, ...(tags && { tags }) });
      },
    },
  });
}

/**
 * What the options of a task say of its calls.
 * @param where they were given, for errors
 * @throws RedunError BAD_TASK for an option that there is not, or a value that it does not take
 */
export function taskSettings(options: TaskOptions, where: string): CallSettings {
  return settingsOf(options, TASK_OPTIONS, where);
}

/** @throws RedunError BAD_TASK for an option that there is not, or a value that it does not take */
function settingsOf(
  given: TaskOptions | CallOptions,
  known: ReadonlySet<string>,
  where: string,
): CallSettings {
  const { tags, cache, cacheScope, checkValid } = given;
  const unknown = Object.keys(given).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new RedunError(
      "BAD_TASK",
      `${where} has no option "${unknown}".${didYouMean(unknown, known)}`,
      `It takes ${[...known].join(", ")}.`,
    );
  }
  expectOneOf(where, "cache", cache, [true, false]);
  expectOneOf(where, "cacheScope", cacheScope, ["none", "execution", "log"]);
  expectOneOf(where, "checkValid", checkValid, ["full", "shallow"]);
  const scope = cacheScope ?? (cache === undefined ? undefined : cache ? "log" : "execution");
  return {
    ...(tags && { tags: tagPairs(tags) }),
    ...(scope && { cacheScope: scope }),
    ...(checkValid && { checkValid }),
  };
}

function expectOneOf(
  where: string,
  name: string,
  value: unknown,
  allowed: readonly unknown[],
): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new RedunError(
    "BAD_TASK",
    `${where} was given ${name}: ${inspected(value)}.`,
    `It is one of ${allowed.map((one) => JSON.stringify(one)).join(", ")}.`,
  );
}
