import { existsSync } from "node:fs";
import { createRequire as requireFrom } from "node:module";
import { join } from "node:path";
import type { AuthorizedDatabase, Database, SqlValue, Statement } from "./sqlite-types.ts";
import { keepTexts } from "./stored-text.ts";

/**
 * In the command line's CommonJS bundle there is a file name and no `import.meta`. Elsewhere a
 * `__filename` may be anybody's: with `node -e` it is a global, "[eval]".
 */
const here = (import.meta.url as string | undefined) ?? __filename;

const PACKAGE = "@photostructure/sqlite";

/**
 * Opens a SQLite file with the API of `node:sqlite`: Node's own where it has one, else the package
 * that carries the same API (Node 20).
 */
export function openDatabase(path: string): Database {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path);
  // Readers never wait for the writer; a power cut may cost the newest transactions, which the
  // next command reads from git again. A query that takes in some hundred runs does not wait until
  // they are synced into the file itself, which closing does.
  configure(database);
  keepTexts(database);
  return database;
}

/**
 * As `openDatabase`, of a file that is there: nothing can write to it. Texts are as they are stored. It has
 * an authorizer, which Node's own SQLite lacks before 24.10.
 */
export function openReadOnly(path: string): AuthorizedDatabase {
  const { DatabaseSync } = requirePackage(requireFrom(here));
  return new DatabaseSync(path, { readOnly: true }) as AuthorizedDatabase;
}

/** How long an index that is being made is waited for, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Although it is told to wait for locks, SQLite refuses to while it changes the mode of the
 * journal, and two processes may make one index at once.
 */
function configure(database: Database): void {
  const settings = `PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000`;
  for (const deadline = Date.now() + PATIENCE; ; ) {
    try {
      database.exec(settings);
      return;
    } catch (error) {
      if (Date.now() > deadline || !/locked|busy/i.test((error as Error).message)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

interface Sqlite {
  readonly DatabaseSync: new (path: string, options?: { readOnly?: boolean }) => Database;
  readonly StatementSync: { readonly prototype: Statement };
}

function loadSqlite(): Sqlite {
  const builtIn = withoutExperimentalWarning(() =>
    (process.getBuiltinModule as (id: string) => Sqlite | undefined)("node:sqlite"),
  );
  // Before Node 22.16 it has no arrays for rows.
  if (builtIn && "setReturnArrays" in builtIn.StatementSync.prototype) return builtIn;
  // require, because a first import() starts Node's module loader, which takes longer than SQLite.
  return requirePackage(requireFrom(here));
}

/** The package by its file: to look up what it exports by name, Node loads a part of that loader. */
function requirePackage(require: NodeJS.Require): Sqlite {
  const folders = require.resolve.paths(PACKAGE) ?? [];
  const files = folders.map((folder) => join(folder, PACKAGE, "dist/index.cjs"));
  return require(files.find(existsSync) ?? PACKAGE);
}

/** Node 22 warns on stderr that SQLite is experimental, which is no news to the user of a CLI. */
function withoutExperimentalWarning<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = (() => {}) as typeof emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Runs `body` in one write transaction: all of it happens, or nothing. */
export function transaction<T>(database: Database, body: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** Gives a transaction up, unless SQLite has: it does so by itself where the disk is full. */
export function rollBack(database: Database): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // What went wrong is thrown, not that there is nothing to give up.
  }
}

/** The columns of a row, in the order of the SQL. */
export type Tuple = readonly unknown[];

interface TupleStatement {
  get(...values: SqlValue[]): Tuple | undefined;
  all(...values: SqlValue[]): Tuple[];
}

/** Prepared statements of one database, each prepared the first time that it is used. */
export class Statements {
  readonly #database: Database;
  readonly #prepared = new Map<string, Statement>();

  constructor(database: Database) {
    this.#database = database;
  }

  get(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  /** As `get`, of statements that give many columns: arrays take less time than objects. */
  tuples(sql: string): TupleStatement {
    const statement = this.get(sql);
    statement.setReturnArrays(true);
    return statement as unknown as TupleStatement;
  }
}
