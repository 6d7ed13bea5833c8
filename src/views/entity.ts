import type { Known } from "../provenance/find-known.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type CallView, callView } from "./call.ts";
import { type ExecutionView, executionView, journaledView } from "./execution.ts";
import type { Extent } from "./extent.ts";
import { type JobView, jobView } from "./job.ts";
import { journaledJobView } from "./journaled-job.ts";
import { type TaskView, taskView } from "./task.ts";
import { type ValueView, valueView } from "./value.ts";

/** The page of an entity; `type` tells which kind it is. */
export type EntityView = ExecutionView | JobView | CallView | TaskView | ValueView;

/** @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function entityView(
  log: IndexedLog,
  { found, jobs }: Known,
  extent: Extent = "page",
): Promise<EntityView> {
  switch (found.type) {
    case "Execution":
      return jobs ? journaledView(log, jobs, extent) : executionView(log, found.row, extent);
    case "Job":
      return jobs ? journaledJobView(log, found.id, jobs, extent) : jobView(log, found.row, extent);
    case "Task":
      return taskView(log, found);
    case "CallNode":
      return callView(log, found, extent);
    default:
      return valueView(log, found, extent);
  }
}
