/** Tags as text: how people type `key=value` and how listings print it, as redun 0.46 does. */
import { RedunError } from "../errors.ts";
import { clip, INVISIBLE, shellWord } from "../value/shown-text.ts";
import type { TagValue } from "../value/value.ts";
import { MAX_INT_DIGITS, parseJson, pythonJson } from "./python-json.ts";
import { pythonFloatOf, pythonInt } from "./python-number.ts";

export type { TagValue } from "../value/value.ts";
export { tagValueOf } from "./value.ts";

/** How many characters of a refused text an error shows. */
const SHOWN = 60;

/**
 * The value that a text stands for. "" is null; what begins with `[`, `{` or `"` is JSON; then an
 * integer (`007`, `1_000`), a float (`1e3`, `nan`), `true`, `false`, `null`; else it is a string.
 * @throws RedunError BAD_TAG for broken JSON and integers of more than 4300 digits
 */
export function parseTagValue(text: string): TagValue {
  if (text === "") return null;
  if (text[0] === "[" || text[0] === "{" || text[0] === '"') return parseJsonValue(text);
  const first = text.charCodeAt(0);
  // No number, true, false or null begins with these letters; most values do.
  if (first >= 0x61 && first <= 0x7a && !"fint".includes(text[0]!)) return text;
  if (hasTooManyDigits(text)) {
    throw new RedunError(
      "BAD_TAG",
      `Invalid tag value: a number of more than ${MAX_INT_DIGITS} digits`,
      `Quote it to make it a string: '"..."'`,
    );
  }
  const number = pythonInt(text) ?? pythonFloatOf(text);
  if (number !== undefined) return number;
  if (text === "true") return true;
  if (text === "false") return false;
  return text === "null" ? null : text;
}

function parseJsonValue(text: string): TagValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    throw new RedunError(
      "BAD_TAG",
      `Invalid tag value: ${error.message}`,
      'A value that begins with [, { or " is read as JSON. For a string that begins so, write it ' +
        `as a JSON string: ${shellWord(pythonJson(clip(text, SHOWN), { compact: false }))}`,
      { cause: error },
    );
  }
}

/**
 * Splits `key=value` at the first `=`; the key is not trimmed. A key that listings quote is read as they
 * print it, `"c=d"=2`. A bare `key` gives an undefined value, or is refused where a value is required.
 * @throws RedunError BAD_TAG for a missing key or value, and as `parseTagValue`
 */
export function parseTagKeyValue(
  text: string,
  options: { readonly valueRequired: boolean },
): { key: string; value: TagValue | undefined } {
  const quoted = quotedKey(text);
  if (quoted?.rest === "" && !options.valueRequired) return { key: quoted.key, value: undefined };
  if (quoted?.rest) return { key: quoted.key, value: parseTagValue(quoted.rest.slice(1)) };
  const at = text.indexOf("=");
  if (text === "" || at === 0) {
    throw new RedunError(
      "BAD_TAG",
      text === "" ? "key must be specified." : `key must be specified: ${shown(text)}`,
      "Write a tag as key=value, for example env=prod.",
    );
  }
  if (at > 0) return { key: text.slice(0, at), value: parseTagValue(text.slice(at + 1)) };
  if (!options.valueRequired) return { key: text, value: undefined };
  throw new RedunError(
    "BAD_TAG",
    `key=value pair expected: ${shown(text)}`,
    `Write ${clip(text, SHOWN)}=value, or ${clip(text, SHOWN)}= for a tag without a value (null).`,
  );
}

/** A key that `formatKey` quotes, and what follows it: nothing, or what begins with `=`. */
function quotedKey(text: string): { key: string; rest: string } | null {
  if (!text.startsWith('"')) return null;
  const written = /^"(?:[^"\\]|\\.)*"(?==|$)/s.exec(text)?.[0];
  if (written === undefined) return null;
  try {
    const key: string = JSON.parse(written);
    return needsQuotes(key) ? { key, rest: text.slice(written.length) } : null;
  } catch {
    // No JSON after all: the quotes are part of the key, as in redun.
    return null;
  }
}

/** Whether a key could not be told from its value, or breaks its line. */
function needsQuotes(key: string): boolean {
  return key.includes("=") || key.startsWith('"') || HIDDEN.test(key);
}

/** Characters that break a line, move the cursor or reverse the text. A tab is shown as it is. */
const HIDDEN = new RegExp(`[\\0-\\x08\\x0a-\\x1f${INVISIBLE}\\ufffe\\uffff\\ud800-\\udfff]`, "u");

/**
 * A value as listings print it, on one line: a string is bare when it has no blank, comma or
 * hidden character and would be read as the same string; all else is JSON, which is ASCII.
 * The result is read back by `parseTagValue` as the same value.
 */
export function formatTagValue(value: TagValue): string {
  if (typeof value === "string" && isBare(value)) return value;
  return pythonJson(value, { compact: false });
}

function isBare(text: string): boolean {
  if (/^[[{"]|[ ,]/.test(text) || HIDDEN.test(text) || hasTooManyDigits(text)) return false;
  return typeof parseTagValue(text) === "string";
}

function hasTooManyDigits(text: string): boolean {
  return text.length > MAX_INT_DIGITS && /[0-9]{4301}/.test(text.replaceAll("_", ""));
}

/** `key=value`; given a length, each of the two is cut to that many characters, with `...`. */
export function formatTag(key: string, value: TagValue, maxLength?: number): string {
  return `${formatKey(key, maxLength)}=${cut(formatTagValue(value), maxLength)}`;
}

/**
 * A key on one line, as `parseTagKeyValue` reads it: as JSON where it has an equals sign or hidden characters,
 * or begins with a quote; cut as `formatTag` cuts it.
 */
export function formatKey(key: string, maxLength?: number): string {
  return cut(needsQuotes(key) ? pythonJson(key, { compact: false }) : key, maxLength);
}

function cut(text: string, maxLength: number | undefined): string {
  return maxLength === undefined ? text : clip(text, maxLength);
}

function shown(text: string): string {
  return `'${pythonJson(clip(text, SHOWN), { compact: false }).slice(1, -1).replaceAll('\\"', '"')}'`;
}
