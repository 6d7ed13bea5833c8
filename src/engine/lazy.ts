import { inspect } from "node:util";
import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";
import { currentJob } from "./context.ts";
import type { Lazy } from "./lazy-types.ts";
import type { TaskDefinition } from "./task.ts";

/** What a lazy value stands for. */
export type Expression =
  | {
      readonly kind: "call";
      readonly task: TaskDefinition;
      readonly args: readonly unknown[];
      /** Tags of the job in the place of the task's own. */
      readonly tags?: readonly TagPair[];
    }
  | { readonly kind: "property"; readonly of: object; readonly key: string }
  | { readonly kind: "tags"; readonly value: unknown; readonly apply: (value: unknown) => void };

const expressions = new WeakMap<object, Expression>();

/** The expression behind a lazy value; undefined for every other value. */
export function expressionOf(value: unknown): Expression | undefined {
  return typeof value === "object" && value !== null ? expressions.get(value) : undefined;
}

/** Whether a value is lazy or holds something lazy in its arrays and plain objects. */
export function holdsLazy(value: unknown): boolean {
  const seen = new Set<object>();
  const left = [value];
  // Not recursive: a list may be linked deeper than the stack.
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || seen.has(next)) continue;
    if (expressionOf(next)) return true;
    seen.add(next);
    for (const part of partsOf(next) ?? []) left.push(part);
  }
  return false;
}

/** The members of an array or plain object; null for a value that is looked at as a whole. */
export function partsOf(value: object): readonly unknown[] | null {
  try {
    if (Array.isArray(value)) return value;
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? Object.values(value) : null;
  } catch {
    // A getter or a proxy of the user's threw.
    return null;
  }
}

/** Wraps an expression as a lazy value. */
export function lazy<T>(expression: Expression): Lazy<T> {
  const proxy: object = new Proxy(new Unevaluated(expression), {
    get(_target, key) {
      if (key === "then" || key === "catch" || key === "finally") {
        return (...handlers: [never, never]) => {
          const promise = evaluateHere(proxy);
          return (promise[key] as (...handlers: unknown[]) => Promise<unknown>)(...handlers);
        };
      }
      if (TOO_EARLY.has(key)) return () => usedTooEarly(expression);
      if (typeof key === "symbol") return undefined;
      return lazy({ kind: "property", of: proxy, key });
    },
    has: () => usedTooEarly(expression),
    ownKeys: () => usedTooEarly(expression),
    set: () => usedTooEarly(expression),
    deleteProperty: () => usedTooEarly(expression),
  });
  expressions.set(proxy, expression);
  return proxy as Lazy<T>;
}

/** What JavaScript asks of a value in `${text}`, arithmetic, `[...list]` and `for`. */
const TOO_EARLY = new Set<string | symbol>([
  Symbol.toPrimitive,
  Symbol.iterator,
  Symbol.asyncIterator,
]);

/** What `console.log` shows of a lazy value. */
class Unevaluated {
  readonly [inspect.custom]: () => string;

  constructor(expression: Expression) {
    // Not a method: Node calls it on the proxy, which has nothing of its target's.
    this[inspect.custom] = () => `Lazy(${describe(expression)})`;
  }
}

function describe(expression: Expression): string {
  if (expression.kind === "call") return `${expression.task.fullName}(...)`;
  if (expression.kind === "tags") return "applyTags(...)";
  const of = expressionOf(expression.of);
  return `${of ? describe(of) : "?"}.${expression.key}`;
}

function evaluateHere(value: object): Promise<unknown> {
  const here = currentJob();
  if (here) return here.run.resolve(value, here.job);
  const expression = expressions.get(value)!;
  return Promise.reject(
    new RedunError(
      "NOT_IN_A_RUN",
      `${describe(expression)} was awaited outside of a run.`,
      "A task's call is computed by a scheduler: `await new Scheduler().run(main())`.",
    ),
  );
}

function usedTooEarly(expression: Expression): never {
  throw new RedunError(
    "NOT_IN_A_RUN",
    `${describe(expression)} was used as a value before it was computed.`,
    "Pass it to another task, return it, or `await` it inside an async task first.",
  );
}
