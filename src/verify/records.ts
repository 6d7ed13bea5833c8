import type { Oid } from "../git/backend.ts";
import { type IndexFile, openTemporaryIndexFile } from "../index/index-file.ts";
import type { Database } from "../index/sqlite-types.ts";
import { indexedTip, setTip } from "../index/stamp.ts";
import { type Progress, updateIndex } from "../index/update.ts";
import type { Log } from "../log/log.ts";
import type { CommitRange } from "../log/range.ts";
import { ENTITY_TYPES } from "../record/records.ts";
import { rowDifferences } from "./index-rows.ts";
import { type Problems, reasonOf } from "./problem.ts";

/** What of a log is not in the log: its records may arrive later, so this is no fault. */
export interface Unresolved {
  /** Records about executions that are not here. */
  readonly records: number;
  /** Tasks that jobs name, without a record. */
  readonly tasks: number;
}

/**
 * Makes an index of the range's files, which believes a record only where it fits its schema, its place
 * and its id and claims nobody else's. The caller closes it. Null where a folder of the log is not here:
 * then none can be made.
 */
export async function checkRecords(
  log: Log,
  { from, tip }: CommitRange,
  problems: Problems,
  onRecord: Progress,
): Promise<IndexFile | null> {
  const file = openTemporaryIndexFile("unwritable");
  try {
    if (from !== null) {
      // As if it had been made at `from`, with nothing in it.
      await updateIndex(file.database, log, null);
      setTip(file.database, from);
    }
    for (const { path, reason } of await updateIndex(file.database, log, tip, onRecord)) {
      problems.add("records", path, reason);
    }
    return file;
  } catch (error) {
    file.close();
    problems.add("records", null, reasonOf(error));
    return null;
  }
}

/** What the records of an index refer to and is not in it. */
export function unresolved(database: Database | undefined): Unresolved {
  if (!database) return { records: 0, tasks: 0 };
  const count = (sql: string) => Number(database.prepare(sql).get()!.count);
  return {
    records: count("SELECT count(*) AS count FROM stray"),
    tasks: count(
      `SELECT count(*) AS count FROM entity WHERE type = ${ENTITY_TYPES.indexOf("Task")} AND own = 0`,
    ),
  };
}

/** What came of looking at the index that queries use. */
export type IndexState = "equal" | "different" | "none" | "behind" | "unknown";

/** Compares the index that is there, if it stands at the tip, with one made anew. */
export function checkIndex(
  present: IndexFile | undefined,
  anew: IndexFile | null,
  tip: Oid,
  problems: Problems,
): IndexState {
  const at = present && indexedTip(present.database);
  if (!present || !at) return "none";
  if (at !== tip) return "behind";
  if (!anew) return "unknown";
  const differences = rowDifferences(present.database, anew.database);
  for (const { table, id, isMissing } of differences) {
    const how = isMissing ? "lacks" : "has, and an index made anew has not,";
    problems.add("index", null, `The index ${how} a row of ${table}: ${id}.`);
  }
  return differences.length === 0 ? "equal" : "different";
}
