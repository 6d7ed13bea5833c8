import { RedunError } from "../errors.ts";
import { currentJob } from "./context.ts";
import { describe, type Expression, nameProxy, PropertyExpression } from "./expression.ts";
import type { Lazy } from "./lazy-types.ts";

/** Wraps an expression as a lazy value. */
export function lazy<T>(expression: Expression): Lazy<T> {
  const proxy: object = new Proxy(expression, HANDLER);
  nameProxy(proxy, expression);
  return proxy as Lazy<T>;
}

const HANDLER: ProxyHandler<Expression> = {
  get(expression, key) {
    if (key === "then" || key === "catch" || key === "finally") {
      return (...handlers: [never, never]) => {
        const promise = computedHere(expression);
        return (promise[key] as (...handlers: unknown[]) => Promise<unknown>)(...handlers);
      };
    }
    if (TOO_EARLY.has(key)) return () => usedTooEarly(expression);
    if (typeof key === "symbol") return undefined;
    return lazy(new PropertyExpression(expression, key));
  },
  has: usedTooEarly,
  ownKeys: usedTooEarly,
  getOwnPropertyDescriptor: usedTooEarly,
  set: usedTooEarly,
  defineProperty: usedTooEarly,
  deleteProperty: usedTooEarly,
  preventExtensions: usedTooEarly,
  setPrototypeOf: usedTooEarly,
};

/** What JavaScript asks of a value in `${text}`, arithmetic, `[...list]`, `for` and JSON. */
const TOO_EARLY = new Set<string | symbol>([
  Symbol.toPrimitive,
  Symbol.iterator,
  Symbol.asyncIterator,
  "toJSON",
  "toString",
  "toLocaleString",
  "valueOf",
]);

function computedHere(expression: Expression): Promise<unknown> {
  const here = currentJob();
  if (here) return here.run.awaited(expression, here.job);
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
