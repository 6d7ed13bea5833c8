/**
 * How canonical YAML spells single values. Both the writer and the reader decide by these rules,
 * and docs/format.md publishes them.
 */
import { pythonFloat } from "./python-float.ts";

/** YAML readers look for the colon of a key no further than 1024 characters. */
export const MAX_SIMPLE_KEY = 1000;

/** YAML 1.1 and 1.2 words for null and booleans, in any case. */
const WORDS = new Set(["y", "n", "yes", "no", "on", "off", "true", "false", "null"]);

/** What a printable ASCII character can mean in an unquoted string. */
const FIRST = 1;
const NOT_NUMERIC = 2;
const LOOK = 4;
const REFUSED = 8;

/**
 * First characters are letters, digits and `-./_`; no YAML indicator but `-` is among them.
 * Numbers, sexagesimals, dates and times in any YAML version are made of digits, e and `_,.:+-`.
 */
const MEANING = Uint8Array.from({ length: 128 }, (_, code) => {
  const c = String.fromCharCode(code);
  if (code < 0x20 || code > 0x7e) return REFUSED;
  const first = /[A-Za-z0-9./_-]/.test(c) ? FIRST : 0;
  const numeric = /[0-9_,.:eE+-]/.test(c) ? 0 : NOT_NUMERIC;
  return first | numeric | (/[ :]/.test(c) ? LOOK : 0);
});

const VERSION = /^\d+(?:\.\d+){2,}$/;
const DATE = /^\d{4}-\d\d?-\d/;
const RADIX = /^-?0(?:[xX][0-9a-fA-F_.pP+-]*|[oObB][0-9_]*)$/;
const SPECIAL_FLOAT = /^-?\.(?:inf|nan)$/i;
const ALPHANUMERIC = /[A-Za-z0-9]/;

/**
 * True when a string may stand unquoted: printable ASCII that the readers of format.md, section 7,
 * take for this very string, as a key and as a value.
 */
export function isPlain(text: string): boolean {
  const { length } = text;
  let units = 0;
  let meaning = 0;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    units |= c;
    meaning |= MEANING[c & 0x7f]!;
  }
  if (length === 0 || units > 0x7f || meaning & REFUSED) return false;
  const first = text.charCodeAt(0);
  if (!(MEANING[first]! & FIRST)) return false;
  if (meaning & LOOK && !isSafeInside(text)) return false;
  if (first >= 0x41 && first !== 0x5f) return length > 5 || !WORDS.has(text.toLowerCase());
  return !isOther(text, first, (meaning & NOT_NUMERIC) === 0);
}

/** `: ` ends a key, and ` #` begins a comment. */
function isSafeInside(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last !== 0x20 && last !== 0x3a && !text.includes(": ") && !text.includes(" #");
}

/** Whether some reader might not take a text that begins with a digit or one of `-./_` for a string. */
function isOther(text: string, first: number, numeric: boolean): boolean {
  if (numeric) return !VERSION.test(text);
  // Most often: the id of an object.
  if (first >= 0x30) {
    if (first > 0x39) return first === 0x5f && !ALPHANUMERIC.test(text);
    return (text.charCodeAt(4) === 0x2d && DATE.test(text)) || (first === 0x30 && RADIX.test(text));
  }
  if (first === 0x2f) return !ALPHANUMERIC.test(text);
  // `- ` begins a list item; `---` and `...` separate documents.
  if (first === 0x2d && (text.charCodeAt(1) === 0x20 || text.startsWith("---"))) return true;
  if (first === 0x2e && text.startsWith("...")) return true;
  return RADIX.test(text) || SPECIAL_FLOAT.test(text) || !ALPHANUMERIC.test(text);
}

/**
 * What JSON leaves raw and a YAML reader may refuse, fold or drop: DEL, C1 controls, the no-break
 * space, line and paragraph separator, byte order mark, U+FFFE and U+FFFF.
 */
const UNSAFE = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g;
const UNSAFE_ONE = /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/;

/** A string in double quotes, as JSON and YAML both read it. */
export function quote(text: string): string {
  const json = JSON.stringify(text);
  return UNSAFE_ONE.test(json) ? json.replace(UNSAFE, escapeUnit) : json;
}

/** A UTF-16 unit as JSON and YAML escape it: `\u0085`. */
export function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** True for a character (UTF-16 unit above 0x7e) that is only written as an escape. */
export function isUnsafe(c: number): boolean {
  return (c <= 0xa0 && c >= 0x7f) || c === 0x2028 || c === 0x2029 || c === 0xfeff || c >= 0xfffe;
}

const NOT_LITERAL = /[\0-\x08\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/u;

/**
 * True when a string of several lines reads back the same from a literal block: it begins with
 * neither blank, tab nor newline, its last line is not blank, and nothing in it needs an escape.
 */
export function isLiteral(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === 0x0a || first === 0x20 || first === 0x09) return false;
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x0a) end--;
  let i = end - 1;
  while (i >= 0 && (text.charCodeAt(i) === 0x20 || text.charCodeAt(i) === 0x09)) i--;
  return text.charCodeAt(i) !== 0x0a && !NOT_LITERAL.test(text);
}

/**
 * A float: Python's repr, with the dot that YAML 1.1 wants before an exponent (`1.0e+16`), and
 * YAML's `.nan`, `.inf`, `-.inf`.
 */
export function yamlFloat(n: number): string {
  if (Number.isNaN(n)) return ".nan";
  if (n === Number.POSITIVE_INFINITY) return ".inf";
  if (n === Number.NEGATIVE_INFINITY) return "-.inf";
  const text = pythonFloat(n);
  const e = text.indexOf("e");
  return e < 0 || text.includes(".") ? text : `${text.slice(0, e)}.0${text.slice(e)}`;
}

/** Characters that end the line of a comment, hide in it, or make a YAML reader refuse it. */
const HIDDEN = /[\0-\x1f\x7f-\xa0\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]/gu;

/** A comment's text on one line; it is for people, so its escapes are never undone. */
export function commentText(text: string): string {
  return text.replace(HIDDEN, escapeUnit).trim();
}
