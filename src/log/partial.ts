/** Logs in partial clones: the records that are not here are brought together, not one by one. */
import { RedunError } from "../errors.ts";
import type { Oid, Repository } from "../git/backend.ts";
import { loadConfig } from "../git/files/config.ts";
import { isTrue } from "../git/files/config-values.ts";
import { parsePath } from "../record/layout.ts";
import type { Log } from "./log.ts";

/** Called with how many records a partial clone has asked for, of how many. */
export type OnBrought = (done: number, total: number) => void;

/**
 * Brings all records of a log's commit that are not here, together. Values in files of their own
 * may be large, and come when they are asked for.
 */
export async function bringRecords(
  { backend }: Log,
  commit: Oid,
  onBrought?: OnBrought,
): Promise<void> {
  if (!isPartial(backend.repository)) return;
  if ((await backend.missing(commit)).size === 0) return;
  // Where folders are missing as well, git brings them together when the first one is read.
  const records: Oid[] = [];
  for await (const { path, oid } of backend.changes(null, commit)) {
    const place = parsePath(path);
    if (place && place.kind !== "value") records.push(oid);
  }
  const missing = await backend.missing(commit);
  await backend.bring(
    records.filter((oid) => missing.has(oid)),
    onBrought,
  );
}

/**
 * Brings some objects of a commit's tree together.
 * @returns those that are not here even then; none where nothing was left out
 */
export async function bringSome(
  { backend }: Log,
  commit: Oid,
  oids: readonly Oid[],
  onBrought?: OnBrought,
): Promise<ReadonlySet<Oid>> {
  if (!isPartial(backend.repository)) return new Set();
  return (await backend.bring(oids, onBrought)) ? new Set() : backend.missing(commit);
}

/** Whether git left out objects when it cloned, and fetches them when they are read. */
export function isPartial(repository: Repository): boolean {
  const config = loadConfig(repository);
  if (config.get("extensions.partialClone") !== undefined) return true;
  return config
    .subsections("remote")
    .some((remote) => isTrue(config.get(`remote.${remote}.promisor`)));
}

/** Whether an error says that an object is not here, and could not be brought. */
export function isMissing(error: unknown): boolean {
  return error instanceof RedunError && ["OBJECT_MISSING", "REMOTE_FAILED"].includes(error.code);
}
