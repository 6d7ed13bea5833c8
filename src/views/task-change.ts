import { unifiedDiff } from "../compare/unified-diff.ts";
import type { EntityRow } from "../index/rows.ts";
import { findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readTask } from "../provenance/read.ts";
import { taskVersions } from "../provenance/versions.ts";

/** How a task differs from the version of it that was called before it. */
export interface TaskChangeView {
  /** The id of that version. */
  readonly before: string;
  /** The lines of a unified diff of the sources; none where they are the same. */
  readonly lines: readonly string[];
}

/** Null for a first version, and where no source of both is known. @throws RedunError UNKNOWN_ID, BAD_RECORD */
export async function taskChangeView(log: IndexedLog, id: string): Promise<TaskChangeView | null> {
  const row = (await findEntity(log, id)).row as EntityRow | null;
  if (!row || row.name === null) return null;
  // The one that was called last comes first.
  const versions = taskVersions(log.index, row.name);
  const before = versions[versions.findIndex((version) => version.row.id === id) + 1];
  if (!before) return null;
  const [old, young] = [await readTask(log, before.row.id), await readTask(log, id)];
  if (old?.source === undefined || young?.source === undefined) return null;
  return { before: before.row.id, lines: unifiedDiff(old.source, young.source) };
}
