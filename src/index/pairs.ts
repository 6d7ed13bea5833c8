import type { TagCondition } from "../query/condition.ts";
import { globMatcher } from "../query/glob.ts";
import { tagMatcher } from "../query/matcher.ts";
import { parseJson, pythonJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Statements } from "./database.ts";
import { type Dictionary, remember } from "./dictionary.ts";
import { unpackNumbers } from "./ids.ts";

/** So many tags are looked at before a query begins. */
const FEW = 64;
/** After so many single look-ups of tags it is faster to read all of a key. */
const PATIENCE = 2000;

/** More verdicts than there are tags. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Finds out which of the index's tags, by number, meet a condition. */
export class Pairs {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #now: number;

  constructor(statements: Statements, dictionary: Dictionary, now: number) {
    this.#statements = statements;
    this.#dictionary = dictionary;
    this.#now = now;
  }

  /** The numbers of all tags that meet it; undefined where there are too many to look at. */
  few(condition: TagCondition): number[] | undefined {
    const { key, keyIsGlob, test } = condition;
    if (!keyIsGlob && test?.op === "=") {
      return this.#numbers("key = ? AND value = ?", key, pythonJson(test.value, { compact: true }));
    }
    const rows: number[] = [];
    for (const name of keyIsGlob ? this.#keys(key) : [key]) {
      rows.push(...this.#numbers("key = ?", name));
      if (rows.length > FEW) return undefined;
    }
    const passes = tagMatcher(condition, this.#now);
    return rows.filter((pair) => passes(this.#dictionary.tag(pair)));
  }

  /** A test of a row's packed tags, for tags of which there are many. */
  tester(condition: TagCondition): (packed: unknown) => boolean {
    const passes = tagMatcher(condition, this.#now);
    const verdicts = new Map<number, boolean>();
    let all: ReadonlySet<number> | undefined;
    const isOne = (pair: number): boolean => {
      if (all) return all.has(pair);
      let verdict = verdicts.get(pair);
      if (verdict === undefined) {
        if (verdicts.size >= PATIENCE && !condition.keyIsGlob) {
          all = this.#all(condition);
          return all.has(pair);
        }
        verdict = passes(this.#dictionary.tag(pair));
        verdicts.set(pair, verdict);
      }
      return verdict;
    };
    return (packed) => unpackNumbers(packed as Uint8Array | null).some(isOne);
  }

  /** A test of a row's packed tags by any of many conditions. */
  anyTester(conditions: readonly TagCondition[]): (packed: unknown) => boolean {
    const verdicts = new Map<number, boolean>();
    const others: TagCondition[] = [];
    for (const condition of conditions) {
      const pairs = this.few(condition);
      if (pairs) for (const pair of pairs) verdicts.set(pair, true);
      else others.push(condition);
    }
    const tests = others.map((condition) => tagMatcher(condition, this.#now));
    const isOne = (pair: number) =>
      remember(
        verdicts,
        pair,
        () => tests.some((passes) => passes(this.#dictionary.tag(pair))),
        MOST,
      );
    return (packed) => unpackNumbers(packed as Uint8Array | null).some(isOne);
  }

  /** The tags of a row. */
  tagsOf(packed: unknown): TagPair[] {
    return unpackNumbers(packed as Uint8Array | null).map((pair) => this.#dictionary.tag(pair));
  }

  #all(condition: TagCondition): ReadonlySet<number> {
    const { key } = condition;
    const passes = tagMatcher(condition, this.#now);
    const rows = this.#statements.get("SELECT seq, value FROM pair WHERE key = ?").all(key);
    const found = rows.filter(({ value }) => passes([key, parseJson(value as string)]));
    return new Set(found.map(({ seq }) => seq as number));
  }

  #keys(glob: string): string[] {
    const matches = globMatcher(glob);
    return this.#statements
      .get("SELECT DISTINCT key FROM key_count")
      .all()
      .flatMap(({ key }) => (matches(key as string) ? [key as string] : []));
  }

  #numbers(where: string, ...values: string[]): number[] {
    return this.#statements
      .get(`SELECT seq FROM pair WHERE ${where} LIMIT ${FEW + 1}`)
      .all(...values)
      .map(({ seq }) => seq as number);
  }
}
