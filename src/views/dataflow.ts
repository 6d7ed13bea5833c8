import type { JobRow } from "../index/rows.ts";
import { type DataflowStep, resultDataflow } from "../provenance/dataflow.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { RecordedValue } from "../provenance/read.ts";
import type { Extent } from "./extent.ts";
import { type ShownValue, shownValue } from "./shown-value.ts";

/** Where a value came from, back to what nothing is known of. */
export interface DataflowView {
  /** What the value is called in it. */
  readonly name: string;
  readonly value: ShownValue;
  readonly sections: readonly ShownSection[];
  /** More is known than stands here. */
  readonly isCut: boolean;
}

/** How one variable came to be, and the variables that it was made from. */
export interface ShownSection {
  readonly name: string;
  readonly steps: readonly DataflowStep[];
  readonly variables: readonly ShownVariable[];
}

export interface ShownVariable extends ShownValue {
  readonly name: string;
}

const SECTIONS = { page: 40, whole: 1000 } as const;
/** Longest text of a value, in characters. */
const MAX_TEXT = 100;

/** redun's upstream dataflow of a value that a job gave, if one did. */
export async function dataflowView(
  log: IndexedLog,
  name: string,
  value: RecordedValue,
  job: JobRow | undefined,
  extent: Extent,
): Promise<DataflowView> {
  const { sections, isCut } = await resultDataflow(log, job, { name, limit: SECTIONS[extent] });
  const shown: ShownSection[] = [];
  for (const { name, steps, variables } of sections) {
    const values: ShownVariable[] = [];
    for (const variable of variables) {
      const value = await shownValue(log, variable, MAX_TEXT, extent);
      values.push({ name: variable.name, ...value });
    }
    shown.push({ name, steps, variables: values });
  }
  return { name, value: await shownValue(log, value, MAX_TEXT, extent), sections: shown, isCut };
}
