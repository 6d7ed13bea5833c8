import type { ExecutionRow } from "../index/rows.ts";
import { findExecutions } from "../provenance/find-execution.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionsMeeting } from "../provenance/listing.ts";
import { allOf } from "../query/condition.ts";
import { parseQuery } from "../query/parse.ts";
import type { CompareAddress } from "./address.ts";

/**
 * The executions that an address puts beside each other.
 * @param limit of those that match a query, the newest
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, BAD_QUERY
 */
export async function comparedExecutions(
  log: IndexedLog,
  { ids, query }: CompareAddress,
  limit: number,
): Promise<ExecutionRow[]> {
  if (ids.length === 0) {
    const where = query === null ? allOf() : parseQuery(query);
    return executionsMeeting(log, { where, execution: allOf() }, limit);
  }
  const rows = await findExecutions(log, ids);
  const before = rows.length === 1 ? log.index.previousOfTask(rows[0]!) : undefined;
  return before ? [before, ...rows] : rows;
}
