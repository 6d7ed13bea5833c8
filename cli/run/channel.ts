import type { RUN, RunOptions } from "../declarations/run.ts";
import type { GivenWords } from "../option-types.ts";

/** Signals that end a run; it is recorded, and the process exits as they would have ended it. */
export const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** In the worker, `VIEW` if that is there. */
export const viewer: { descriptor: number | undefined } = { descriptor: undefined };

/**
 * The line that the worker writes when its work is over, before anything of the workflow's can hear
 * of the exit: without it, the workflow ended the process, whatever its status.
 */
export function overLine({ secret }: WorkOrder, status: number): string {
  return `OVER ${secret} ${status}\n`;
}

/** The status in that line, where `said`, all that the worker has written, has it. */
export function statusIn({ secret }: WorkOrder, said: string): number | undefined {
  const status = new RegExp(`^OVER ${secret} (\\d+)$`, "m").exec(said)?.[1];
  return status === undefined ? undefined : Number(status);
}

/** The first line on the channel; each further one is a signal's name, which the worker echoes. */
export interface WorkOrder {
  /** What the workflow does not know: it cannot tell of the end in the worker's place. */
  readonly secret: string;
  /** The file of the command line, as the workflow is to see it in `process.argv`. */
  readonly command: string;
  readonly words: GivenWords<(typeof RUN)["args"]>;
  readonly options: RunOptions;
  /** Whether a live view of the run can be shown. */
  readonly canShow: boolean;
}

/** The signal that this worker is ending by, because nothing in it listens to that. */
export const ending: { by: NodeJS.Signals | undefined } = { by: undefined };
