import type { ExecutionRow } from "../index/rows.ts";
import type { JournaledRun } from "../log/journals.ts";

/** An execution of this repository of which its journal knows more than the log. */
export interface JournaledExecution {
  readonly run: JournaledRun;
  readonly row: ExecutionRow;
  /** What the index has of it, by its checkpoints; null before the first one. */
  readonly indexed: ExecutionRow | null;
}
