import type { ElementState, EndCause } from "../cluster/cluster.ts";

/** A job, as its client gives it in a list and in a description. */
export interface BatchJob {
  readonly status?: string;
  readonly statusReason?: string;
  readonly container?: { readonly reason?: string; readonly exitCode?: number };
}

/** How far a job has come, in the order of a job's life. */
export const BEFORE_ITS_END = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"] as const;

export function jobState(job: BatchJob): ElementState {
  const { status = "SUBMITTED", statusReason } = job;
  if (status === "SUCCEEDED" || status === "FAILED") {
    const cause = causeOf(job);
    const reason = [statusReason, job.container?.reason].filter(Boolean).join("; ");
    const word = cause === "memory" ? "OutOfMemoryError" : status;
    return { phase: "ended", word, text: status, cause, ...(reason && { reason }) };
  }
  if (status === "STARTING" || status === "RUNNING") {
    return { phase: "running", word: status, text: status.toLowerCase(), cause: null };
  }
  return { phase: "queued", word: status, text: `queued (${status})`, cause: null };
}

/** The reason of those that this program ends. */
export const CANCELLED = "cancelled by redun-git";

/** In sentences of the service's documentation ("Job timeouts", "Automated job retries", "Troubleshooting"). */
function causeOf({ statusReason = "", container }: BatchJob): EndCause | null {
  if (/OutOfMemory/.test(container?.reason ?? "")) return "memory";
  if (/attempt duration exceeded timeout/i.test(statusReason)) return "time";
  if (/^Host EC2/.test(statusReason)) return "node";
  return statusReason === CANCELLED ? "cancelled" : null;
}
