import type { LogChoice } from "../log/ref.ts";
import type { Tags } from "../tag/set.ts";
import type { RunCallOptions } from "./call-options.ts";
import type { ModuleFile } from "./loaded-modules.ts";
import type { SchedulerListener } from "./run-events.ts";

export interface SchedulerOptions extends LogChoice {
  /** A directory in the git repository that holds the log. Defaults to the current directory. */
  readonly cwd?: string | undefined;
  /** Receives run events. */
  readonly listener?: SchedulerListener;
  /**
   * The modules loaded so far, the script first, for programs that load workflows themselves. Defaults
   * to the script that Node was started with and the root task's file, if they are in the work tree.
   */
  readonly modules?: () => readonly ModuleFile[];
}

export interface RunOptions {
  /** Tags of the execution, in addition to the automatic ones. */
  readonly tags?: Tags;
  /** The `project` tag. Defaults to the namespace of the root task. */
  readonly project?: string | undefined;
  /** The `doc` tag: what the run is for. */
  readonly doc?: string | undefined;
  /** The `user` tag. Defaults to `$REDUN_USER`, then to the name of the user of the system. */
  readonly user?: string | undefined;
  /** The command line to record. Defaults to that of this process. */
  readonly argv?: readonly string[];
  /** The word of `argv` that names the workflow; it is recorded relative to the top of the work tree. */
  readonly script?: string;
  /** Aborting it ends the run: finished jobs are recorded, and the execution is INTERRUPTED. */
  readonly signal?: AbortSignal;
  /** `false` takes no results of earlier executions. Equal calls of this one run once in any case. */
  readonly cache?: boolean;
  /**
   * Options of calls whose tasks have none of their own: where they run (`executor`, what that takes),
   * `timeout`, `retries`.
   */
  readonly options?: RunCallOptions;
  /**
   * `false` records nothing at all: no journal, no commit, no index. Earlier results are taken where the
   * index knows them already.
   */
  readonly record?: boolean;
  /**
   * Tells the listener why each job runs that does.
   * @internal
   */
  readonly explain?: boolean;
}
