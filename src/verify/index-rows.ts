import type { Database } from "../index/sqlite-types.ts";
import { createTables, SQL_TABLES } from "../sql/tables.ts";
import { hashText } from "../value/hash.ts";

/** A row that one of two indexes has, and not the other. */
export interface RowDifference {
  readonly table: string;
  readonly id: string;
  readonly isMissing: boolean;
}

/**
 * The rows in which two indexes differ, in the tables that `sql` promises: all that queries find. How each
 * of them numbers its rows is its own matter. Rows are compared by sums of their hashes, and only in
 * tables whose sums differ one by one.
 */
export function rowDifferences(present: Database, anew: Database): RowDifference[] {
  const views = createTables(true, "verified_");
  for (const database of [present, anew]) database.exec(views);
  try {
    return SQL_TABLES.flatMap(({ name }) => {
      if (sumOf(present, name) === sumOf(anew, name)) return [];
      return differencesIn(name, present, anew);
    });
  } finally {
    for (const database of [present, anew]) {
      for (const { name } of SQL_TABLES) {
        database.exec(`DROP VIEW ${name}; DROP VIEW verified_${name}`);
      }
    }
  }
}

/** Of a row, as two numbers that can be added without loss. */
const PART = 2 ** 40;

function sumOf(database: Database, table: string): string {
  let count = 0;
  let [high, low] = [0, 0];
  for (const text of rowTexts(database, table)) {
    const hash = hashText("sha1", text);
    count++;
    high = (high + Number.parseInt(hash.slice(0, 10), 16)) % PART;
    low = (low + Number.parseInt(hash.slice(10, 20), 16)) % PART;
  }
  return `${count} ${high} ${low}`;
}

function differencesIn(table: string, present: Database, anew: Database): RowDifference[] {
  const [had, has] = [present, anew].map((database) => new Set(rowTexts(database, table)));
  const only = (rows: Set<string>, others: Set<string>, isMissing: boolean) =>
    [...rows]
      .filter((row) => !others.has(row))
      .map((row) => ({ table, id: String(JSON.parse(row)[idColumn(table)]), isMissing }));
  return [...only(has!, had!, true), ...only(had!, has!, false)];
}

/** Rows of tags begin with what kind of entity has them. */
function idColumn(table: string): number {
  return table === "tags" ? 1 : 0;
}

function* rowTexts(database: Database, table: string): Generator<string> {
  const statement = database.prepare(`SELECT * FROM ${table}`);
  statement.setReturnArrays(true);
  for (const row of statement.iterate()) {
    yield JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  }
}
