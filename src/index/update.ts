import { RedunError } from "../errors.ts";
import { FILE_MODE, type Oid } from "../git/backend.ts";
import { checkFormat } from "../log/format.ts";
import type { Log, RecordFile } from "../log/log.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { readYaml } from "../value/yaml-read.ts";
import { type Database, transaction } from "./database.ts";
import { INDEX_VERSION, INDEXES, LOOKUPS, type Lookup, lookupTable, TABLES } from "./schema.ts";
import { indexedTip, setFormatChecked, setTip } from "./stamp.ts";
import { IndexWriter } from "./writer.ts";

/** Told of progress: files read so far, of how many; null while that is not known. */
export type Progress = (done: number, total: number | null) => void;

/** A record that could not be believed, by its path in the log. */
export interface BadRecord {
  readonly path: string;
  readonly reason: string;
}

/** A file of the log that is to be added. */
interface FoundFile {
  readonly path: string;
  readonly place: RecordPath;
  readonly oid: Oid;
}

/** How long to wait for another process that writes the index, in milliseconds. */
const SHORT_WAIT = 250;
const LONG_WAIT = 600_000;

/** A rebuild sorts millions of rows: with this many kilobytes it does so in few passes. */
const REBUILD_CACHE = 64_000;

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
    if (from === tip) return [];
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
      if (!(error instanceof Rewritten) || anew) throw error;
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
    for (const { path, text } of files) {
      const place = parsePath(path);
      if (!place) continue;
      const record = place.kind === "value" ? undefined : readYaml(text);
      if (!writer.add({ path, place, record })) throw new Error(`${path} came too early`);
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
  database.prepare("INSERT INTO meta (key, value) VALUES ('version', ?)").run(INDEX_VERSION);
}

/** The log's ref was moved to a commit whose tree is not a superset of the old one. */
class Rewritten extends Error {}

async function* addedFiles(log: Log, from: Oid | null, to: Oid): AsyncGenerator<FoundFile> {
  try {
    for await (const { path, oid, kind, mode } of log.backend.changes(from, to)) {
      const place = parsePath(path);
      if (!place || mode !== FILE_MODE) continue;
      if (kind === "added" || (kind === "modified" && place.kind === "format")) {
        yield { path, place, oid };
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
    const adder = new FileAdder(database, log, anew);
    await adder.addAll(addedFiles(log, anew ? null : (from ?? null), tip), progress);
    await adder.finish();
    setTip(database, tip);
    database.exec("COMMIT");
    return adder.bad;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/**
 * Moves what was written into the file itself: else the transaction's own log, as large as the
 * index, would stay beside it. Where others are reading, a later close does it.
 */
function shrink(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${SHORT_WAIT}; PRAGMA wal_checkpoint(TRUNCATE)`);
}

/** Reads files of the log and hands them to the writer. */
class FileAdder {
  readonly bad: BadRecord[] = [];
  readonly #database: Database;
  readonly #log: Log;
  readonly #writer: IndexWriter;
  #done = 0;

  constructor(database: Database, log: Log, anew: boolean) {
    this.#database = database;
    this.#log = log;
    this.#writer = new IndexWriter(database, log.backend.repository.objectFormat, { anew });
  }

  /** The ids go into `git cat-file` as the contents come out, so no list of them is held. */
  async addAll(files: AsyncIterable<FoundFile>, progress?: (done: number) => void): Promise<void> {
    const asked: FoundFile[] = [];
    async function* oids(): AsyncGenerator<Oid> {
      for await (const file of files) {
        asked.push(file);
        // Of a value only its being there counts: it may be large, and is read when it is shown.
        if (file.place.kind !== "value") yield file.oid;
      }
    }
    for await (const { text } of this.#log.read(oids())) {
      this.#addValues(asked);
      await this.#add(asked.shift()!, text);
      if (progress && this.#done % 256 === 0) progress(this.#done);
    }
    this.#addValues(asked);
  }

  /** Tries what referred to something that may have arrived now. */
  async finish(): Promise<void> {
    this.#writer.endOfFiles();
    // One that finds its place may be what another waits for.
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const strays = this.#database.prepare("SELECT path, oid FROM stray").all() as {
        path: string;
        oid: string;
      }[];
      if (strays.length === 0 || strays.length >= before) break;
      before = strays.length;
      this.#database.exec("DELETE FROM stray");
      const files = strays.flatMap(({ path, oid }) => {
        const place = parsePath(path);
        return place ? [{ path, place, oid }] : [];
      });
      await this.addAll(iterate(files));
    }
    this.#writer.finish();
  }

  #addValues(asked: FoundFile[]): void {
    while (asked[0]?.place.kind === "value") {
      const { path, place } = asked.shift()!;
      this.#writer.add({ path, place, record: undefined });
      this.#done++;
    }
  }

  async #add({ path, place, oid }: FoundFile, text: string): Promise<void> {
    this.#done++;
    try {
      const record = await readAnyYaml(text);
      if (place.kind === "format") {
        checkFormat(record, this.#log.ref);
        return setFormatChecked(this.#database);
      }
      checkName(place, oid, record);
      if (!this.#writer.add({ path, place, record })) this.#keep(path, oid);
    } catch (error) {
      if (!(error instanceof RedunError) || error.code === "FORMAT_TOO_NEW") throw error;
      this.bad.push({ path, reason: error.message });
    }
  }

  #keep(path: string, oid: Oid): void {
    this.#database.prepare("INSERT OR REPLACE INTO stray (path, oid) VALUES (?, ?)").run(path, oid);
  }
}

/** A record is named by its content, unless it says that it was imported under another id. */
function checkName(place: RecordPath, oid: Oid, record: unknown): void {
  const name = place.kind === "execution" ? place.execution : "id" in place ? place.id : oid;
  if (name === oid || (record as { id?: unknown } | null)?.id === name) return;
  throw new RedunError("BAD_RECORD", `Its name is ${name}, but its content has the id ${oid}.`);
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
