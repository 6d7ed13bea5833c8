import { randomInt } from "node:crypto";
import { RedunError } from "../errors.ts";
import { FILE_MODE, type Oid } from "../git/backend.ts";
import type { Log, RecordFile } from "../log/log.ts";
import { modeProblem } from "../log/merge-checks.ts";
import { bringSome, isPartial } from "../log/partial.ts";
import { parsePath } from "../record/layout.ts";
import { readYaml } from "../value/yaml-read.ts";
import { Contested } from "./claims.ts";
import { rollBack, transaction } from "./database.ts";
import { type Digest, Digester } from "./digest.ts";
import { type Digested, type DigestSource, FileDigester, type FoundFile } from "./digest-files.ts";
import { DigestWorker } from "./digest-worker.ts";
import { FACTORS, type Namer, PRIME } from "./names.ts";
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

/** Told of progress: files read so far, of how many; null while that is not known. */
export type Progress = (done: number, total: number | null) => void;

/** A record that could not be believed, by its path in the log. */
export interface BadRecord {
  readonly path: string;
  readonly reason: string;
}

/** Files whose digests are asked for at once: few, so that most of what they leave dies young. */
const BATCH = 128;
/** So many batches are being digested while those before them go into the tables. */
const AHEAD = 8;
/** A rebuild of fewer files is done before a worker would have started. */
const WORTH_A_WORKER = 2048;

/** How long to wait for another process that writes the index, in milliseconds. */
const SHORT_WAIT = 250;
const LONG_WAIT = 600_000;

/** Kilobytes of SQLite's cache while a rebuild adds files: new tags go anywhere into their index. */
const REBUILD_CACHE = 32_000;

/**
 * Brings the index to `tip` (null: an empty log), by what changed since the commit that it was
 * built from. A log only ever grows; where files are gone or different, someone has rewritten the
 * ref, and the index is built anew. Another process may do the same at the same time: whoever is
 * second begins again from where the first one got.
 */
export async function updateIndex(
  database: Database,
  log: Log,
  tip: Oid | null,
  progress?: Progress,
): Promise<BadRecord[]> {
  let anew = false;
  for (;;) {
    const from = indexedTip(database);
    if (from === tip && !(tip && (await mayArrive(database, log, tip)))) return [];
    if (tip === null) {
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
        progress: progress && ((done: number) => progress(done, total)),
      };
      const bad = await addFiles(database, log, step);
      if (bad && anew) shrink(database);
      if (bad) return bad;
    } catch (error) {
      if (!(error instanceof Rewritten || error instanceof Contested) || anew) throw error;
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
    for (const { path, text } of files) {
      const place = parsePath(path);
      if (!place) continue;
      const record = place.kind === "value" ? undefined : readYaml(text);
      const digest = digester.digest({ path, place, record });
      if (!writer.add(digest)) throw new Error(`${path} came too early`);
    }
    writer.finish();
    // The first append to a log brings its format file.
    if (before === null) setFormatChecked(database);
    setTip(database, after);
  });
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

/** The log's ref was moved to a commit whose tree is not a superset of the old one. */
class Rewritten extends Error {}

/** A file of the log that is to be added, or why it is not. */
type AddedFile = FoundFile & { readonly refused?: string };

async function* addedFiles(log: Log, from: Oid | null, to: Oid): AsyncGenerator<AddedFile> {
  try {
    for await (const { path, oid, kind, mode, refused } of log.backend.changes(from, to)) {
      if (refused !== undefined && kind !== "deleted") {
        yield { path, oid, refused };
        continue;
      }
      const place = parsePath(path);
      if (!place && refused === undefined) continue;
      if (mode !== FILE_MODE && kind === "added") {
        yield { path, oid, refused: modeProblem(mode) };
      } else if (kind === "added" || (kind === "modified" && place?.kind === "format")) {
        yield { path, oid };
      } else throw new Rewritten();
    }
  } catch (error) {
    // The old commit may be gone: a rewritten log, pruned.
    if (from !== null && error instanceof RedunError) throw new Rewritten();
    throw error;
  }
}

async function countFiles(log: Log, tip: Oid): Promise<number> {
  let count = 0;
  for await (const _ of addedFiles(log, null, tip)) count++;
  return count;
}

interface Step {
  readonly from: Oid | null | undefined;
  readonly tip: Oid;
  readonly anew: boolean;
  readonly progress: ((done: number) => void) | undefined;
}

/** Makes one step in one transaction; null when the index is no longer at `from`. */
async function addFiles(database: Database, log: Log, step: Step): Promise<BadRecord[] | null> {
  const { from, tip, anew, progress } = step;
  if (anew) database.exec(`PRAGMA cache_size = -${REBUILD_CACHE}`);
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
    const missing = await bringNew(database, log, start, tip);
    const waited = Date.now() - asked;
    const adder = new FileAdder(database, log, anew, missing);
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
): Promise<ReadonlySet<Oid>> {
  if (!isPartial(log.backend.repository)) return new Set();
  const files: FoundFile[] = strayFiles(database);
  for await (const file of addedFiles(log, from, tip)) files.push(file);
  const read = files.filter(({ path }) => parsePath(path)?.kind !== "value");
  return bringSome(
    log,
    tip,
    read.map(({ oid }) => oid),
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

function strayFiles(database: Database): FoundFile[] {
  return database.prepare("SELECT path, oid FROM stray").all() as unknown as FoundFile[];
}

/**
 * Moves what was written into the file itself: else the transaction's own log, as large as the
 * index, would stay beside it. Where others are reading, a later close does it.
 */
function shrink(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${SHORT_WAIT}; PRAGMA wal_checkpoint(TRUNCATE)`);
}

/** Has files of the log digested, beside this thread where there are many, and writes the digests. */
class FileAdder {
  readonly bad: BadRecord[] = [];
  readonly #database: Database;
  readonly #log: Log;
  readonly #writer: IndexWriter;
  readonly #namer: Namer;
  readonly #mayStartWorker: boolean;
  #digests: DigestSource;
  #asked = 0;
  #done = 0;
  /** Files that a partial clone lacks. */
  readonly #missing: ReadonlySet<Oid>;
  #absent = 0;

  constructor(database: Database, log: Log, anew: boolean, missing: ReadonlySet<Oid>) {
    this.#missing = missing;
    this.#database = database;
    this.#log = log;
    this.#writer = new IndexWriter(database, log.backend.repository.objectFormat, { anew });
    this.#namer = namerOf(database);
    this.#digests = new FileDigester(log, this.#namer);
    this.#mayStartWorker = anew && DigestWorker.exists;
  }

  /** How many files could not be read because they are not here, or damaged. */
  get absent(): number {
    return this.#absent;
  }

  /** Files are digested some batches ahead, and added in the order given. */
  async addAll(files: AsyncIterable<AddedFile>, progress?: (done: number) => void): Promise<void> {
    const ahead: { files: FoundFile[]; digests: Promise<Digested[]> }[] = [];
    const addNext = async () => {
      const { files, digests } = ahead.shift()!;
      for (const [at, digest] of (await digests).entries()) this.#add(files[at]!, digest);
      progress?.(this.#done);
    };
    this.#absent = 0;
    for await (const batch of inBatches(this.#present(this.#acceptable(files)), BATCH)) {
      ahead.push({ files: batch, digests: this.#digest(batch) });
      if (ahead.length === AHEAD) await addNext();
    }
    while (ahead.length > 0) await addNext();
  }

  async *#acceptable(files: AsyncIterable<AddedFile>): AsyncGenerator<FoundFile> {
    for await (const { path, oid, refused } of files) {
      if (refused === undefined) yield { path, oid };
      else this.bad.push({ path, reason: refused });
    }
  }

  /** Tries what referred to something that may have arrived now. */
  async finish(): Promise<void> {
    this.#writer.endOfFiles();
    // One that finds its place may be what another waits for.
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const strays = this.#database.prepare("SELECT path, oid FROM stray").all();
      if (strays.length === 0 || strays.length >= before) break;
      before = strays.length;
      this.#database.exec("DELETE FROM stray");
      await this.addAll(iterate(strays as unknown as FoundFile[]));
    }
    this.#writer.finish();
  }

  /** Must be called at the end, however it ends. */
  close(): Promise<void> {
    return this.#digests.close();
  }

  /** Leaves out what is not here, and keeps it in mind. */
  async *#present(files: AsyncIterable<FoundFile>): AsyncGenerator<FoundFile> {
    for await (const file of files) {
      const isValue = () => parsePath(file.path)?.kind === "value";
      if (!this.#missing.has(file.oid) || isValue()) yield file;
      else this.#leaveOut(file.path, file.oid);
    }
  }

  #leaveOut(path: string, oid: Oid): void {
    this.#absent++;
    this.#keep(path, oid);
  }

  #digest(files: readonly FoundFile[]): Promise<Digested[]> {
    this.#asked += files.length;
    if (
      this.#mayStartWorker &&
      this.#asked > WORTH_A_WORKER &&
      !(this.#digests instanceof DigestWorker)
    ) {
      this.#digests = new DigestWorker(this.#log, this.#namer);
    }
    const digests = this.#digests.digest(files);
    // It may fail before its turn comes, and is heard then.
    digests.catch(() => {});
    return digests;
  }

  #add({ path, oid }: FoundFile, digest: Digested): void {
    this.#done++;
    if (digest.kind === "bad") this.bad.push({ path, reason: digest.reason });
    else if (digest.kind === "absent") this.#leaveOut(path, oid);
    else if (digest.kind === "format") setFormatChecked(this.#database);
    else if (!this.#added(path, digest)) this.#keep(path, oid);
  }

  /** False when it refers to something that has not arrived. */
  #added(path: string, digest: Digest): boolean {
    try {
      return this.#writer.add(digest);
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      this.bad.push({ path, reason: error.message });
      return true;
    }
  }

  #keep(path: string, oid: Oid): void {
    this.#database.prepare("INSERT OR REPLACE INTO stray (path, oid) VALUES (?, ?)").run(path, oid);
  }
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
