import type { Computation } from "./computation.ts";
import type { Kept, LiveJob, ReusedJob } from "./live-job.ts";

/** How the first job of a call ended, for those that make the same call. */
export interface SharedEnd {
  readonly from: ReusedJob;
  /** For those that take a result, so that their records say the same; null for a call that made no others. */
  readonly job: Pick<LiveJob, "returned" | "below" | "needsBelow" | "tagged"> | null;
  /** The result, where it can be made again. */
  readonly kept: Kept | null;
  /** What it failed with, if it has. */
  readonly failed: { readonly error: unknown } | null;
}

/** A call that was made in this execution: at work, or how it ended. */
export interface SharedCall {
  work: { readonly job: LiveJob; readonly computation: Computation } | null;
  end: SharedEnd | null;
}

/** The calls of one execution, by task and arguments: equal ones run once. */
export class SharedCalls {
  readonly #calls = new Map<string, Map<string, SharedCall>>();

  find(taskId: string, argsHash: string): SharedCall | undefined {
    return this.#calls.get(taskId)?.get(argsHash);
  }

  /** A call that is the first of its kind. */
  begin(taskId: string, argsHash: string, job: LiveJob, computation: Computation): SharedCall {
    const calls = this.#calls.get(taskId) ?? new Map<string, SharedCall>();
    this.#calls.set(taskId, calls);
    const call: SharedCall = { work: { job, computation }, end: null };
    calls.set(argsHash, call);
    return call;
  }
}
