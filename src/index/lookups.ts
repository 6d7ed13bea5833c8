import { ROWS_AT_ONCE, RowBatch } from "./row-batch.ts";
import { INDEXES, LOOKUPS, type Lookup, lookupTable } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";

/**
 * SQLite sorts as many kilobytes at once as its cache has, and then merges. What fits into the
 * processor's cache is sorted twice as fast.
 */
const SORTER_CACHE = 2000;

/**
 * Adds rows to the lookup tables: one by one or some at once, or, during a rebuild, collected and then filled in
 * sorted. Inserting into the middle of a tree that does not fit into memory is what makes a naive
 * rebuild slow.
 */
export class LookupWriter {
  readonly #database: Database;
  #tables: Record<Lookup, RowBatch>;
  /** What waits for `flush`. */
  #later: Record<Lookup, RowBatch>;
  #collecting: boolean;

  /** With `collect`, the tables must not exist yet; `finish` makes them. */
  constructor(database: Database, { collect }: { collect: boolean }) {
    this.#database = database;
    this.#collecting = collect;
    this.#tables = collect ? this.#open("load_", ROWS_AT_ONCE) : this.#open("", 1);
    this.#later = collect ? this.#tables : this.#open("", ROWS_AT_ONCE);
  }

  /** Whether a rebuild is still adding rows: the tables do not exist yet. */
  get isCollecting(): boolean {
    return this.#collecting;
  }

  add(name: Lookup, row: readonly number[]): void {
    this.#tables[name].add(row);
  }

  /** As `add`, of one row of many: SQL may not see it until `flush`. */
  addLater(name: Lookup, row: readonly number[]): void {
    this.#later[name].add(row);
  }

  flush(): void {
    if (!this.#collecting) for (const name of names()) this.#later[name].flush();
  }

  /** Fills the tables with what was collected. From then on, rows are added one by one. */
  finish(): void {
    if (!this.#collecting) return;
    this.#database.exec(`PRAGMA cache_size = -${SORTER_CACHE}`);
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
    this.#later = this.#open("", ROWS_AT_ONCE);
  }

  #open(prefix: string, rowsAtOnce: number): Record<Lookup, RowBatch> {
    const open = (name: Lookup) => {
      const columns = LOOKUPS[name];
      const table = prefix + name;
      if (prefix !== "") this.#database.exec(`CREATE TEMP TABLE ${table} (${columns.join(", ")})`);
      return new RowBatch(
        this.#database,
        `INSERT OR IGNORE INTO ${table}`,
        columns.length,
        rowsAtOnce,
      );
    };
    return { name: open("name"), tag: open("tag"), task_job: open("task_job"), call: open("call") };
  }
}

function names(): Lookup[] {
  return Object.keys(LOOKUPS) as Lookup[];
}
