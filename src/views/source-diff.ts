import { taskDiff } from "../compare/tasks.ts";
import { findEntity } from "../provenance/find.ts";
import { wrongType } from "../provenance/find-execution.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";

/** How one version of a task differs from another. */
export interface SourceDiffView {
  readonly before: string;
  readonly after: string;
  /** A unified diff of the sources, or of the versions that their authors gave. */
  readonly lines: readonly string[];
}

/** @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, BAD_RECORD */
export async function sourceDiffView(
  log: IndexedLog,
  before: string,
  after: string,
): Promise<SourceDiffView> {
  const [was, is] = [await findEntity(log, before), await findEntity(log, after)];
  for (const found of [was, is]) if (found.type !== "Task") throw wrongType(found, "a Task");
  return { before: was.id, after: is.id, lines: await taskDiff(log, was.id, is.id) };
}
