import { RedunError } from "../errors.ts";
import { nearest } from "../suggest.ts";
import { parseTagValue } from "../tag/text.ts";
import { plain } from "../value/plain.ts";
import type { Option } from "./options.ts";
import { allowsNull } from "./read-type.ts";
import type { TypeShape } from "./type-shape.ts";
import { Mismatch, typedValue } from "./typed-value.ts";

/**
 * The value of an option from the words it was given, as its type asks: text for a string, a `File`
 * for the path of one, else what the word would be as a tag's value. A list takes one word an item,
 * or all as one JSON list.
 * @throws RedunError USAGE for a word that is not a value of the type
 */
export function optionValue(option: Option, words: readonly string[]): unknown {
  const { shape } = option;
  if (words.length === 1 && isNullWord(option, words[0]!)) return null;
  if (shape.kind !== "list") return parseWord(option, shape, words.at(-1) ?? "");
  const whole = words.length === 1 ? jsonList(words[0]!) : null;
  if (!whole) return words.map((word) => parseWord(option, shape.item, word));
  // One word of a list of lists may be one of them, or all.
  const isItem = ["list", "tuple", "set"].includes(shape.item.kind);
  if (isItem && fits(shape.item, whole)) return [typedValue(shape.item, whole)];
  return typed(option, shape, whole, words[0]!);
}

function parseWord(option: Option, shape: TypeShape, word: string): unknown {
  if (shape.kind === "string") return oneOf(option, shape.oneOf, word);
  if (isPath(shape) || shape.kind === "date") return typed(option, shape, word, word);
  const value = parseAny(option, word);
  if (value === Infinity || value === -Infinity) assertFinite(option, word);
  // What is nothing else is a text, where texts are taken too.
  const isText = shape.kind === "union" && !fits(shape, value) && fits(shape, word);
  if (shape.kind === "number" && typeof value === "number")
    oneOf(option, shape.oneOf, String(value));
  return typed(option, shape, isText ? word : value, word);
}

/** A text or a path may be called that as well. */
function isNullWord({ shape, parameter }: Option, word: string): boolean {
  const isName = shape.kind === "string" || isPath(shape);
  return word.trim() === "null" && !isName && allowsNull(parameter.type);
}

function isPath({ kind }: TypeShape): boolean {
  return kind === "file" || kind === "dir" || kind === "fileset";
}

function assertFinite({ flag }: Option, word: string): void {
  if (!/\d/.test(word)) return;
  throw usage(
    `--${flag} was given ${JSON.stringify(word)}, which is larger than any number.`,
    `The largest is ${Number.MAX_VALUE}; Infinity may be given by its name.`,
  );
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

function fits(shape: TypeShape, value: unknown): boolean {
  try {
    typedValue(shape, value);
    return true;
  } catch (error) {
    if (error instanceof Mismatch) return false;
    throw error;
  }
}

function typed(option: Option, shape: TypeShape, value: unknown, word: string): unknown {
  try {
    return typedValue(shape, value);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const expected = expectation(option, shape);
    const message = `--${option.flag} must be ${expected}; it was given ${JSON.stringify(word)}.`;
    throw usage(message, tooLarge(error.value));
  }
}

function expectation({ parameter }: Option, shape: TypeShape): string {
  const noun = NOUNS[shape.kind];
  if (noun) return `a ${noun}`;
  if (shape.kind === "list" && NOUNS[shape.item.kind]) return `a list of ${shape.item.kind}s`;
  return `of the type ${parameter.type ?? shape.kind}`;
}

const NOUNS: Partial<Record<TypeShape["kind"], string>> = {
  string: "text",
  number: "number",
  boolean: "boolean (true or false)",
  bigint: "whole number",
  file: "path of a file",
  dir: "path of a directory",
  fileset: "pattern of files",
  date: "date (2026-11-22, or 2026-11-22T09:43:43Z)",
};

/** JavaScript's numbers are exact as far as 2^53; what is beyond was read as a bigint. */
function tooLarge(value: unknown): string | undefined {
  const large = largeIn(value);
  return large === undefined
    ? undefined
    : `A number is exact up to ${Number.MAX_SAFE_INTEGER}; a parameter of the type bigint takes ${large}.`;
}

function largeIn(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const item of Object.values(value)) {
    const large = largeIn(item);
    if (large !== undefined) return large;
  }
  return undefined;
}

function oneOf(option: Option, allowed: readonly string[] | null, word: string): string {
  if (!allowed || allowed.includes(word)) return word;
  const [near] = nearest(word, allowed, 1);
  throw usage(
    `--${option.flag} must be one of ${allowed.map(quoted).join(", ")}; it was given ${JSON.stringify(word)}.`,
    near && `Did you mean --${option.flag} ${quoted(near)}?`,
  );
}

/** A word with blanks, quotes or control characters is shown as JSON has it. */
function quoted(word: string): string {
  return /^[^\s"'\\\p{C}]+$/u.test(word) ? word : JSON.stringify(word);
}

function usage(message: string, hint?: string): RedunError {
  return new RedunError("USAGE", message, hint);
}
