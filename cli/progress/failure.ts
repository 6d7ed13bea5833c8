import type { RunningJob } from "../../src/engine/run-events.ts";
import { isError } from "../../src/engine/user-stack.ts";
import { inspected } from "../../src/value/inspected.ts";

/** Which call of a function that is called again when it fails a job is; null where it is the only one. */
export function attemptOf({ tags }: RunningJob): number | null {
  // A tag of this name that a task has itself stands before it.
  const value = tags.findLast(([key]) => key === "attempt")?.[1];
  return typeof value === "number" ? value : null;
}

/** `Error: no such host`. */
export function errorText(error: unknown): string {
  return isError(error) ? `${error.name}: ${error.message}` : inspected(error);
}
