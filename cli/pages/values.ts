import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type RecordedValue, readValue } from "../../src/provenance/read.ts";
import { plain } from "../../src/value/plain.ts";
import { preview } from "../../src/value/preview.ts";
import { StoredValue } from "../../src/value/value.ts";
import { oneLine } from "../text/terminal.ts";

/** A value as one line, read from its own file where the job's record does not hold it. */
export async function valueText(
  log: IndexedLog,
  { id, value }: RecordedValue,
  max: number,
): Promise<string> {
  if (!(value instanceof StoredValue)) return oneLine(preview(value, max));
  const read = await readValue(log, id);
  return read ? oneLine(preview(read.value, max)) : "(only its hash was recorded)";
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
export async function valueJson(log: IndexedLog, { id, value }: RecordedValue): Promise<unknown> {
  const read = value instanceof StoredValue ? await readValue(log, id) : { value };
  return read ? plain(read.value) : { _type: "Value", id };
}
