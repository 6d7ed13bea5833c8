import type { Computation } from "./computation.ts";
import { type CallExpression, describe, expressionOf } from "./expression.ts";
import type { RunListener } from "./jobs.ts";
import type { LiveJob } from "./live-job.ts";
import { pendingParts } from "./pending-parts.ts";

/** What would become of a call. */
export interface PlannedCall {
  /** Null where it could not begin: some of its arguments are not known. */
  job: LiveJob | null;
  /**
   * It takes an earlier result; its function would be called; it would take what an equal call of this
   * run gives; or what it would do depends on results that are not known.
   */
  state: "cached" | "runs" | "shares" | "unknown";
  readonly expression: CallExpression;
  readonly parent: LiveJob | null;
}

/** Ends a computation that waits for what would have to run. */
export class NotRun extends Error {}

/**
 * Takes the place of running: a job whose function would be called is noted, and never ends. So all that
 * is computed is what does not depend on one.
 */
export class Plan implements RunListener {
  readonly #calls = new Map<object, PlannedCall>();
  readonly #byJob = new Map<LiveJob, PlannedCall>();

  /** All that were asked for, in that order. */
  get calls(): readonly PlannedCall[] {
    return [...this.#calls.values()];
  }

  /** A call is looked at; `by` is what computes it. */
  asked(by: object, expression: CallExpression, parent: LiveJob | null): void {
    if (this.#calls.has(by)) return;
    this.#calls.set(by, { job: null, state: "unknown", expression, parent });
  }

  /** Its arguments are known. */
  begun(by: object, job: LiveJob): void {
    const call = this.#calls.get(by)!;
    call.job = job;
    this.#byJob.set(job, call);
  }

  runs(job: LiveJob): void {
    this.#byJob.get(job)!.state = "runs";
  }

  shares(job: LiveJob): void {
    this.#byJob.get(job)!.state = "shares";
  }

  jobReused(job: LiveJob): void {
    this.#byJob.get(job)!.state = "cached";
  }
}

/** The lazy values in an argument that are not known: `clean(...)`, as messages show them. */
export function unknownIn(argument: unknown): string[] {
  return pendingParts(argument, () => "An argument").flatMap((part) => {
    const expression = expressionOf(part);
    if (!expression) return ["a promise"];
    const isKnown = (expression.computation as Computation | null)?.state === "done";
    return isKnown ? [] : [describe(expression)];
  });
}
