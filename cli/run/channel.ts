import type { RUN, RunOptions } from "../declarations/run.ts";
import type { Given } from "../option-types.ts";

/** Signals that end a run; it is recorded, and the process exits as they would have ended it. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The descriptor in the worker of its channel to the process that started it. */
export const CHANNEL = 3;

/**
 * What the worker writes when it exits with a status that is not 0: listeners of the workflow to
 * the exit can still change that status, but not what the run was. (One that the workflow puts
 * first, by `prependListener`, can keep it from being written.)
 */
export const FAILED = "FAILED";

/** The first line on the channel; each further one is a signal's name, which the worker echoes. */
export interface WorkOrder {
  /** The file of the command line, as the workflow is to see it in `process.argv`. */
  readonly command: string;
  readonly words: Given<(typeof RUN)["args"]>;
  readonly options: RunOptions;
}
