/**
 * Runs in a process of its own, which can be ended while SQLite is at work: answers one query with
 * rows, sent in batches to the process that started it.
 */
import { openReadOnly } from "../index/database.ts";
import { loadText } from "../index/stored-text.ts";
import type { SqlAnswer, SqlQuestion } from "./query.ts";
import { createTables } from "./tables.ts";

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
    database.exec(
      `PRAGMA hard_heap_limit = ${MAX_MEMORY}; ${createTables(withContent)} PRAGMA query_only = ON`,
    );
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

/** A value as programs get it: numbers that JavaScript holds exactly, and bytes as hex digits. */
function cell(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "string") return loadText(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
