import { randomInt } from "node:crypto";
import type { Oid } from "../git/backend.ts";
import type { Log, RecordFile } from "../log/log.ts";
import { bringSome, isPartial, type OnBrought } from "../log/partial.ts";
import { NO_TOMBSTONES, readTombstones } from "../log/tombstones.ts";
import { parsePath } from "../record/layout.ts";
import { readYaml } from "../value/yaml-read.ts";
import { addedFiles, countFiles, LogRewritten } from "./added-files.ts";
import { Contested } from "./claims.ts";
import { rollBack, transaction } from "./database.ts";
import { Digester } from "./digest.ts";
import type { FoundFile } from "./digest-files.ts";
import { type BadRecord, FileAdder, strayFiles } from "./file-adder.ts";
import { storeId } from "./ids.ts";
import { FACTORS, PRIME } from "./names.ts";
import { INDEX_VERSION, INDEXES, LOOKUPS, type Lookup, lookupTable, TABLES } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";
import {
  absentRecords,
  askAgainAt,
  indexedTip,
  namerOf,
  setAbsent,
  setFormatChecked,
  setTip,
} from "./stamp.ts";
import { IndexWriter } from "./writer.ts";

/** Receives the progress: files read so far, of how many; null while that is not known. */
export type Progress = (done: number, total: number | null) => void;

/** How long to wait for another process that writes the index, in milliseconds. */
const SHORT_WAIT = 250;
const LONG_WAIT = 600_000;

/** Kilobytes of SQLite's cache while a rebuild adds files: new tags go anywhere into their index. */
const REBUILD_CACHE = 32_000;

/**
 * Brings the index to `tip` (null: an empty log), by what changed since the commit that it was
 * built from. A log only ever grows; where files are gone or different, someone has rewritten the
 * ref, and the index is rebuilt. Another process may do the same at the same time: the
 * second one continues from where the first one got.
 * @param onBrought receives the records that a partial clone has to fetch first
 * @param onLost receives the commit that the index was built from, if the log has lost records since that no tombstone is about
 */
export async function updateIndex(
  database: Database,
  log: Log,
  tip: Oid | null,
  progress?: Progress,
  onBrought?: OnBrought,
  onLost?: (had: Oid) => void,
): Promise<BadRecord[]> {
  let anew = false;
  for (;;) {
    const from = indexedTip(database);
    if (from === tip && !(tip && (await mayArrive(database, log, tip)))) return [];
    if (tip === null) {
      if (from) onLost?.(from);
      transaction(database, () => createIndex(database, { lookups: true }));
      return [];
    }
    anew ||= !from;
    try {
      const total = progress && anew ? await countFiles(log, tip) : null;
      const step = {
        from,
        tip,
        anew,
        onBrought,
        progress: progress && ((done: number) => progress(done, total)),
      };
      const bad = await addFiles(database, log, step);
      if (bad && anew) shrink(database);
      if (bad) return bad;
    } catch (error) {
      if (!(error instanceof LogRewritten || error instanceof Contested) || anew) throw error;
      const isLost = error instanceof LogRewritten && from && !(await isForgotten(log, from, tip));
      if (isLost) onLost?.(from);
      anew = true;
    }
  }
}

/**
 * Adds the files of a commit that this process made itself, if the index stands at its parent.
 * @throws Error where a file refers to what has not arrived: the next update keeps it in mind
 */
export function applyAppended(
  database: Database,
  log: Log,
  before: Oid | null,
  after: Oid,
  files: readonly RecordFile[],
): void {
  // A rebuild in another process may take minutes; it will find this commit by itself.
  database.exec(`PRAGMA busy_timeout = ${SHORT_WAIT}`);
  transaction(database, () => {
    const at = indexedTip(database);
    if (at !== before && !(before === null && at === undefined)) return;
    if (at === undefined) createIndex(database, { lookups: true });
    // Something that has come before may have waited for these files.
    if (database.prepare("SELECT 1 FROM stray LIMIT 1").get()) return;
    const { objectFormat } = log.backend.repository;
    const writer = new IndexWriter(database, objectFormat, { anew: false });
    const digester = new Digester(objectFormat, namerOf(database));
    for (const { path, text, segment } of files) {
      const place = parsePath(path);
      if (!place) continue;
      const read = () => (place.kind === "value" ? undefined : readYaml(text));
      const digest =
        segment && place.kind === "jobs"
          ? digester.ofFacts(path, place.id, segment)
          : digester.digest({ path, place, record: read() });
      if (!writer.add(digest)) throw new Error(`${path} came too early`);
    }
    writer.finish();
    // The first append to a log brings its format file.
    if (before === null) setFormatChecked(database);
    noteCommit(database, after, files);
    setTip(database, after);
  });
}

/** Of our own commit it is known which edit files came with it. */
function noteCommit(database: Database, commit: Oid, files: readonly RecordFile[]): void {
  const note = database.prepare(
    "UPDATE tag_edit SET commit_id = ? WHERE oid = ? AND commit_id IS NULL",
  );
  for (const { path } of files) {
    const place = parsePath(path);
    if (place?.kind === "tags") note.run(storeId(commit), storeId(place.id));
  }
}

/** Empties the index. Whatever was in the file before is gone. */
function createIndex(database: Database, { lookups }: { lookups: boolean }): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all() as { name: string }[];
  for (const { name } of tables) database.exec(`DROP TABLE "${name}"`);
  database.exec(TABLES);
  if (lookups) {
    for (const name of Object.keys(LOOKUPS) as Lookup[]) database.exec(lookupTable(name));
    database.exec(INDEXES);
  }
  const set = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  set.run("version", INDEX_VERSION);
  set.run("secret", JSON.stringify(Array.from({ length: FACTORS }, () => randomInt(PRIME))));
}

/** Whether tombstones came since `from`, which say where its records went. */
async function isForgotten(log: Log, from: Oid, tip: Oid): Promise<boolean> {
  const now = await readTombstones(log.backend, tip);
  // The commit itself may have been collected.
  const before = await readTombstones(log.backend, from).catch(() => NO_TOMBSTONES);
  return [...now.byId.keys()].some((id) => !before.byId.has(id));
}

interface Step {
  readonly from: Oid | null | undefined;
  readonly tip: Oid;
  readonly anew: boolean;
  readonly progress: ((done: number) => void) | undefined;
  readonly onBrought: OnBrought | undefined;
}

/** Makes one step in one transaction; null when the index is no longer at `from`. */
async function addFiles(database: Database, log: Log, step: Step): Promise<BadRecord[] | null> {
  const { from, tip, anew, progress, onBrought } = step;
  // What was taken out of the log must not stay in pages that are no longer used.
  if (anew) database.exec(`PRAGMA cache_size = -${REBUILD_CACHE}; PRAGMA secure_delete = ON`);
  database.exec(`PRAGMA busy_timeout = ${LONG_WAIT}`);
  database.exec("BEGIN IMMEDIATE");
  try {
    if (indexedTip(database) !== from) {
      database.exec("ROLLBACK");
      return null;
    }
    if (anew) createIndex(database, { lookups: false });
    const start = anew ? null : (from ?? null);
    const asked = Date.now();
    const missing = await bringNew(database, log, start, tip, onBrought);
    const waited = Date.now() - asked;
    const tombstones = await readTombstones(log.backend, tip);
    const adder = new FileAdder(database, log, anew, missing, tombstones);
    try {
      await adder.addAll(addedFiles(log, start, tip), progress);
      await adder.finish();
    } finally {
      await adder.close();
    }
    setTip(database, tip);
    setAbsent(database, adder.absent, askAgainAfter(waited));
    database.exec("COMMIT");
    return adder.bad;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Brings what is to be read in a partial clone. Returns what is not here even then. */
async function bringNew(
  database: Database,
  log: Log,
  from: Oid | null,
  tip: Oid,
  onBrought: OnBrought | undefined,
): Promise<ReadonlySet<Oid>> {
  if (!isPartial(log.backend.repository)) return new Set();
  const files: FoundFile[] = strayFiles(database);
  for await (const file of addedFiles(log, from, tip)) files.push(file);
  const read = files.filter(({ path }) => parsePath(path)?.kind !== "value");
  return bringSome(
    log,
    tip,
    read.map(({ oid }) => oid),
    onBrought,
  );
}

/**
 * A remote that says at once that it cannot be reached is asked by every query; where it took long to
 * find that out (a firewall that drops packets), queries wait for it a tenth of the time at most.
 */
function askAgainAfter(waitedInMs: number): number {
  return waitedInMs < 1000 ? 0 : Date.now() + 10 * waitedInMs;
}

/**
 * Whether records that a partial clone lacked when the index was made may be had now: some are here,
 * or the remote may be asked again.
 */
async function mayArrive(database: Database, log: Log, tip: Oid): Promise<boolean> {
  if (absentRecords(database) === 0) return false;
  if (Date.now() >= askAgainAt(database)) return true;
  const missing = await log.backend.missing(tip);
  return strayFiles(database).some(({ oid }) => !missing.has(oid));
}

/**
 * Moves what was written into the file itself: else the transaction's own log, as large as the
 * index, would stay beside it. Where others are reading, a later close does it.
 */
function shrink(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${SHORT_WAIT}; PRAGMA wal_checkpoint(TRUNCATE)`);
}
