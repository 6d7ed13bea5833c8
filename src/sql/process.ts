/**
 * Runs in a process of its own, which can be ended while SQLite is at work: answers one query with
 * rows, sent in batches to the process that started it.
 */
import { randomBytes } from "node:crypto";
import { openReadOnly } from "../index/database.ts";
import type { AuthorizedDatabase } from "../index/sqlite-types.ts";
import { loadText } from "../index/stored-text.ts";
import type { SqlAnswer, SqlQuestion } from "./query.ts";
import { createTables, SQL_TABLES } from "./tables.ts";

/** Bytes of memory that SQLite may take. */
const MAX_MEMORY = 2 ** 30;
/** Rows that are sent at once. */
const BATCH = 1000;

process.once("message", (question: SqlQuestion) => {
  for (const answer of answers(question)) process.send!(answer);
});

function* answers({ path, statement, limit, withContent }: SqlQuestion): Generator<SqlAnswer> {
  try {
    const database = openReadOnly(path);
    // A query may name its own parts like our views, and must not guess those that see the index.
    const prefix = `t${randomBytes(16).toString("hex")}_`;
    database.exec(
      `PRAGMA hard_heap_limit = ${MAX_MEMORY}; ${createTables(withContent, prefix)} PRAGMA query_only = ON`,
    );
    if (!withContent) onlyTables(database, prefix);
    const query = database.prepare(statement);
    query.setReadBigInts(true);
    query.setReturnArrays(true);
    const columns = query.columns().map(({ name }) => loadText(name));
    yield { columns };
    let rows: unknown[][] = [];
    let count = 0;
    for (const row of query.iterate() as Iterable<unknown[]>) {
      if (++count > limit) {
        yield { rows };
        yield { isCut: true };
        return;
      }
      rows.push(row.map(cell));
      if (rows.length < BATCH) continue;
      yield { rows };
      rows = [];
    }
    yield { rows };
    yield { isCut: false };
  } catch (error) {
    yield { error: (error as Error).message };
  }
}

/** Codes of https://sqlite.org/c3ref/c_alter_table.html. */
const READ = 20;
const DENY = 1;
const OK = 0;

/** The index's own tables hold what the columns of ours leave out. Their rows may be counted. */
function onlyTables(database: AuthorizedDatabase, prefix: string): void {
  const open = new Set([...SQL_TABLES.map(({ name }) => name), "json_each", "json_tree"]);
  database.setAuthorizer((action, table, column, _database, within) => {
    if (action !== READ || column === "" || open.has(table!.toLowerCase())) return OK;
    return table!.startsWith(prefix) || within?.startsWith(prefix) ? OK : DENY;
  });
}

/** A value as programs get it: numbers that JavaScript holds exactly, and bytes as hex digits. */
function cell(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "string") return loadText(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
