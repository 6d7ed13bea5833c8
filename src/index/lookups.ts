import type { Database, Statement } from "./database.ts";
import { INDEXES, LOOKUPS, type Lookup, lookupTable } from "./schema.ts";

/**
 * Adds rows to the lookup tables: one by one, or, during a rebuild, collected and then filled in
 * sorted. Inserting into the middle of a tree that does not fit into memory is what makes a naive
 * rebuild slow.
 */
export class LookupWriter {
  readonly #database: Database;
  #collecting: boolean;
  #insert: Record<Lookup, Statement>;

  /** With `collect`, the tables must not exist yet; `finish` makes them. */
  constructor(database: Database, { collect }: { collect: boolean }) {
    this.#database = database;
    this.#collecting = collect;
    if (collect) {
      for (const name of tables()) {
        database.exec(`CREATE TEMP TABLE load_${name} (${LOOKUPS[name].join(", ")})`);
      }
    }
    this.#insert = this.#prepare();
  }

  add(name: Lookup, ...row: number[]): void {
    this.#insert[name].run(...row);
  }

  /** Fills the tables with what was collected. From then on, rows are added one by one. */
  finish(): void {
    if (!this.#collecting) return;
    for (const name of tables()) {
      const columns = LOOKUPS[name].join(", ");
      this.#database.exec(`
        ${lookupTable(name)};
        INSERT OR IGNORE INTO main.${name} SELECT ${columns} FROM load_${name} ORDER BY ${columns};
        DROP TABLE load_${name}`);
    }
    this.#database.exec(INDEXES);
    this.#collecting = false;
    this.#insert = this.#prepare();
  }

  #prepare(): Record<Lookup, Statement> {
    const into = this.#collecting ? "load_" : "";
    const statement = (name: Lookup) =>
      this.#database.prepare(
        `INSERT OR IGNORE INTO ${into}${name} VALUES (${LOOKUPS[name].map(() => "?").join(", ")})`,
      );
    return { name: statement("name"), tag: statement("tag"), call: statement("call") };
  }
}

function tables(): Lookup[] {
  return Object.keys(LOOKUPS) as Lookup[];
}
