/** Taking records out of a log, and keeping them out. */
import type { NewFile, Oid } from "../git/backend.ts";
import { tombstoneYaml } from "../record/encode.ts";
import { parsePath, tombstonePath } from "../record/layout.ts";
import { FORMAT_WITH_TOMBSTONES, type Tombstone } from "../record/records.ts";
import { blobId } from "../value/oid.ts";
import { formatFile } from "./format.ts";
import type { Log } from "./log.ts";
import { whileContended } from "./retry.ts";
import { readTombstones, Tombstones } from "./tombstones.ts";

/** What forgetting did. */
export interface Forgotten {
  readonly before: Oid;
  readonly after: Oid;
  /** Object id of the tombstone. */
  readonly tombstone: Oid;
  /** Files that are gone, and those in whose place others are. */
  readonly removed: number;
  readonly replaced: number;
}

/**
 * Adds a tombstone, and takes what it covers out of the log's files, in one commit. Earlier commits still
 * have them. A log that gets its first tombstone gets the format that knows them.
 * @returns null where the log is empty
 * @throws RedunError as `Log.append`
 */
export async function forget(
  log: Log,
  tombstone: Tombstone,
  message: string,
): Promise<Forgotten | null> {
  await log.assertWritable();
  const { backend, ref } = log;
  const { objectFormat } = backend.repository;
  const text = tombstoneYaml(tombstone);
  const id = blobId(text, objectFormat);
  const own = new Tombstones(new Map([[id, tombstone]]));
  return whileContended(async () => {
    const before = await log.tip();
    if (before === null) return null;
    const known = await readTombstones(backend, before);
    const removed: string[] = [];
    const files: NewFile[] = [{ path: tombstonePath(id), bytes: Buffer.from(text) }];
    let replaced = 0;
    const mayHold: { path: string; oid: Oid }[] = [];
    for await (const { path, oid, refused } of backend.changes(null, before)) {
      if (refused !== undefined) continue;
      const place = parsePath(path);
      if (own.isRemoved(place) || (place?.kind === "value" && own.isUnused(place.id)))
        removed.push(path);
      else if (own.mayBeRedacted(place)) mayHold.push({ path, oid });
    }
    let at = 0;
    for await (const { text } of log.read(mayHold.map(({ oid }) => oid))) {
      const given = { path: mayHold[at++]!.path, text };
      const kept = await own.kept(given, objectFormat);
      if (kept === given) continue;
      if (kept?.path !== given.path) removed.push(given.path);
      if (!kept) continue;
      replaced++;
      files.push({ path: kept.path, bytes: Buffer.from(kept.text) });
    }
    if (known.isEmpty) files.push(formatFile(FORMAT_WITH_TOMBSTONES));
    const after = await backend.append({ ref, expected: before, files, removed, message });
    return { before, after, tombstone: id, removed: removed.length - replaced, replaced };
  }, log.onWait);
}
