import type { GitBackend, Oid } from "../git/backend.ts";
import { parsePath } from "../record/layout.ts";
import { readTombstones } from "./tombstones.ts";

/**
 * Whether a tombstone of the later of two commits says why it has not a record as the earlier one has it:
 * it was removed, or something in it was redacted. Then exactly what is left of it must be there instead.
 */
export async function isExplained(
  backend: GitBackend,
  path: string,
  before: Oid,
  after: Oid,
): Promise<boolean> {
  const tombstones = await readTombstones(backend, after);
  if (tombstones.isEmpty) return false;
  const place = parsePath(path);
  if (tombstones.isRemoved(place)) return true;
  if (place?.kind === "value") return tombstones.isUnused(place.id);
  const old = await backend.readPath(before, path);
  if (!old) return false;
  const given = { path, text: Buffer.from(old).toString("utf8") };
  const kept = await tombstones.kept(given, backend.repository.objectFormat);
  if (kept === given) return false;
  if (kept === null) return true;
  const now = await backend.readPath(after, kept.path);
  return now !== null && Buffer.from(now).toString("utf8") === kept.text;
}
