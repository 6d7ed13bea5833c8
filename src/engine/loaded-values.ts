import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readStoredValue } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";
import { readYaml } from "../value/yaml-read.ts";
import { storedIn } from "./reduction-parts.ts";

/** Values of the log that one search has read, by their ids; undefined where there is none. */
export type Loaded = Map<string, { readonly value: unknown } | undefined>;

/** Where values in files of their own are read. */
export interface ValueSource {
  readonly log: IndexedLog;
  /** The text of a value's file that waits to be committed. */
  readonly pendingValue: (id: string) => string | undefined;
}

/** Reads values, and those that they hold by their ids. */
export async function loadValues(
  { log, pendingValue }: ValueSource,
  ids: readonly string[],
  loaded: Loaded,
): Promise<void> {
  for (const id of ids) {
    const text = pendingValue(id);
    const value = text === undefined ? await readStoredValue(log, id) : { value: readYaml(text) };
    loaded.set(id, value);
    // A large value may hold others by their ids: arguments within what a function returned.
    const more = storedIn(value?.value).filter((one) => !loaded.has(one));
    if (more.length > 0) await loadValues({ log, pendingValue }, more, loaded);
  }
}

/** The ids of a record's values that are to be read first. */
export function notLoaded({ returned, result }: Job, loaded: Loaded): readonly string[] {
  // As most of them are.
  if (typeof returned !== "object" && typeof result !== "object") return [];
  return [...storedIn(returned), ...storedIn(result)].filter((id) => !loaded.has(id));
}
