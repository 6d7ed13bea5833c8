import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { checkFormat, type Log, type RecordFile } from "../log/log.ts";
import { FORMAT_PATH, parsePath } from "../record/layout.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { readYaml } from "../value/yaml-read.ts";
import { type Database, transaction } from "./database.ts";
import { INDEX_VERSION, SCHEMA } from "./schema.ts";
import { indexedTip, setTip } from "./stamp.ts";
import { IndexWriter } from "./writer.ts";

/** Told of progress: files read so far, and how many there are when that is known. */
export type Progress = (done: number, total: number) => void;

/** A record that could not be believed, by its path in the log. */
export interface BadRecord {
  readonly path: string;
  readonly reason: string;
}

/** Empties the index. Whatever was in the file before is gone. */
export function createIndex(database: Database): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all() as { name: string }[];
  for (const { name } of tables) database.exec(`DROP TABLE "${name}"`);
  database.exec(SCHEMA);
  database.prepare("INSERT INTO meta (key, value) VALUES ('version', ?)").run(INDEX_VERSION);
}

/**
 * Brings the index to `tip` (null: an empty log), by what changed since the commit that it was built from. A log only
 * ever grows; where files are gone or different, someone has rewritten the ref, and the index is
 * built anew. Another process may do the same at the same time: whoever is second begins again
 * from where the first one got.
 */
export async function updateIndex(
  database: Database,
  log: Log,
  tip: Oid | null,
  progress: Progress = () => {},
): Promise<BadRecord[]> {
  for (;;) {
    const from = indexedTip(database);
    if (from === tip) return [];
    if (tip === null) {
      transaction(database, () => createIndex(database));
      return [];
    }
    const grown = from ? await addedFiles(log, from, tip) : null;
    const files = grown ?? (await addedFiles(log, null, tip)) ?? [];
    const bad = await writeFiles(database, log, { from, tip, files, anew: !grown }, progress);
    if (bad) return bad;
  }
}

/** Adds the files of a commit that this process made itself, if the index stands at its parent. */
export function applyAppended(
  database: Database,
  log: Log,
  before: Oid | null,
  after: Oid,
  files: readonly RecordFile[],
): void {
  transaction(database, () => {
    const at = indexedTip(database);
    if (at !== before && !(before === null && at === undefined)) return;
    if (at === undefined) createIndex(database);
    const writer = new IndexWriter(database, log.backend.repository.objectFormat);
    for (const { path, text } of files) writer.add(path, readYaml(text));
    setTip(database, after);
  });
}

interface FoundFile {
  readonly path: string;
  readonly oid: Oid;
}

/** The files that were added, or null when something else happened to the tree. */
async function addedFiles(log: Log, from: Oid | null, to: Oid): Promise<FoundFile[] | null> {
  const added: FoundFile[] = [];
  try {
    for await (const { path, oid, kind } of log.backend.changes(from, to)) {
      const place = parsePath(path);
      if (!place || (kind === "deleted" && place.kind === "format")) continue;
      if (kind !== "added" && place.kind !== "format") return null;
      added.push({ path, oid });
    }
  } catch (error) {
    // The old commit may be gone: a rewritten log, pruned.
    if (from !== null && error instanceof RedunError) return null;
    throw error;
  }
  return added;
}

interface Step {
  readonly from: Oid | null | undefined;
  readonly tip: Oid;
  readonly files: readonly FoundFile[];
  /** Empty the index first. */
  readonly anew: boolean;
}

/** Writes one step in one transaction; null when the index is no longer at `from`. */
async function writeFiles(
  database: Database,
  log: Log,
  { from, tip, files, anew }: Step,
  progress: Progress,
): Promise<BadRecord[] | null> {
  const bad: BadRecord[] = [];
  database.exec("BEGIN IMMEDIATE");
  try {
    if (indexedTip(database) !== from) {
      database.exec("ROLLBACK");
      return null;
    }
    if (anew) createIndex(database);
    const writer = new IndexWriter(database, log.backend.repository.objectFormat);
    let done = 0;
    for await (const { text } of log.read(files.map(({ oid }) => oid))) {
      const { path } = files[done]!;
      try {
        const record = await readAnyYaml(text);
        if (path === FORMAT_PATH) checkFormat(record, log.ref);
        else writer.add(path, record);
      } catch (error) {
        if (!(error instanceof RedunError) || error.code === "FORMAT_TOO_NEW") throw error;
        bad.push({ path, reason: error.message });
      }
      done++;
      if (done % 500 === 0) progress(done, files.length);
    }
    setTip(database, tip);
    database.exec("COMMIT");
    return bad;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
