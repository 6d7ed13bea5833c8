import { ERROR_MORE, type ErrorMore, ErrorValue, Fields } from "./value.ts";

const BUILT_IN = new Set<unknown>(
  [
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    AggregateError,
  ].map(({ prototype }) => prototype),
);

const WRITTEN = new Set(["name", "message", "stack", "cause", "errors"]);

/** What is recorded of an error. Throws what its getters throw. */
export function errorFields(error: ErrorValue | Error): Fields {
  const written = withheld.get(error) ?? error;
  const { name, message, stack } = written;
  const more = written instanceof ErrorValue ? written.more : errorMore(written);
  return new Fields([
    ["name", typeof name === "string" ? name : "Error"],
    ["message", typeof message === "string" ? message : ""],
    ["stack", typeof stack === "string" && stack !== "" ? stack : undefined],
    ...ERROR_MORE.map((key) => [key, more[key]] as const),
  ]);
}

/** What distinguishes an error from others with its name and message. */
function errorMore(error: Error): ErrorMore {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const listed = Array.isArray(errors) ? errors : undefined;
  const keys = Object.keys(error).filter((key) => !WRITTEN.has(key));
  if (errors !== undefined && !listed) keys.push("errors");
  const properties = keys.map((key) => [key, (error as never as Record<string, unknown>)[key]]);
  return {
    class: className(error),
    cause,
    errors: listed,
    properties: properties.length > 0 ? Object.fromEntries(properties) : undefined,
  };
}

function className(error: Error): string | undefined {
  if (BUILT_IN.has(Object.getPrototypeOf(error))) return undefined;
  const { name } = error.constructor;
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Errors whose texts are nobody's business, and what is written of them wherever they stand. */
const withheld = new WeakMap<object, ErrorValue>();

export function withholdError(error: Error, written: ErrorValue): void {
  withheld.set(error, written);
}

export function withheldError(error: object): ErrorValue | undefined {
  return withheld.get(error);
}
