import type { Database, SqlValue, Statement } from "./sqlite-types.ts";

/** Rows that go into one statement where there are many: calling SQLite costs more than the row. */
export const ROWS_AT_ONCE = 64;

/** Inserts rows in the order given, `rowsAtOnce` in a statement. */
export class RowBatch {
  readonly #database: Database;
  readonly #into: string;
  readonly #after: string;
  readonly #columns: number;
  readonly #full: number;
  #insertAll: Statement | undefined;
  #insertOne: Statement | undefined;
  readonly #values: SqlValue[] = [];
  /** Is called before rows are inserted. */
  before = (): void => {};

  /** The statement is `into`, then the rows' VALUES, then `after`. */
  constructor(database: Database, into: string, columns: number, rowsAtOnce: number, after = "") {
    this.#database = database;
    this.#into = into;
    this.#after = after;
    this.#columns = columns;
    this.#full = columns * rowsAtOnce;
  }

  add(row: readonly SqlValue[]): void {
    // Not by an iterator: each of its steps makes an object, and there are fifty numbers for a job.
    for (let at = 0; at < row.length; at++) this.#values.push(row[at]!);
    if (this.#values.length < this.#full) return;
    this.before();
    this.#insertAll ??= this.#prepare(this.#full / this.#columns);
    this.#insertAll.run(...this.#values);
    this.#values.length = 0;
  }

  /** Inserts what is left. */
  flush(): void {
    if (this.#values.length === 0) return;
    this.before();
    this.#insertOne ??= this.#prepare(1);
    for (let at = 0; at < this.#values.length; at += this.#columns) {
      this.#insertOne.run(...this.#values.slice(at, at + this.#columns));
    }
    this.#values.length = 0;
  }

  #prepare(rows: number): Statement {
    const row = `(${Array.from({ length: this.#columns }, () => "?").join(", ")})`;
    const values = Array.from({ length: rows }, () => row).join(", ");
    return this.#database.prepare(`${this.#into} VALUES ${values} ${this.#after}`);
  }
}
