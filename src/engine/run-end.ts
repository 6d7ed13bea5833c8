/** What ends a run beside its own work: its caller, an event loop without work, an exit. */

import { RedunError } from "../errors.ts";
import { inspected } from "../value/inspected.ts";
import { currentJob } from "./context.ts";
import { describeJob } from "./describe-job.ts";
import type { LimitWait } from "./limits.ts";
import type { LiveJob, Run } from "./run.ts";
import type { EndStatus, RunEnd } from "./run-events.ts";
import { isError, userStack } from "./user-stack.ts";

/** Jobs that are named as those that a run waited for. */
const MAX_NAMED = 10;
/** Longest reason that is recorded, in characters. */
const MAX_REASON = 10_000;

/**
 * The abort reason for an error that nothing caught: it ends the run as FAILED, where any other
 * reason of a caller interrupts it.
 */
export class UncaughtError extends Error {
  override readonly name = "UncaughtError";

  constructor(cause: unknown, origin: NodeJS.UncaughtExceptionOrigin) {
    const what = origin === "unhandledRejection" ? "A rejected promise" : "An error";
    super(`${what} that nothing in the workflow handles: ${firstLine(cause)}`, { cause });
  }
}

export interface RunWatch {
  /** Does the run's work; rejected at once when something else ends the run. */
  orEnded<T>(work: () => Promise<T>): Promise<T>;
  /** How the run ended, if it was not by its own work. */
  readonly end: RunEnd | undefined;
  close(): void;
}

/** Computes a value, as the work of a run. `atEnd` is done whatever comes of it, and hears how the run ended. */
export async function computeWatched(
  run: Run,
  watch: RunWatch,
  expression: unknown,
  atEnd: (status: EndStatus) => Promise<void>,
): Promise<unknown> {
  let status: EndStatus = "DONE";
  try {
    return await watch.orEnded(() => run.resolve(expression, null));
  } catch (error) {
    status = watch.end?.status ?? "FAILED";
    run.stop(error as Error);
    throw error;
  } finally {
    await atEnd(status);
  }
}

/**
 * Watches what may end a run that goes on. `onExit` is called while the process exits: it can
 * write down how the run ended, and wait for nothing.
 */
export function watchRun(
  run: Run,
  signal: AbortSignal | undefined,
  onExit: (end: RunEnd) => void,
): RunWatch {
  const { promise: ended, reject } = withReject();
  let end: RunEnd | undefined;
  let uncaught: UncaughtError | undefined;
  const stop = (error: unknown, how: RunEnd) => {
    end ??= how;
    reject(error);
  };
  const onAbort = () => stop(signal!.reason, endBy(signal!.reason));
  const onEmpty = () => {
    const error = stalled(run);
    stop(error, { status: "INTERRUPTED", reason: error.message });
  };
  const onUncaught = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin) => {
    uncaught = new UncaughtError(error, origin);
  };
  const onProcessExit = (code: number) => {
    end = uncaught ? endBy(uncaught) : endByExit(run, code);
    onExit(end);
  };
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  process.on("beforeExit", onEmpty);
  process.on("uncaughtExceptionMonitor", onUncaught);
  process.on("exit", onProcessExit);
  return {
    orEnded: (work) => (end ? ended : Promise.race([work(), ended])),
    get end() {
      return end;
    },
    close() {
      signal?.removeEventListener("abort", onAbort);
      process.off("beforeExit", onEmpty);
      process.off("uncaughtExceptionMonitor", onUncaught);
      process.off("exit", onProcessExit);
    },
  };
}

function endBy(reason: unknown): RunEnd {
  if (!(reason instanceof UncaughtError)) {
    return { status: "INTERRUPTED", reason: cut(isError(reason) ? reason.message : shown(reason)) };
  }
  const { cause, message } = reason;
  const stack = isError(cause) && !isWrapped(cause) ? `\n${userStack(cause)}` : "";
  return { status: "FAILED", reason: cut(message + stack) };
}

function endByExit(run: Run, code: number): RunEnd {
  const context = currentJob();
  const caller =
    context?.run === run ? [...run.running].find(({ id }) => id === context.job?.id) : undefined;
  const reason = caller
    ? `${describeJob(caller)} ended the process: it called process.exit(${code}).`
    : `The process ended with status ${code} while the run went on. ${waitingText(run)}`;
  return { status: "INTERRUPTED", reason: cut(reason), exitedIn: caller };
}

/** The error for a run that waits for what can no longer come. */
function stalled(run: Run): RedunError {
  const limits = run.limits.waits.slice(0, MAX_NAMED).map(limitText);
  return new RedunError(
    "RUN_STALLED",
    [
      `Nothing is left that could end the run: no timer, no program, no connection. ${waitingText(run)}`,
      ...limits,
    ].join("\n"),
    limits.length > 0
      ? "A task cannot await a call that needs what it holds: let a function that is not async return the call, or give the two limits of their own. What had finished is recorded."
      : "A promise was never resolved or rejected, or a callback never called; or async tasks wait for each other by other means than calls, and only as many are at work as there are cores (`git config redun.executor.local.workers 50`). What had finished is recorded.",
  );
}

function limitText({ job, name, count, heldBy }: LimitWait<LiveJob>): string {
  const holders = heldBy.slice(0, MAX_NAMED).map(describeJob).join(", ");
  return `${describeJob(job)} needs ${count} of "${name}", held by ${holders || "nobody"} until its function ends.`;
}

function waitingText(run: Run): string {
  const waiting = run.waitingJobs();
  if (waiting.length === 0) return "No job was at work.";
  const named = waiting.slice(0, MAX_NAMED).map(describeJob);
  const more = waiting.length - named.length;
  const list = [...named, ...(more > 0 ? [`and ${more} more`] : [])];
  return list.length === 1
    ? `Still waiting: ${list[0]}.`
    : `Still waiting:\n${list.map((text) => `  ${text}`).join("\n")}`;
}

function isWrapped(error: unknown): boolean {
  return isError(error) && (error as NodeJS.ErrnoException).code === "ERR_UNHANDLED_REJECTION";
}

function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_done, fail) => {
    reject = fail;
  });
  // What awaits the run gets the rejection.
  promise.catch(() => {});
  return { promise, reject };
}

function firstLine(error: unknown): string {
  // What Node wraps around a rejection with anything but an error.
  const wrapped = /The promise rejected with the reason "(.*)"\.$/s.exec(String(error))?.[1];
  if (wrapped !== undefined && isWrapped(error)) return wrapped;
  return isError(error) ? `${error.name}: ${error.message}`.split("\n")[0]! : shown(error);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : inspected(value);
}

function cut(text: string): string {
  const whole = text.toWellFormed();
  return whole.length <= MAX_REASON ? whole : `${whole.slice(0, MAX_REASON - 3).toWellFormed()}...`;
}
