import type { TagPair } from "../tag/tag.ts";

/**
 * Whose results a call may take instead of running: nobody's, those of its own execution, or all in
 * the log.
 */
export type CacheScope = "none" | "execution" | "log";

/**
 * How an earlier result is found to be valid still: by looking at each call below it again, or at what
 * tasks are below it.
 */
export type CheckValid = "full" | "shallow";

/** What a call asks for in the place of its task's own options. */
export interface CallSettings {
  readonly tags?: readonly TagPair[];
  readonly cacheScope?: CacheScope;
  readonly checkValid?: CheckValid;
}
