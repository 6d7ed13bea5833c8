import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type RecordedValue, wholeValue } from "../../src/provenance/read.ts";
import { preview } from "../../src/value/preview.ts";
import { oneLine } from "../text/terminal.ts";

/** What stands for a value of which nothing else is known. */
export const HASH_ONLY = "(only its hash was recorded)";

/** A value as one line, read from its own file where the job's record does not hold it. */
export async function valueText(
  log: IndexedLog,
  recorded: RecordedValue,
  max: number,
): Promise<string> {
  const whole = await wholeValue(log, recorded);
  return whole ? oneLine(preview(whole.value, max)) : HASH_ONLY;
}

/** The same of arguments as they stand between the brackets of a call. */
export async function argsText(
  log: IndexedLog,
  args: ReadonlyMap<string, RecordedValue>,
  max: number,
): Promise<string> {
  const texts: string[] = [];
  for (const [name, value] of args) {
    const text = await valueText(log, value, max);
    texts.push(/^\d+$/.test(name) ? text : `${oneLine(name)}=${text}`);
  }
  return texts.join(", ");
}

/** A whole value as programs get it; its id alone where no more was recorded. */
export async function valueJson(log: IndexedLog, recorded: RecordedValue): Promise<unknown> {
  const whole = await wholeValue(log, recorded);
  return whole ? whole.value : { _type: "Value", id: recorded.id };
}
