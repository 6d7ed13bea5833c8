import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type RecordedValue, wholeValue } from "../../src/provenance/read.ts";
import { preview } from "../../src/value/preview.ts";
import { oneLine } from "../text/terminal.ts";

/** Characters of all arguments together that a page shows. */
const MAX_ARGS = 10_000;

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
  let length = 0;
  for (const [name, value] of args) {
    const text = await valueText(log, value, max);
    texts.push(/^\d+$/.test(name) ? text : `${oneLine(name)}=${text}`);
    length += texts.at(-1)!.length;
    if (length < MAX_ARGS || texts.length === args.size) continue;
    texts.push(`... (and ${args.size - texts.length} more: \`--format json\` shows them)`);
    break;
  }
  return texts.join(", ");
}

/** A whole value as programs get it; its id alone where no more was recorded. */
export async function valueJson(log: IndexedLog, recorded: RecordedValue): Promise<unknown> {
  const whole = await wholeValue(log, recorded);
  return whole ? whole.value : { _type: "Value", id: recorded.id };
}
