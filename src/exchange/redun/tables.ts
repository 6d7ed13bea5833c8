/**
 * redun's own tables, as far as they are read: of its database, or of one that is made of its JSON
 * lines or of PostgreSQL. So both are read by the same code, and neither has to fit in memory.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { RedunError } from "../../errors.ts";
import { openReadOnly } from "../../index/database.ts";
import type { Database } from "../../index/sqlite-types.ts";

/** redun's migrations whose tables are alike where we read them: those of database versions 3.1 to 3.5. */
const MIGRATIONS = new Map([
  ["cc4f663817b6", "3.1"],
  ["eb7b95e4e8bf", "3.2"],
  ["f68b3aaee9cc", "3.3"],
  ["3b0a6e67cc58", "3.4"],
  ["0bee3d6dba76", "3.5"],
]);

/** Whether a file is an SQLite database, by its first bytes. */
export function isSqlite(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(16);
    return readSync(file, head) === 16 && head.toString("latin1") === "SQLite format 3\0";
  } finally {
    closeSync(file);
  }
}

/**
 * redun's database, which is not changed.
 * @throws RedunError BAD_IMPORT for another database, or one of another migration
 */
export function openRedunDatabase(path: string): Database {
  if (!existsSync(path)) {
    throw new RedunError("BAD_IMPORT", `There is no file ${path}.`, "redun's is .redun/redun.db.");
  }
  const database = openReadOnly(path);
  try {
    assertMigration(database, path);
    // Parents of tags: redun's own index has them the other way round.
    database.exec(`CREATE TEMP TABLE edit_of (child_id TEXT, parent_id TEXT, PRIMARY KEY (child_id, parent_id))
        WITHOUT ROWID;
      INSERT INTO edit_of SELECT child_id, parent_id FROM tag_edit`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function assertMigration(database: Database, path: string): void {
  let found: unknown;
  try {
    found = database.prepare("SELECT version_num FROM alembic_version").get()?.version_num;
  } catch (cause) {
    const hint = "`redun export` writes what a redun of any version can read.";
    throw new RedunError("BAD_IMPORT", `${path} is not a database of redun's.`, hint, { cause });
  }
  assertKnown(found, path);
}

/**
 * @param found what a database says of its migration
 * @param path the database, for people
 * @throws RedunError BAD_IMPORT for another migration than those that are read
 */
export function assertKnown(found: unknown, path: string): void {
  if (MIGRATIONS.has(String(found))) return;
  throw new RedunError(
    "BAD_IMPORT",
    `${path} is of redun's migration ${String(found)}, and this redun-git reads ${[...MIGRATIONS.keys()].join(", ")}.`,
    "`redun db upgrade` brings an older one to 3.5; `redun export` gives JSON lines that any redun-git reads.",
  );
}

/** The tables that are made of JSON lines; `line` is where a record stands. */
export const TABLES = `
  CREATE TABLE execution (id TEXT PRIMARY KEY, args TEXT, job_id TEXT, line INTEGER) WITHOUT ROWID;
  CREATE TABLE job (id TEXT PRIMARY KEY, start_time TEXT, end_time TEXT, task_hash TEXT, cached INTEGER,
    call_hash TEXT, parent_id TEXT, execution_id TEXT, line INTEGER) WITHOUT ROWID;
  CREATE TABLE call_node (call_hash TEXT PRIMARY KEY, task_name TEXT, task_hash TEXT, args_hash TEXT,
    value_hash TEXT, timestamp TEXT, line INTEGER) WITHOUT ROWID;
  CREATE TABLE call_edge (parent_id TEXT, child_id TEXT, call_order INTEGER,
    PRIMARY KEY (parent_id, call_order)) WITHOUT ROWID;
  CREATE TABLE argument (arg_hash TEXT, call_hash TEXT, value_hash TEXT, arg_position INTEGER, arg_key TEXT,
    PRIMARY KEY (call_hash, arg_hash)) WITHOUT ROWID;
  CREATE TABLE argument_result (arg_hash TEXT, result_call_hash TEXT,
    PRIMARY KEY (arg_hash, result_call_hash)) WITHOUT ROWID;
  CREATE TABLE value (value_hash TEXT PRIMARY KEY, type TEXT, format TEXT, value BLOB, line INTEGER);
  CREATE TABLE subvalue (parent_value_hash TEXT, value_hash TEXT,
    PRIMARY KEY (parent_value_hash, value_hash)) WITHOUT ROWID;
  CREATE TABLE file (value_hash TEXT PRIMARY KEY, path TEXT) WITHOUT ROWID;
  CREATE TABLE task (hash TEXT PRIMARY KEY, name TEXT, namespace TEXT, source TEXT);
  CREATE TABLE tag (tag_hash TEXT PRIMARY KEY, entity_type TEXT, entity_id TEXT, key TEXT, value TEXT,
    line INTEGER) WITHOUT ROWID;
  CREATE TABLE edit_of (child_id TEXT, parent_id TEXT, PRIMARY KEY (child_id, parent_id)) WITHOUT ROWID`;

/** Made when all is in: it takes less time then. */
export const TABLE_INDEXES = `
  CREATE INDEX ix_job ON job (execution_id);
  CREATE INDEX ix_call ON job (call_hash);
  CREATE INDEX ix_tag ON tag (entity_id)`;
