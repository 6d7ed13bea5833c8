import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionSubject, journaledExecutions } from "../provenance/running.ts";
import { allOf, type Condition } from "../query/condition.ts";
import { matcher } from "../query/matcher.ts";
import { printQuery } from "../query/print.ts";
import { EXECUTION_STATUSES } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { formatTagValue } from "../tag/text.ts";
import { facetOf, partsOf } from "./facet-query.ts";

/** One thing by which executions can be chosen, and what it is in how many of them. */
export interface Facet {
  /** `status`, or the key of a tag. */
  readonly name: string;
  /** The most frequent values first; statuses in their own order. */
  readonly values: readonly FacetValue[];
  /** How many more values there are. */
  readonly more: number;
}

export interface FacetValue {
  readonly text: string;
  /** The query that asks for it: `env = prod`. */
  readonly condition: string;
  /** How many executions have it, of those that match the query without its own part on this facet. */
  readonly count: number;
  /** The query asks for it. */
  readonly isChosen: boolean;
}

/** What people look for first; other keys follow by their names. */
const FIRST = ["user", "project", "env"];
const KEYS = 8;
/** A key with more values than this tells executions apart, and does not sort them. */
const MOST_VALUES = 64;
const LISTED = 8;

/**
 * The facets of the executions that match a query, each piece of work by itself: other things can be
 * done between them.
 * @throws RedunError BAD_QUERY
 */
export function* facets(log: IndexedLog, query: string | null): Generator<Facet> {
  const parts = partsOf(query);
  const status = statusFacet(log, parts);
  if (isOfUse(status)) yield status;
  const chosen = parts.flatMap((part) =>
    part.is === "tag" && facetOf(part) !== null ? [part.key] : [],
  );
  const keys = log.index.tags.choosableKeys(MOST_VALUES).filter((key) => key !== "doc");
  const order = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  const sorted = keys.toSorted((a, b) => order(a) - order(b)).slice(0, KEYS);
  for (const key of new Set([...chosen, ...sorted])) {
    const facet = tagFacet(log, key, parts);
    if (isOfUse(facet)) yield facet;
  }
}

/** There is something to choose, or to choose no longer. */
function isOfUse({ values }: Facet): boolean {
  return values.length > 1 || values.some(({ isChosen }) => isChosen);
}

function statusFacet(log: IndexedLog, parts: readonly Condition[]): Facet {
  const where = allOf(...parts.filter((part) => facetOf(part) !== "status"));
  const counts = new Map<string, number>(
    log.index.search.statusCounts({ where }).map(({ status, count }) => [status, count]),
  );
  for (const { row, by } of journaled(log, where)) {
    counts.set(row.status, (counts.get(row.status) ?? 0) + by);
  }
  const printed = new Set(parts.map(printQuery));
  const values = EXECUTION_STATUSES.map((status) => {
    const condition = printQuery({ is: "field", field: "status", op: "=", operand: status });
    const isChosen = printed.has(condition);
    return { text: status, condition, count: counts.get(status) ?? 0, isChosen };
  });
  return {
    name: "status",
    values: values.filter(({ count, isChosen }) => count > 0 || isChosen),
    more: 0,
  };
}

function tagFacet(log: IndexedLog, key: string, parts: readonly Condition[]): Facet {
  const where = allOf(...parts.filter((part) => facetOf(part) !== `tag:${key}`));
  const counts = new Map<string, FacetValue>();
  const printed = new Set(parts.map(printQuery));
  const add = ([name, value]: TagPair, by: number) => {
    const condition = printQuery({
      ...{ is: "tag", key: name, keyIsGlob: false, test: { op: "=", value } },
    });
    const known = counts.get(condition);
    const count = (known?.count ?? 0) + by;
    const text = formatTagValue(value);
    counts.set(condition, { text, condition, count, isChosen: printed.has(condition) });
  };
  // What is asked for is there to be asked for no longer, even where nothing has it.
  for (const part of parts) {
    if (part.is === "tag" && part.test?.op === "=" && facetOf(part) === `tag:${key}`) {
      add([key, part.test.value], 0);
    }
  }
  for (const { tag, count } of log.index.search.tagCounts([key], { where })) add(tag, count);
  for (const { row, by } of journaled(log, where)) {
    for (const tag of row.tags) if (tag[0] === key) add(tag, by);
  }
  const values = [...counts.values()]
    .filter(({ count, isChosen }) => count > 0 || isChosen)
    .sort((a, b) => Number(b.isChosen) - Number(a.isChosen) || b.count - a.count);
  return { name: key, values: values.slice(0, LISTED), more: Math.max(values.length - LISTED, 0) };
}

/** What journals know of executions in the place of the index: rows to count, and not to count. */
function journaled(log: IndexedLog, where: Condition) {
  const passes = matcher(where);
  return journaledExecutions(log)
    .flatMap(({ row, indexed }) => [{ row, by: 1 }, ...(indexed ? [{ row: indexed, by: -1 }] : [])])
    .filter(({ row }) => passes(executionSubject(row)));
}
