/** The lines and strings of canonical YAML, for its reader. */
import { isLiteral, isPlain, isUnsafe, quote } from "./yaml-scalar.ts";

export const LF = 0x0a;
export const BLANK = 0x20;
export const QUOTE = 0x22;
export const DASH = 0x2d;
export const COLON = 0x3a;

/** Thrown for a text that `writeYaml` would not have written; it may still be valid YAML. */
export class NotCanonical extends Error {
  override readonly name = "NotCanonical";
}

/** A place in a text, and reading from there what does not depend on the structure around it. */
export class YamlCursor {
  protected readonly text: string;
  /** Within a line the next character; between lines the first one that is not a blank. */
  protected at = 0;
  /** The column of `at` while between lines; -1 at the end of the text. */
  protected column = 0;
  /** Whether the string that `quoteEnd` saw last has escapes. */
  protected escaped = false;

  constructor(text: string) {
    this.text = text;
  }

  /** The string between the quote at `at` and the one before `end`, which must need quotes. */
  protected quoted(end: number): string {
    const { text, at } = this;
    let value = text.slice(at + 1, end - 1);
    if (this.escaped) {
      const source = text.slice(at, end);
      value = unescapeJson(source);
      if (quote(value) !== source) throw this.refuse("an escape that is not needed");
    }
    if (isPlain(value)) throw this.refuse("quotes that are not needed");
    return value;
  }

  /** Where the string that opens at `at` ends, after its closing quote. */
  protected quoteEnd(): number {
    const { text } = this;
    this.escaped = false;
    for (let i = this.at + 1; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) return i + 1;
      if (c === 0x5c) {
        this.escaped = true;
        i++;
      } else if (c < BLANK || (c > 0x7e && isUnsafe(c))) break;
    }
    throw this.refuse("a string without an end");
  }

  /** Where a plain key ends: at `: ` or a colon that ends the line, else at the line's end. */
  protected keyEnd(): number {
    const { text } = this;
    for (let i = this.at; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === LF) return i;
      if (c === COLON) {
        const next = text.charCodeAt(i + 1);
        if (next === BLANK || next === LF) return i;
      }
    }
    throw this.refuse("a line without an end");
  }

  /** A literal block whose lines begin in `column`. */
  protected literal(column: number): string {
    const { text } = this;
    let i = this.at + 1;
    const chomp = text.charCodeAt(i);
    if (chomp === DASH || chomp === 0x2b) i++;
    if (text.charCodeAt(i) !== LF) throw this.refuse("not a plain literal block");
    i++;
    const lines: string[] = [];
    while (i < text.length) {
      if (text.charCodeAt(i) === LF) {
        lines.push("");
        i++;
        continue;
      }
      let indent = 0;
      while (indent < column && text.charCodeAt(i + indent) === BLANK) indent++;
      if (indent < column) break;
      const end = text.indexOf("\n", i);
      if (end <= i + column) throw this.refuse("a line of blanks, or without an end");
      lines.push(text.slice(i + column, end));
      i = end + 1;
    }
    const trailing = lines.at(-1) === "";
    if (trailing !== (chomp === 0x2b)) throw this.refuse("not the chomping for this block");
    const value = lines.join("\n") + (chomp === DASH ? "" : "\n");
    if (!isLiteral(value) || (chomp === DASH && lines.length < 2)) {
      throw this.refuse("no literal block is written for this text");
    }
    this.at = i - 1;
    this.nextLine();
    return value;
  }

  /** From the end of a line to the first character of the next, which is never empty. */
  protected nextLine(): void {
    const { text } = this;
    if (text.charCodeAt(this.at) !== LF) throw this.refuse("the end of the line expected");
    const start = this.at + 1;
    let i = start;
    while (text.charCodeAt(i) === BLANK) i++;
    this.at = i;
    this.column = i - start;
    if (i < text.length) return;
    if (i > start) throw this.refuse("blanks at the end");
    this.column = -1;
  }

  protected refuse(what: string): NotCanonical {
    return new NotCanonical(`${what}, at character ${this.at}`);
  }
}

function unescapeJson(source: string): string {
  try {
    return JSON.parse(source);
  } catch {
    throw new NotCanonical("an escape that JSON does not have");
  }
}
