import { RedunError } from "../errors.ts";
import { isInPlace, type RecordPath } from "./layout.ts";

/** The id in a record's path; null for a file that is not named by an id. */
export function recordedName(place: RecordPath): string | null {
  if (place.kind === "execution") return place.execution;
  return "id" in place ? place.id : null;
}

/**
 * A record must be in its place and named by its content, of which `oid` is the object id,
 * unless it is an execution or a task that says that it was imported under another id. That id must
 * not look like one of git's where it is an execution's: such ids belong to their content, of which
 * something may have been redacted.
 * @param isStartRedacted whether a tombstone says so of an execution
 * @throws RedunError BAD_RECORD
 */
export function assertName(
  path: string,
  place: RecordPath,
  oid: string,
  record: unknown,
  isStartRedacted: (execution: string) => boolean = () => false,
): void {
  assertInPlace(path, place);
  const name = recordedName(place) ?? oid;
  if (name === oid) return;
  const says = (record as { id?: unknown } | null)?.id === name;
  if (says && isImportable(place, oid)) return;
  if (says && place.kind === "execution" && isStartRedacted(place.execution)) return;
  throw new RedunError("BAD_RECORD", `Its name is ${name}, but its content has the id ${oid}.`);
}

/** Whether a record whose content has another id may have that of its path. */
function isImportable(place: RecordPath, oid: string): boolean {
  if (place.kind === "task") return true;
  return place.kind === "execution" && !isOidLike(place.execution, oid.length);
}

/** @throws RedunError BAD_RECORD for a record in a wrong shard or directory, or whose id is escaped oddly */
export function assertInPlace(path: string, place: RecordPath): void {
  if (isInPlace(path, place)) return;
  throw new RedunError("BAD_RECORD", "It is not in the directory that its id belongs in.");
}

/** Whether an id looks like one of git's object ids, which have this many digits. */
export function isOidLike(id: string, digits: number): boolean {
  return id.length === digits && /^[0-9a-f]+$/.test(id);
}
