import type { Selection } from "../../src/provenance/selection.ts";
import { allOf } from "../../src/query/condition.ts";

/** A selection that asks for nothing, with what it is to ask for all the same. */
export function madeSelection(more: Partial<Selection> = {}): Selection {
  return {
    where: allOf(),
    execution: allOf(),
    code: null,
    job: allOf(),
    taskHashes: [],
    results: [],
    args: [],
    files: null,
    valueTypes: [],
    ...more,
  };
}
