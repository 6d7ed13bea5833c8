/**
 * Text as SQLite is given it. One of its bindings cuts text at U+0000, and both make U+FFFD of half a
 * surrogate pair, which JavaScript's strings and JSON may hold. These characters, and the two that mark
 * them, are written as two that survive. The order by code points stays, and so do beginnings: what a
 * text begins with, what is stored of it begins with what is stored of that.
 */
import type { Database, Statement } from "./sqlite-types.ts";

const MAY_NEED = /[\0\x01\ud7ff-\udfff]/;
/** With the flag `u` only halves of pairs are surrogates. */
const NEEDS = /[\0\x01\ud7ff-\udfff]/gu;
const MAY_HAVE = /[\x01\ud7ff]/;
const HAS = /[\x01\ud7ff](.)/gs;

/** What comes after U+D7FF for the first half of a pair, U+D800; the others follow. */
const FIRST_HALF = 0x100;

/** A text in the form in which it is stored. */
export function storeText(text: string): string {
  return MAY_NEED.test(text) ? text.replace(NEEDS, escaped) : text;
}

/** The text that a stored one stands for. */
export function loadText(stored: string): string {
  return MAY_HAVE.test(stored) ? stored.replace(HAS, unescaped) : stored;
}

function escaped(character: string): string {
  const c = character.charCodeAt(0);
  if (c <= 1) return `\x01${String.fromCharCode(c + 1)}`;
  return c === 0xd7ff ? "\ud7ff\x01" : `\ud7ff${String.fromCharCode(FIRST_HALF + c - 0xd800)}`;
}

function unescaped(pair: string, second: string): string {
  const c = second.charCodeAt(0);
  if (pair.startsWith("\x01")) return String.fromCharCode(c - 1);
  return c === 1 ? "\ud7ff" : String.fromCharCode(c - FIRST_HALF + 0xd800);
}

type Method = (...values: unknown[]) => unknown;

/** Makes every text that goes into a database or comes out of it pass through the two above. */
export function keepTexts(database: Database): void {
  const prepare = database.prepare.bind(database);
  const define = database.function.bind(database) as Method;
  override(database, {
    prepare: (sql) => keepTextsOf(prepare(sql as string)),
    function: (name, ...rest) => {
      const body = rest.pop() as Method;
      const kept = (...values: unknown[]) => stored(body(...values.map(loaded)));
      // SQLite takes the number of arguments from here.
      Object.defineProperty(kept, "length", { value: body.length });
      return define(name, ...rest, kept);
    },
  });
}

function keepTextsOf(statement: Statement): Statement {
  const method = (name: "run" | "get" | "all") => statement[name].bind(statement) as Method;
  const [run, get, all] = [method("run"), method("get"), method("all")];
  return override(statement, {
    run: (...values) => run(...storeAll(values)),
    get: (...values) => loadedRow(get(...storeAll(values))),
    all: (...values) => (all(...storeAll(values)) as unknown[]).map(loadedRow),
  });
}

/** The methods of SQLite's own objects cannot be assigned to. */
function override<T extends object>(object: T, methods: Record<string, Method>): T {
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(object, name, { value, configurable: true });
  }
  return object;
}

/** In place: it is the list of what a call was given, and many hundred numbers are in some. */
function storeAll(values: unknown[]): unknown[] {
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (typeof value === "string") values[at] = storeText(value);
  }
  return values;
}

function stored(value: unknown): unknown {
  return typeof value === "string" ? storeText(value) : value;
}

function loaded(value: unknown): unknown {
  return typeof value === "string" ? loadText(value) : value;
}

/** A row is an object or a list, as its statement was told. */
function loadedRow(row: unknown): unknown {
  const columns = row as Record<string, unknown> | undefined;
  for (const name in columns) {
    const value = columns[name];
    if (typeof value === "string" && MAY_HAVE.test(value)) columns[name] = loadText(value);
  }
  return row;
}
