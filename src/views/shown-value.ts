import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type RecordedValue, wholeValue } from "../provenance/read.ts";
import { preview } from "../value/preview.ts";
import type { Extent } from "./extent.ts";

/** A value that something in a view took, gave or is. */
export interface ShownValue {
  readonly id: string;
  /** The value on one line, cut to a length; null if only its hash was recorded. */
  readonly text: string | null;
  /** The value itself. Only in a `whole` view, and missing if only its hash was recorded. */
  readonly value?: unknown;
}

/** A value, read from its own file where a job's record does not hold it. */
export async function shownValue(
  log: IndexedLog,
  recorded: RecordedValue,
  max: number,
  extent: Extent,
): Promise<ShownValue> {
  const { id } = recorded;
  const whole = await wholeValue(log, recorded);
  if (!whole) return { id, text: null };
  const text = preview(whole.value, max);
  return extent === "whole" ? { id, text, value: whole.value } : { id, text };
}
