/** Values in redun's tables. */
import type { Statements } from "../../index/database.ts";
import { Tagged } from "../../value/value.ts";
import { pickleText } from "./pickle-text.ts";

/** Bytes of a value that are kept; of a larger one its id, type and size are. */
const MAX_DATA = 40_000_000;
/** Values that are remembered: what one job gives, the next ones take. */
const REMEMBERED = 2_000;

interface ValueTuple {
  readonly type: string;
  readonly format: string;
  readonly size: number;
  readonly value: Uint8Array | null;
}

export class ValueTables {
  readonly #statements: Statements;
  readonly #known = new Map<string, Tagged | null>();
  #bytes = 0;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The name of a value's class; undefined for one that is not there. */
  typeOf(hash: string): string | undefined {
    const known = this.#known.get(hash)?.value as { type: string } | undefined;
    if (known) return known.type;
    return this.#statements.get("SELECT type FROM value WHERE value_hash = ?").get(hash)?.type as
      | string
      | undefined;
  }

  /** These values and those within them, by their hashes, as `imported.values` has them. */
  within(hashes: readonly string[]): Record<string, Tagged> {
    const found: Record<string, Tagged> = {};
    const pending = [...hashes];
    for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
      if (Object.hasOwn(found, hash)) continue;
      const value = this.#value(hash);
      if (!value) continue;
      found[hash] = value;
      pending.push(...((value.value as { subvalues?: string[] }).subvalues ?? []));
    }
    return found;
  }

  #value(hash: string): Tagged | null {
    const known = this.#known.get(hash);
    if (known !== undefined) return known;
    const value = this.#read(hash);
    if (this.#known.size >= REMEMBERED || this.#bytes > MAX_DATA) {
      this.#known.clear();
      this.#bytes = 0;
    }
    this.#known.set(hash, value);
    return value;
  }

  #read(hash: string): Tagged | null {
    const row = this.#statements
      .get(
        `SELECT type, format, length(value) AS size, CASE WHEN length(value) <= ${MAX_DATA} THEN value END AS value
         FROM value WHERE value_hash = ?`,
      )
      .get(hash) as unknown as ValueTuple | undefined;
    if (!row) return null;
    const { type, format, size, value } = row;
    const data = value ?? Buffer.alloc(0);
    this.#bytes += data.length;
    const subvalues = this.#column(
      "SELECT value_hash AS x FROM subvalue WHERE parent_value_hash = ? ORDER BY 1",
      hash,
    );
    const path = this.#column("SELECT path AS x FROM file WHERE value_hash = ?", hash)[0];
    const isPickle = format === "application/python-pickle" && type !== "redun.Task";
    const preview = isPickle ? pickleText(data) : null;
    return new Tagged("python", {
      data: Buffer.from(data),
      format,
      ...(path !== undefined && { path }),
      ...(preview !== null && { preview }),
      ...(value === null && size > 0 && { size }),
      ...(subvalues.length > 0 && { subvalues }),
      type,
    });
  }

  #column(sql: string, hash: string): string[] {
    return this.#statements
      .get(sql)
      .all(hash)
      .map(({ x }) => x as string);
  }
}
