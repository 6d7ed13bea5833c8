import { RedunError } from "../errors.ts";
import type { RecordPath } from "./layout.ts";

/** The id that a record's path tells; null for a file that is named otherwise. */
export function nameOf(place: RecordPath): string | null {
  if (place.kind === "execution") return place.execution;
  return "id" in place ? place.id : null;
}

/**
 * A record is named by its content, of which `oid` is the object id, unless it says that it was
 * imported under another id.
 * @throws RedunError BAD_RECORD
 */
export function checkName(place: RecordPath, oid: string, record: unknown): void {
  const name = nameOf(place) ?? oid;
  if (name === oid || (record as { id?: unknown } | null)?.id === name) return;
  throw new RedunError("BAD_RECORD", `Its name is ${name}, but its content has the id ${oid}.`);
}
