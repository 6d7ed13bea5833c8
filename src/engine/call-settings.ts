import type { ExecutionRow } from "../index/rows.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Needs } from "./limits.ts";

/**
 * Whose results a call may reuse instead of running: none, those of its own execution, or all in the
 * log.
 */
export type CacheScope = "none" | "execution" | "log";

/**
 * How to decide whether an earlier result is still valid: by looking at each call below it again, or at
 * the tasks below it.
 */
export type CheckValid = "full" | "shallow";

/** How the function of a job is called. */
export interface AttemptSettings {
  /** What it takes of limited resources while it runs. */
  readonly limits?: Needs;
  /** Seconds until it has taken too long. */
  readonly timeout?: number;
  /** How often it is called again after it has failed. */
  readonly retries?: number;
  /** Where it is called. */
  readonly executor?: string;
  /** What is said of that to its executor. */
  readonly executorOptions?: Readonly<Record<string, unknown>>;
}

/** What an earlier equal call gave: its files are as they were. */
export interface EarlierOutcome {
  readonly result: unknown;
  /** Those of its job. */
  readonly tags: readonly TagPair[];
  /** The job that ran, and its execution; null where that is not in the log. */
  readonly source: { readonly job: string; readonly execution: ExecutionRow | null };
}

/** What a call asks for instead of its task's own options. */
export interface CallSettings extends AttemptSettings {
  readonly tags?: readonly TagPair[];
  readonly cacheScope?: CacheScope;
  readonly checkValid?: CheckValid;
  /**
   * Of what is one thing to us, whatever it calls, a program: whether what an equal call of an earlier
   * execution gave still stands. Calls below that are not looked at.
   */
  readonly accepts?: (earlier: EarlierOutcome) => boolean;
}
