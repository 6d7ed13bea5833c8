import { RedunError } from "../errors.ts";
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

/** How a job that is first of its kind has ended, for the others. */
export function sharedEnd(job: LiveJob, failed: SharedEnd["failed"]): SharedEnd {
  return { from: sourceOf(job), job: moreOf(job), kept: job.kept, failed };
}

function moreOf({ returned, below, needsBelow, tagged }: LiveJob): SharedEnd["job"] {
  if (returned === null && !below && !needsBelow && !tagged) return null;
  return { returned, below, needsBelow, tagged };
}

/** Where those that take a job's outcome have it from: where the job has it from, if it made no calls. */
function sourceOf({ id, call, calls, reused }: LiveJob): ReusedJob {
  return reused && !calls ? reused : { job: id, call: call! };
}

/** @throws RedunError BAD_VALUE for a call that would wait for itself */
export function expectNotWithin(job: LiveJob, first: LiveJob | undefined): void {
  if (!first) return;
  for (let above = job.parent; above; above = above.parent) {
    if (above !== first) continue;
    throw new RedunError(
      "BAD_VALUE",
      `${first.task.fullName} calls itself with the same arguments: it would wait for itself forever.`,
      'Equal calls of one run share a result. Give it other arguments, or make it `task({ cacheScope: "none" }, ...)`.',
    );
  }
}
