import { callText } from "../../src/engine/describe-job.ts";
import type { RunProgress } from "../../src/engine/run-events.ts";
import type { JobStatus } from "../../src/record/records.ts";

/** Something that goes on, and for how long, in milliseconds. */
export interface GoingOn {
  readonly text: string;
  readonly for: number;
}

/** How a run stands: what its live view is drawn from. */
export interface Snapshot {
  /** Milliseconds since the run began. */
  readonly elapsed: number;
  readonly counts: Readonly<Partial<Record<JobStatus, number>>>;
  /** The jobs that run for longest, and wait for no other job. */
  readonly slowest: readonly GoingOn[];
  /** Files that are read, to record their hashes. */
  readonly hashing: readonly GoingOn[];
}

/** Jobs that are shown. */
const MAX_SLOWEST = 5;
/** So many of the oldest are looked at: a million may be at work, and this is asked all the time. */
const MAX_LOOKED_AT = 1000;
/** Longest text of a job, in characters. */
const MAX_TEXT = 200;

/** @param now milliseconds since the epoch, as jobs' times are */
export function snapshotOf(
  run: Pick<RunProgress, "counts" | "running" | "stateOf">,
  { elapsed, hashing, now }: Pick<Snapshot, "elapsed" | "hashing"> & { readonly now: number },
): Snapshot {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status, count } of run.counts) counts[status] = (counts[status] ?? 0) + count;
  const slowest: GoingOn[] = [];
  let lookedAt = 0;
  // In the order in which they began.
  for (const job of run.running) {
    if (slowest.length === MAX_SLOWEST || lookedAt++ === MAX_LOOKED_AT) break;
    if (job.calls?.includes(null)) continue;
    const state = run.stateOf(job);
    const text = callText(job).slice(0, MAX_TEXT) + (state === undefined ? "" : `  ${state}`);
    slowest.push({ text, for: Math.max(now - job.started.getTime(), 0) });
  }
  return { elapsed, counts, slowest, hashing };
}
