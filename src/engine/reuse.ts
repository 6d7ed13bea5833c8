import type { ObjectFormat } from "../git/backend.ts";
import type { CallSettings } from "./call-settings.ts";
import type { Kept, LiveJob, ReusedJob } from "./live-job.ts";

/** What a job takes instead of running. */
export interface Served {
  /** Stands for what its function would return: calls in it are computed as the job's children. */
  readonly value: unknown;
  readonly from: ReusedJob;
  /** As the job's own record is to say it. */
  readonly returned: LiveJob["returned"];
  readonly below: readonly string[];
  readonly needsBelow: boolean;
}

/** Finds what jobs may take instead of running. */
export interface Reuse {
  readonly format: ObjectFormat;
  /** What many calls wait for: records that are being read. */
  readonly reading: Promise<unknown> | null;
  /** The id of the arguments of a job that has begun; null where they are not known yet. */
  argsHash(job: LiveJob): string | null;
  /** What an earlier execution has for a job; a promise where its record is to be read first. */
  find(job: LiveJob, accepts?: CallSettings["accepts"]): Served | null | Promise<Served | null>;
  /** What this execution has kept; null where it is gone. */
  again(kept: Kept): { value: unknown } | null | Promise<{ value: unknown } | null>;
}
