import type { Database, Statement } from "./database.ts";
import { INDEXES, LOOKUPS, type Lookup, lookupTable } from "./schema.ts";

/** Rows that go into one statement while collecting: calling SQLite costs more than the row. */
const ROWS_AT_ONCE = 64;

/**
 * Adds rows to the lookup tables: one by one, or, during a rebuild, collected and then filled in
 * sorted. Inserting into the middle of a tree that does not fit into memory is what makes a naive
 * rebuild slow.
 */
export class LookupWriter {
  readonly #database: Database;
  #tables: Record<Lookup, RowTable>;
  #collecting: boolean;

  /** With `collect`, the tables must not exist yet; `finish` makes them. */
  constructor(database: Database, { collect }: { collect: boolean }) {
    this.#database = database;
    this.#collecting = collect;
    this.#tables = collect ? this.#open("load_", ROWS_AT_ONCE) : this.#open("", 1);
  }

  add(name: Lookup, ...row: number[]): void {
    this.#tables[name].add(row);
  }

  /** Fills the tables with what was collected. From then on, rows are added one by one. */
  finish(): void {
    if (!this.#collecting) return;
    for (const name of names()) {
      this.#tables[name].flush();
      const columns = LOOKUPS[name].join(", ");
      this.#database.exec(`
        ${lookupTable(name)};
        INSERT OR IGNORE INTO main.${name} SELECT ${columns} FROM load_${name} ORDER BY ${columns};
        DROP TABLE load_${name}`);
    }
    this.#database.exec(INDEXES);
    this.#collecting = false;
    this.#tables = this.#open("", 1);
  }

  #open(prefix: string, rowsAtOnce: number): Record<Lookup, RowTable> {
    const open = (name: Lookup) => {
      const columns = LOOKUPS[name];
      const table = prefix + name;
      if (prefix !== "") this.#database.exec(`CREATE TEMP TABLE ${table} (${columns.join(", ")})`);
      return new RowTable(this.#database, table, columns.length, rowsAtOnce);
    };
    return { name: open("name"), tag: open("tag"), call: open("call") };
  }
}

/** Inserts rows of numbers, `rowsAtOnce` in a statement. */
class RowTable {
  readonly #database: Database;
  readonly #table: string;
  readonly #columns: number;
  readonly #full: number;
  readonly #insert: Statement;
  #values: number[] = [];

  constructor(database: Database, table: string, columns: number, rowsAtOnce: number) {
    this.#database = database;
    this.#table = table;
    this.#columns = columns;
    this.#full = columns * rowsAtOnce;
    this.#insert = this.#prepare(rowsAtOnce);
  }

  add(row: readonly number[]): void {
    for (const value of row) this.#values.push(value);
    if (this.#values.length < this.#full) return;
    this.#insert.run(...this.#values);
    this.#values.length = 0;
  }

  flush(): void {
    if (this.#values.length === 0) return;
    this.#prepare(this.#values.length / this.#columns).run(...this.#values);
    this.#values.length = 0;
  }

  #prepare(rows: number): Statement {
    const row = `(${Array.from({ length: this.#columns }, () => "?").join(", ")})`;
    const values = Array.from({ length: rows }, () => row).join(", ");
    return this.#database.prepare(`INSERT OR IGNORE INTO ${this.#table} VALUES ${values}`);
  }
}

function names(): Lookup[] {
  return Object.keys(LOOKUPS) as Lookup[];
}
