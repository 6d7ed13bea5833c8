import { bound, sql } from "../index/sql.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionSubject, journaledExecutions, newestFirst } from "../provenance/running.ts";
import { allOf } from "../query/condition.ts";
import { matcher } from "../query/matcher.ts";
import { parseQuery } from "../query/parse.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** The executions that match a query, the newest first, of which any part can be looked at. */
export interface ExecutionWindow {
  /** How many there are. Takes as long as looking at each, where the index cannot tell. */
  count(): number;
  /** Some of them: fewer at the end. The log must be open. */
  read(from: number, count: number): LoggedExecution[];
}

/**
 * Those that go on, or wait to be recorded, stand first.
 * @throws RedunError BAD_QUERY
 */
export function executionWindow(log: IndexedLog, query: string | null): ExecutionWindow {
  const where = query === null ? allOf() : parseQuery(query);
  const { search } = log.index;
  const waiting = journaledExecutions(log);
  const passes = matcher(where);
  const first = waiting
    .map(({ row }) => row)
    .filter((row) => passes(executionSubject(row)))
    .sort(newestFirst);
  const indexed = waiting.flatMap(({ indexed }) => (indexed ? [indexed.seq] : []));
  const more = indexed.length > 0 ? sql`e.seq NOT IN (${bound(...indexed)})` : undefined;
  const wanted = { where, ...(more && { more }) };
  return {
    count: () => first.length + search.count("Execution", wanted),
    read(from, count) {
      const head = first.slice(from, from + count);
      const left = count - head.length;
      const rest =
        left === 0 ? [] : search.executions(wanted, left, Math.max(0, from - first.length));
      return [...head, ...rest].map(loggedExecution);
    },
  };
}
