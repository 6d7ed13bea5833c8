import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { toggled } from "../../src/views/facet-query.ts";
import { type Facet, type FacetValue, facets } from "../../src/views/facets.ts";
import { ExecutionWindow } from "../../src/views/window.ts";

/** What the executions that match a query can be chosen by. */
export interface FacetList {
  /** How many match. */
  readonly count: number;
  readonly facets: readonly (Omit<Facet, "values"> & { readonly values: readonly Choice[] })[];
}

interface Choice extends FacetValue {
  /** The query where this value is chosen, or is no longer. */
  readonly query: string | null;
}

/** @throws RedunError BAD_QUERY */
export function facetList(log: IndexedLog, query: string | null): FacetList {
  const window = new ExecutionWindow(log, query);
  while (!window.isWhole) window.findMore();
  const found = [...facets(log, window)].filter((facet) => facet !== null);
  return {
    count: window.count,
    facets: found.map((facet) => ({
      ...facet,
      values: facet.values.map((value) => ({ ...value, query: toggled(query, value.condition) })),
    })),
  };
}
