import { RedunError } from "../errors.ts";
import { nearest } from "../suggest.ts";
import { parseTagValue } from "../tag/text.ts";
import { File } from "../value/file.ts";
import { plain } from "../value/plain.ts";
import type { Option } from "./options.ts";
import type { TypeShape } from "./type-shape.ts";

/**
 * The value of an option from the words it was given, as its type asks: text for a string, a `File`
 * for the path of one, else what the word would be as a tag's value. A list takes one word an item,
 * or all as one JSON list.
 * @throws RedunError USAGE for a word that is no value of the type
 */
export function optionValue(option: Option, words: readonly string[]): unknown {
  const { shape } = option;
  if (shape.kind !== "list") return parseWord(option, shape, words.at(-1) ?? "");
  const [only = ""] = words;
  const whole = words.length === 1 && shape.item.kind !== "list" ? jsonList(only) : null;
  if (!whole) return words.map((word) => parseWord(option, shape.item, word));
  return whole.map((item) => checkItem(option, shape.item, item));
}

function parseWord(option: Option, shape: TypeShape, word: string): unknown {
  if (shape.kind === "string") return oneOf(option, shape.oneOf, word, word);
  if (shape.kind === "file") return fileOf(option, word);
  const value = parseAny(option, word);
  if (value === null && /\bnull\b/.test(option.parameter.type ?? "") && word !== "") return null;
  switch (shape.kind) {
    case "number":
      if (typeof value !== "number") throw notA("number", option, word);
      return oneOf(option, shape.oneOf, String(value), value);
    case "boolean":
      if (typeof value !== "boolean") throw notA("boolean (true or false)", option, word);
      return value;
    case "bigint":
      if (typeof value === "bigint") return value;
      if (!Number.isSafeInteger(value)) throw notA("whole number", option, word);
      return BigInt(value as number);
    default:
      return value;
  }
}

function parseAny(option: Option, word: string): unknown {
  try {
    return plain(parseTagValue(word));
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    const problem = error.message.replace(/^Invalid tag value: /, "");
    throw usage(`The value of --${option.flag} cannot be read: ${problem}`, error.hint);
  }
}

/** What `word` lists, if it is a JSON list: a plain word may begin with a bracket too. */
function jsonList(word: string): unknown[] | null {
  if (!word.trimStart().startsWith("[")) return null;
  try {
    const value = plain(parseTagValue(word.trimStart()));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function checkItem(option: Option, shape: TypeShape, item: unknown): unknown {
  if (shape.kind === "any") return item;
  if (shape.kind === "bigint" && Number.isSafeInteger(item)) return BigInt(item as number);
  if (shape.kind === "file" && typeof item === "string") return fileOf(option, item);
  if (typeof item === shape.kind) return item;
  throw notA(`list of ${shape.kind}s`, option, JSON.stringify(item));
}

function fileOf(option: Option, path: string): File {
  if (path === "") throw notA("path of a file", option, path);
  return new File(path);
}

function oneOf<T>(option: Option, allowed: string[] | null, word: string, value: T): T {
  if (!allowed || allowed.includes(word)) return value;
  const [near] = nearest(word, allowed, 1);
  throw usage(
    `--${option.flag} must be one of ${allowed.join(", ")}; it was given ${JSON.stringify(word)}.`,
    near && `Did you mean --${option.flag} ${near}?`,
  );
}

function notA(what: string, option: Option, word: string): RedunError {
  return usage(`--${option.flag} must be a ${what}; it was given ${JSON.stringify(word)}.`);
}

function usage(message: string, hint?: string): RedunError {
  return new RedunError("USAGE", message, hint);
}
