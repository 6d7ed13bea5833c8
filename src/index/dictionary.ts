import { parseJson, pythonJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Statements } from "./database.ts";

/** Words and tags in memory at once; beyond, SQLite's own cache has to do. */
const REMEMBERED = 50_000;

/** A tag whose value is a JSON text, as Python would write it. Equal tags have equal texts. */
export type TagText = readonly [key: string, value: string];

/** The numbers of words and tags, and what they stand for. */
export class Dictionary {
  readonly #statements: Statements;
  readonly #words = new Map<string, number>();
  readonly #pairs = new Map<string, number>();
  readonly #foreign = new Map<string, number>();
  readonly #tags = new Map<number, TagPair>();

  constructor(statements: Statements) {
    this.#statements = statements;
  }

  /** The number of a word, which is added if it is new. */
  word(text: string): number {
    return remember(this.#words, text, () =>
      this.#number("INTO word (text) VALUES (?)", "word WHERE text = ?", text),
    );
  }

  /** The number of a tag, which is added if it is new. */
  pair([key, value]: TagText): number {
    return remember(this.#pairs, `${key}\0${value}`, () =>
      this.#number(
        "INTO pair (key, value) VALUES (?, ?)",
        "pair WHERE key = ? AND value = ?",
        key,
        value,
      ),
    );
  }

  /** The number of an id that has not the form of git's, which is added if it is new. */
  foreignId(id: string): number {
    return remember(this.#foreign, id, () =>
      this.#number("INTO foreign_id (id) VALUES (?)", "foreign_id WHERE id = ?", id),
    );
  }

  /** What is not remembered is usually new: it is added first, and looked up if it was there. */
  #number(into: string, from: string, ...texts: string[]): number {
    const { changes, lastInsertRowid } = this.#statements
      .get(`INSERT OR IGNORE ${into}`)
      .run(...texts);
    if (Number(changes) === 1) return Number(lastInsertRowid);
    return this.#statements.get(`SELECT seq FROM ${from}`).get(...texts)!.seq as number;
  }

  /** The tag that a number stands for. */
  tag(pair: number): TagPair {
    return remember(this.#tags, pair, () => {
      const row = this.#statements.get("SELECT key, value FROM pair WHERE seq = ?").get(pair);
      const { key, value } = row as { key: string; value: string };
      return readTag([key, value]);
    });
  }
}

/** A tag as the index holds it. */
export function tagText([key, value]: TagPair): TagText {
  return [key, pythonJson(value, { compact: true })];
}

/** The tag that a text of `tagText` stands for. */
export function readTag([key, value]: TagText): TagPair {
  return [key, parseJson(value)];
}

/**
 * What a map knows of a key, else what `find` finds, which the map then knows until it has `most`
 * keys.
 */
export function remember<K, V>(known: Map<K, V>, key: K, find: () => V, most = REMEMBERED): V {
  const value = known.get(key);
  if (value !== undefined) return value;
  const found = find();
  if (known.size >= most) known.clear();
  known.set(key, found);
  return found;
}
