import { RedunError } from "../errors.ts";
import type { ControlName } from "./expression.ts";
import { ControlExpression } from "./expression.ts";
import { lazy } from "./lazy.ts";
import type { Arg, Lazy, Resolved } from "./lazy-types.ts";
import { controlledTask } from "./task.ts";

type Item<T> = T extends readonly (infer U)[] ? U : never;

// biome-ignore lint/suspicious/noExplicitAny: anything may be thrown
type Recover<R> = (thrown: any) => Lazy<R>;

/**
 * `test ? then : otherwise` of a test that is yet to be computed: calls in the branch that is not taken
 * are not made.
 * @example
 * ```ts
 * import { cond, Scheduler, task } from "redun-git";
 *
 * const isLarge = task({ name: "is_large" }, (n: number) => n > 100);
 * const half = task({ name: "half" }, (n: number) => n / 2);
 * const main = task(function main(n: number) {
 *   return cond(isLarge(n), half(n), n);
 * });
 * console.log(await new Scheduler().run(main(300)));
 * ```
 */
export function cond<T, U = undefined>(
  test: unknown,
  then: T,
  otherwise?: U,
): Lazy<Resolved<T> | Resolved<U>> {
  return control("cond", [test, then, otherwise]);
}

/**
 * A list whose items are computed one after the other, each when the one before it is done.
 * @example
 * ```ts
 * import { Scheduler, seq, task } from "redun-git";
 *
 * const step = task({ name: "step" }, (name: string) => name.toUpperCase());
 * console.log(await new Scheduler().run(seq([step("load"), step("train")])));
 * ```
 */
export function seq<const T extends readonly unknown[]>(
  values: T,
): Lazy<{ -readonly [K in keyof T]: Resolved<T[K]> }> {
  return control("seq", [values]);
}

/**
 * `try`: a value, or what a task makes of the error if it cannot be computed. The task may throw it again.
 * @example
 * ```ts
 * import { catchError, Scheduler, task } from "redun-git";
 *
 * const load = task({ name: "load" }, (path: string): number => {
 *   throw new Error(`there is no ${path}`);
 * });
 * const fallback = task({ name: "fallback" }, (error: Error) => `none, as ${error.message}`);
 * console.log(await new Scheduler().run(catchError(load("a.csv"), fallback)));
 * ```
 * @throws RedunError BAD_TASK when `recover` is no task
 */
export function catchError<T, R>(value: T, recover: Recover<R>): Lazy<Resolved<T> | R> {
  return control("catchError", [value], recover);
}

/**
 * A list, all of whose items are computed even if some fail: then a task gets the list, with errors in
 * the places of results, and what it gives is the value.
 * @example
 * ```ts
 * import { catchAll, Scheduler, task } from "redun-git";
 *
 * const inverse = task({ name: "inverse" }, (n: number) => {
 *   if (n === 0) throw new Error("division by zero");
 *   return 1 / n;
 * });
 * const count = task({ name: "count" }, (results: (number | Error)[]) => {
 *   return results.filter((result) => result instanceof Error).length;
 * });
 * console.log(await new Scheduler().run(catchAll([inverse(2), inverse(0)], count)));
 * ```
 * @throws RedunError BAD_TASK when `recover` is no task
 */
export function catchAll<T extends readonly unknown[], R>(
  values: T,
  recover: Recover<R>,
): Lazy<Resolved<T> | R> {
  return control("catchAll", [values], recover);
}

/**
 * `list.map` of a list that is yet to be computed: the task's calls with each item.
 * @example
 * ```ts
 * import { mapTask, Scheduler, task } from "redun-git";
 *
 * const names = task({ name: "names" }, () => ["ada", "bob"]);
 * const greet = task({ name: "greet" }, (name: string) => `Hello, ${name}!`);
 * console.log(await new Scheduler().run(mapTask(greet, names())));
 * ```
 * @throws RedunError BAD_TASK when it is not a task
 */
export function mapTask<L extends Arg<readonly unknown[]>, R>(
  task: (item: Item<Resolved<L>>) => Lazy<R>,
  list: L,
): Lazy<R[]> {
  return control("mapTask", [list], task);
}

/**
 * `list.flatMap` of a list that is yet to be computed: the items of the lists that the task gives.
 * @example
 * ```ts
 * import { flatMap, Scheduler, task } from "redun-git";
 *
 * const lines = task({ name: "lines" }, () => ["to be", "or not"]);
 * const words = task({ name: "words" }, (line: string) => line.split(" "));
 * console.log(await new Scheduler().run(flatMap(words, lines())));
 * ```
 * @throws RedunError BAD_TASK when it is not a task
 */
export function flatMap<L extends Arg<readonly unknown[]>, R extends readonly unknown[]>(
  task: (item: Item<Resolved<L>>) => Lazy<R>,
  list: L,
): Lazy<Item<R>[]> {
  return control("flatMap", [list], task);
}

function control<T>(name: ControlName, of: readonly unknown[], given?: unknown): Lazy<T> {
  const call = given === undefined ? null : controlledTask(given);
  if (call !== undefined) return lazy(new ControlExpression(name, of, call));
  throw new RedunError(
    "BAD_TASK",
    `${name} needs a task.`,
    "Make the function one: `const double = task((n: number) => 2 * n)`.",
  );
}
