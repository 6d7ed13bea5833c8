/** Queries as facets change them. */
import { allOf, type Condition } from "../query/condition.ts";
import { parseQuery } from "../query/parse.ts";
import { printQuery } from "../query/print.ts";

/**
 * A query that also asks for a facet's value, in place of another value of that facet; without it,
 * where it asks for it already. Null for a query that everything meets.
 * @throws RedunError BAD_QUERY
 */
export function toggled(query: string | null, condition: string): string | null {
  const parts = partsOf(query);
  const choice = parseQuery(condition);
  const others = parts.filter((part) => printQuery(part) !== printQuery(choice));
  const isAsked = others.length < parts.length;
  const kept = isAsked ? others : others.filter((part) => facetOf(part) !== facetOf(choice));
  const all = isAsked ? kept : [...kept, choice];
  return all.length === 0 ? null : printQuery(allOf(...all));
}

/** What a query asks for all at once. @throws RedunError BAD_QUERY */
export function partsOf(query: string | null): readonly Condition[] {
  if (query === null) return [];
  const condition = parseQuery(query);
  return condition.is === "and" ? condition.parts : [condition];
}

/** The facet of which a condition chooses a value: `status`, `tag:env`; null for any other condition. */
export function facetOf(part: Condition): string | null {
  if (part.is === "field" && part.field === "status" && part.op === "=") return "status";
  if (part.is !== "tag" || part.keyIsGlob || part.test?.op !== "=") return null;
  return `tag:${part.key}`;
}
