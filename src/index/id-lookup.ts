import type { EntityType } from "../record/records.ts";
import type { Statements } from "./database.ts";
import { isHexId } from "./ids.ts";
import {
  foreignKey,
  isRole,
  isWithinKey,
  KINDS,
  keyRange,
  kindOfKey,
  NAMED,
  type Name,
  type Named,
  Namer,
  readKey,
  refOf,
} from "./names.ts";
import { JOBS_PER_EXECUTION } from "./schema.ts";
import { bound, type Sql, sql } from "./sql.ts";

/** What an id is the name of. */
export interface NameHit extends Name {
  readonly type: EntityType;
  readonly named: Named;
  /** The number of the row that `named` says. */
  readonly ref: number;
}

/** A row of `name`. */
interface NameRow extends Name {
  readonly time: number;
  readonly place: number;
  readonly run: number;
}

/** A time after all others. */
const LAST = 2 ** 52;
/** Looks up what ids, and prefixes of ids, stand for. */
export class IdLookup {
  readonly #statements: Statements;
  #secret: { readonly text: string; readonly namer: Namer } | undefined;

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /**
   * Everything whose id begins with `prefix`, one entity after the other, as far as an id's key
   * holds it: its first eleven digits, all of a foreign id. Each comes once, by its own row rather
   * than by jobs that know it.
   */
  *withPrefix(prefix: string): Generator<NameHit> {
    const range = keyRange(prefix);
    if (range) yield* this.#hitsIn(range);
    const { from, to } = textRange(prefix);
    const next = (operator: ">=" | ">", after: string) =>
      this.#statements
        .get(`SELECT seq, id FROM foreign_id WHERE id ${operator} ? AND id < ? ORDER BY id LIMIT 1`)
        .get(after, to) as { seq: number; id: string } | undefined;
    for (let found = next(">=", from); found; found = next(">", found.id)) {
      yield* this.#hitsOf(foreignKey(found.seq, 0));
    }
  }

  /** Everything that has a whole id, or one in the form of git's with the same key and rest. */
  withId(id: string): NameHit[] {
    const name = this.name(id, 0 as Named);
    if (!name) return [];
    const isSame = ({ rest, named }: NameHit) =>
      rest === name.rest || named === NAMED.execution || named === NAMED.job;
    return [...this.#hitsOf(name.key)].filter(isSame);
  }

  /**
   * SQL of the rows that ids refer to: those with one of the whole ids, and those whose ids begin
   * with one of the prefixes, as far as a name's key holds that, or a foreign id does.
   */
  refsOf(named: Named, ids: readonly string[], prefixes: readonly string[]): Sql {
    const names = ids.flatMap((id) => this.name(id, named) ?? []);
    const ranges = [
      ...names.map(({ key, rest }) => [key, key + 1, rest]),
      ...prefixes.flatMap((word) => {
        const range = isWithinKey(word) ? keyRange(word) : undefined;
        return range ? [[range.from, range.to, null]] : [];
      }),
    ];
    const texts = prefixes.map((word) => Object.values(textRange(word)));
    const ref = isRole(named) ? `n.run * ${JOBS_PER_EXECUTION} + n.place` : "n.run";
    const column = (at: number) => `json_extract(t.value, '$[${at}]')`;
    return sql`(SELECT ${ref} FROM json_each(${bound(JSON.stringify(ranges))}) t
        CROSS JOIN name n ON n.key >= ${column(0)} AND n.key < ${column(1)}
          AND n.rest = ifnull(${column(2)}, n.rest) AND ${kindOfKey("n.key")} = ${named}
      UNION ALL SELECT ${ref} FROM json_each(${bound(JSON.stringify(texts))}) t
        CROSS JOIN foreign_id f ON f.id >= ${column(0)} AND f.id < ${column(1)}
        CROSS JOIN name n ON n.key = ${named} - f.seq * ${KINDS})`;
  }

  /** Whether an id is the one that a hit stands for. */
  isNamed({ key, rest, named }: NameHit, id: string): boolean {
    const name = this.name(id, named);
    return name?.key === key && (name.rest === rest || !isRole(named));
  }

  /** The name of an id; undefined for a foreign one that nothing has. */
  name(id: string, named: Named): Name | undefined {
    if (isHexId(id)) return this.namer().name(id, named);
    const row = this.#statements.get("SELECT seq FROM foreign_id WHERE id = ?").get(id);
    return row && { key: foreignKey(row.seq as number, named), rest: 0 };
  }

  /** Another process may have rebuilt the index meanwhile, with another secret. */
  namer(): Namer {
    const row = this.#statements.get("SELECT value FROM meta WHERE key = 'secret'").get();
    const text = row?.value as string;
    if (text !== this.#secret?.text) {
      this.#secret = { text, namer: new Namer(JSON.parse(text)) };
    }
    return this.#secret!.namer;
  }

  #hitsOf(key: number): Generator<NameHit> {
    return this.#hitsIn({ from: key, to: key + KINDS });
  }

  /** What the names with keys from `from` to `to` (not included) stand for. */
  *#hitsIn({ from, to }: { from: number; to: number }): Generator<NameHit> {
    // One row at a time, from name to name: a common value may have millions of rows.
    const next = this.#statements.get(
      `SELECT key, rest, time, place, run FROM name
       WHERE (key, rest, time, place, run) > (?, ?, ?, ?, ?) AND key < ?
       ORDER BY key, rest, time, place, run LIMIT 1`,
    );
    let at: readonly number[] = [from, -1, 0, 0, 0];
    // Names of one id follow each other, apart from others that begin alike.
    let prefix: number | undefined;
    const known = new Set<string>();
    for (;;) {
      const row = next.get(...at, to) as NameRow | undefined;
      if (!row) return;
      const { key, rest, time, place, run } = row;
      const read = readKey(key);
      const { named, type } = read;
      if (read.prefix !== prefix) known.clear();
      prefix = read.prefix;
      // An execution's or job's name has no rest, and each is another one.
      const isRow = named === NAMED.execution || named === NAMED.job;
      at = isRow ? [key, rest, time, place, run] : [key, rest, LAST, 0, 0];
      const entity = `${type} ${rest}`;
      if (!isRow && known.has(entity)) continue;
      known.add(entity);
      yield { type, named, key, rest, ref: refOf(named, row) };
    }
  }
}

/** The texts with a prefix: `from` included, `to` not. SQLite orders them by their UTF-8. */
function textRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: `${prefix}\u{10ffff}` };
}
