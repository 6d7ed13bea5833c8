import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionsMeeting, listed } from "../provenance/listing.ts";
import type { Selection } from "../provenance/selection.ts";
import { allOf } from "../query/condition.ts";
import { parseQuery } from "../query/parse.ts";
import { printQuery } from "../query/print.ts";
import type { AddressedType } from "./address.ts";
import { loggedExecution } from "./logged.ts";
import { type ListedEntity, listedEntity } from "./search.ts";

/** One page of the entities of a type that match a query, the newest first. */
export interface ListPage {
  readonly type: AddressedType;
  /** As it was understood; null for everything. */
  readonly query: string | null;
  readonly items: readonly ListedEntity[];
  /** What to give as `after` for the next page; null on the last one. */
  readonly next: string | null;
  /** Whether all records of the log are in the index: a partial clone may lack some. */
  readonly isWhole: boolean;
}

export interface ListPageOptions {
  readonly type: AddressedType;
  readonly query?: string | null | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** Entities of a page. */
  readonly limit?: number | undefined;
}

const LIMIT = 50;
/** Entities that are gone through for a page of what is not an execution. */
const MAX_OFFSET = 100_000;

/** @throws RedunError BAD_QUERY, USAGE for an `after` that no page gave */
export async function listPage(
  log: IndexedLog,
  { type, query = null, after, limit = LIMIT }: ListPageOptions,
): Promise<ListPage> {
  const where = query === null ? allOf() : parseQuery(query);
  const common = {
    type,
    query: query === null ? null : printQuery(where),
    isWhole: log.isWhole,
  };
  if (type === "Execution") {
    const rows = executionsAfter(log, where, after, limit + 1);
    const last = rows.length > limit ? rows[limit - 1]! : null;
    const next = last && `${last.started} ${last.id}`;
    return { ...common, items: rows.slice(0, limit).map(loggedExecution), next };
  }
  const from = after === undefined ? 0 : Number(after);
  if (!Number.isInteger(from) || from < 0 || from > MAX_OFFSET) throw badPlace(after);
  const selection: Selection = {
    ...{ where, execution: allOf(), code: null, job: allOf() },
    ...{
      files: type === "File" ? [] : null,
      taskHashes: [],
      results: [],
      args: [],
      valueTypes: [],
    },
  };
  const listedType = type === "File" ? "Value" : type;
  const found = await listed(log, listedType, selection, from + limit + 1);
  return {
    ...common,
    items: found.slice(from, from + limit).map((entity) => listedEntity(log, entity)),
    next: found.length > from + limit ? String(from + limit) : null,
  };
}

/** By the place of the last one, not by a count: the newest ones may be more meanwhile, and old ones are far. */
function executionsAfter(
  log: IndexedLog,
  where: Selection["where"],
  after: string | undefined,
  limit: number,
): ExecutionRow[] {
  if (after === undefined) return executionsMeeting(log, { where, execution: allOf() }, limit);
  const [, started, id] = /^(\d{1,14}(?:\.\d+)?) (.+)$/s.exec(after) ?? [];
  const moment = new Date(Number(started));
  if (id === undefined || Number.isNaN(+moment)) throw badPlace(after);
  const until = { is: "field", field: "started", op: "<=", operand: moment.toISOString() } as const;
  // Of those that began in the same millisecond, some may have been on the page before.
  for (let more = limit + 10; ; more *= 10) {
    const rows = executionsMeeting(log, { where: allOf(where, until), execution: allOf() }, more);
    const at = rows.findIndex((row) => row.started < Number(started) || row.id === id);
    const from = rows[at]?.id === id ? at + 1 : at < 0 ? rows.length : at;
    const isEnough = rows.length < more || rows.length - from >= limit;
    if (isEnough) return rows.slice(from, from + limit);
  }
}

function badPlace(after: string | undefined): RedunError {
  return new RedunError(
    "USAGE",
    `"${after}" is not a place in a listing.`,
    "Give what the page before says as `next`, or nothing for the first page.",
  );
}
