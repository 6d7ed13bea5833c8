/** JSON as Python's `json` module writes and reads it: tag hashes and tag texts are made of it. */
import { RedunError } from "../errors.ts";
import { sortedKeys } from "../value/code-points.ts";
import { pythonFloat } from "../value/python-float.ts";
import { Float, float, integer, isInt, setOwn, type TagValue } from "../value/value.ts";
import { escapeUnit } from "../value/yaml-scalar.ts";

export { pythonFloat };

/** JSON nested deeper than this is refused; Python gives up at about twice that. */
export const MAX_JSON_DEPTH = 500;
/** As Python 3.11 does, so that a hostile text cannot keep the machine busy. */
export const MAX_INT_DIGITS = 4300;

/**
 * What Python's `json.dumps(value, sort_keys=True)` gives; `compact` stands for
 * `separators=(",", ":")`. Text is ASCII, with everything else as `\uXXXX`.
 */
export function pythonJson(value: TagValue, options: { readonly compact: boolean }): string {
  return options.compact ? dump(value, ",", ":") : dump(value, ", ", ": ");
}

function dump(value: TagValue, comma: string, colon: string): string {
  switch (typeof value) {
    case "string":
      return asciiString(value);
    case "number":
      return isInt(value) ? String(value) : pythonFloat(value);
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof Float) return pythonFloat(value.value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => dump(item, comma, colon)).join(comma)}]`;
  }
  const map = value as Readonly<Record<string, TagValue>>;
  const pairs = sortedKeys(map).map(
    (key) => asciiString(key) + colon + dump(map[key]!, comma, colon),
  );
  return `{${pairs.join(comma)}}`;
}

function asciiString(text: string): string {
  const json = JSON.stringify(text);
  return /[\x7f-\uffff]/.test(json) ? json.replace(/[\x7f-\uffff]/g, escapeUnit) : json;
}

/**
 * Reads JSON as Python's `json.loads` does: 1 and 1.0 stay apart (`Float`), integers keep all
 * their digits (bigint), NaN, Infinity and -Infinity are taken, the last of a repeated key wins.
 * @throws RedunError BAD_TAG in Python's words: `Expecting value: line 1 column 2 (char 1)`
 */
export function parseJson(text: string): TagValue {
  return new JsonReader(text).document();
}

const NUMBER = /(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const BLANK = /[ \t\n\r]*/y;
const PLAIN_TEXT = /[^"\\\0-\x1f]*/y;
const HEX = /[0-9a-fA-F]{4}/y;
const WORDS: readonly (readonly [string, TagValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class JsonReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): TagValue {
    if (this.text.startsWith("\ufeff")) {
      throw this.error("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0);
    }
    this.blank();
    const value = this.value();
    this.blank();
    if (this.at < this.text.length) throw this.error("Extra data", this.at);
    return value;
  }

  private value(): TagValue {
    const c = this.text[this.at];
    if (c === '"') return this.string();
    if (c === "{" || c === "[") {
      if (this.depth++ >= MAX_JSON_DEPTH) {
        throw this.error(`Nested more than ${MAX_JSON_DEPTH} deep`, this.at);
      }
      const value = c === "{" ? this.object() : this.array();
      this.depth--;
      return value;
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private number(): TagValue {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.error("Expecting value", this.at);
    const [all, int, fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined) {
      if (int!.length > MAX_INT_DIGITS) {
        throw this.error(`An integer of more than ${MAX_INT_DIGITS} digits`, this.at);
      }
      this.at += all.length;
      return integer(int!);
    }
    this.at += all.length;
    return float(Number(all));
  }

  private array(): TagValue {
    const items: TagValue[] = [];
    this.at++;
    this.blank();
    if (this.take("]")) return items;
    for (;;) {
      items.push(this.value());
      this.blank();
      if (this.take("]")) return items;
      if (!this.take(",")) throw this.error("Expecting ',' delimiter", this.at);
      this.blank();
    }
  }

  private object(): TagValue {
    const map: Record<string, TagValue> = {};
    this.at++;
    this.blank();
    if (this.take("}")) return map;
    for (;;) {
      if (this.text[this.at] !== '"') {
        throw this.error("Expecting property name enclosed in double quotes", this.at);
      }
      const key = this.string();
      this.blank();
      if (!this.take(":")) throw this.error("Expecting ':' delimiter", this.at);
      this.blank();
      setOwn(map, key, this.value());
      this.blank();
      if (this.take("}")) return map;
      if (!this.take(",")) throw this.error("Expecting ',' delimiter", this.at);
      this.blank();
    }
  }

  private string(): string {
    const begin = this.at++;
    let text = "";
    for (;;) {
      PLAIN_TEXT.lastIndex = this.at;
      const run = PLAIN_TEXT.exec(this.text)![0];
      text += run;
      this.at += run.length;
      const c = this.text[this.at];
      if (c === undefined) throw this.error("Unterminated string starting at", begin);
      if (c !== '"' && c !== "\\") throw this.error("Invalid control character at", this.at);
      this.at++;
      if (c === '"') return text;
      text += this.escape(begin);
    }
  }

  /** Surrogate pairs need no joining: two escaped units make one character by themselves. */
  private escape(begin: number): string {
    const c = this.text[this.at++];
    if (c === undefined) throw this.error("Unterminated string starting at", begin);
    if (c !== "u") {
      const unit = Object.hasOwn(ESCAPES, c) ? ESCAPES[c] : undefined;
      if (unit === undefined) throw this.error("Invalid \\escape", this.at - 2);
      return unit;
    }
    HEX.lastIndex = this.at;
    const hex = HEX.exec(this.text);
    if (hex === null) throw this.error("Invalid \\uXXXX escape", this.at - 1);
    this.at += 4;
    return String.fromCharCode(Number.parseInt(hex[0], 16));
  }

  private blank(): void {
    BLANK.lastIndex = this.at;
    BLANK.exec(this.text);
    this.at = BLANK.lastIndex;
  }

  private take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  /** Python counts characters, not UTF-16 units. */
  private error(message: string, at: number): RedunError {
    const before = this.text.slice(0, at);
    const line = before.split("\n").length;
    const column = [...before.slice(before.lastIndexOf("\n") + 1)].length + 1;
    const place = `line ${line} column ${column} (char ${[...before].length})`;
    return new RedunError("BAD_TAG", `${message}: ${place}`);
  }
}
