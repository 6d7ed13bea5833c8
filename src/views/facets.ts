import type { IndexedLog } from "../provenance/indexed-log.ts";
import { allOf, type Condition } from "../query/condition.ts";
import { printQuery } from "../query/print.ts";
import { EXECUTION_STATUSES } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { formatTagValue } from "../tag/text.ts";
import { facetOf, partsOf } from "./facet-query.ts";
import { ExecutionWindow } from "./window.ts";

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

/** Where the tags of facets stand, by their keys and numbers. */
type Choosable = ReadonlyMap<string, ReadonlyMap<number, TagPair>>;

/**
 * The facets of the executions of a window, which has found all of them. Between its pieces of work,
 * of which some yield null, other things can be done.
 */
export function* facets(log: IndexedLog, window: ExecutionWindow): Generator<Facet | null> {
  const parts = partsOf(window.query);
  const choosable = log.index.tags.choosable(MOST_VALUES);
  const chosen = new Set(parts.flatMap((part) => facetOf(part) ?? []));
  const order = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  const keys = [...choosable.keys()].filter((key) => key !== "doc");
  const sorted = keys.sort((a, b) => order(a) - order(b)).map((key) => `tag:${key}`);
  for (const name of new Set(["status", ...chosen, ...sorted.slice(0, KEYS)])) {
    let around = window;
    if (chosen.has(name)) {
      around = new ExecutionWindow(log, without(parts, name));
      for (; !around.isWhole; around.findMore()) yield null;
    }
    const facet =
      name === "status" ? statusFacet(around, parts) : tagFacet(around, name, parts, choosable);
    if (facet.values.length > 1 || chosen.has(name)) yield facet;
  }
}

/** The query without what it asks of a facet. */
function without(parts: readonly Condition[], name: string): string | null {
  const others = parts.filter((part) => facetOf(part) !== name);
  return others.length === 0 ? null : printQuery(allOf(...others));
}

function statusFacet({ statuses }: ExecutionWindow, parts: readonly Condition[]): Facet {
  const printed = new Set(parts.map(printQuery));
  const values = EXECUTION_STATUSES.map((status) => {
    const condition = printQuery({ is: "field", field: "status", op: "=", operand: status });
    const isChosen = printed.has(condition);
    return { text: status, condition, count: statuses.get(status) ?? 0, isChosen };
  });
  const shown = values.filter(({ count, isChosen }) => count > 0 || isChosen);
  return { name: "status", values: shown, more: 0 };
}

function tagFacet(
  { pairs, journaled }: ExecutionWindow,
  name: string,
  parts: readonly Condition[],
  choosable: Choosable,
): Facet {
  const key = name.slice("tag:".length);
  const printed = new Set(parts.map(printQuery));
  const counts = new Map<string, FacetValue>();
  const add = ([, value]: TagPair, by: number) => {
    const condition = printQuery({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } });
    const count = (counts.get(condition)?.count ?? 0) + by;
    const text = formatTagValue(value);
    counts.set(condition, { text, condition, count, isChosen: printed.has(condition) });
  };
  // What is asked for is there to be asked for no longer, even where nothing has it.
  for (const part of parts) {
    if (part.is === "tag" && part.test?.op === "=" && facetOf(part) === name) {
      add([key, part.test.value], 0);
    }
  }
  for (const [pair, tag] of choosable.get(key) ?? []) add(tag, pairs.get(pair) ?? 0);
  for (const { tags } of journaled) for (const tag of tags) if (tag[0] === key) add(tag, 1);
  const values = [...counts.values()]
    .filter(({ count, isChosen }) => count > 0 || isChosen)
    .sort((a, b) => Number(b.isChosen) - Number(a.isChosen) || b.count - a.count);
  return { name: key, values: values.slice(0, LISTED), more: Math.max(values.length - LISTED, 0) };
}
