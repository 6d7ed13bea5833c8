import { badQuery } from "./problem.ts";

/** A piece of a query. A quoted text is its content. */
export interface Token {
  readonly kind: "word" | "quoted" | "operator" | "mark" | "json" | "end";
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly at: number;
}

const BLANK = /\s*/y;
/** Characters of which a word is made, so that it can stand without quotes. */
const WORD = /[^\s()[\]{},=~<>!"']+/y;
const OPERATOR = /!=|!~|<=|>=|[=~<>]/y;
const MARK = /[()[\],{]/y;
const DOUBLE = /"(?:[^"\\]|\\.)*"/sy;
const SINGLE = /'(?:[^']|'')*'/y;

/** Cuts a query into tokens, one at a time. */
export class Lexer {
  readonly query: string;
  #at = 0;
  #next: Token | null = null;

  constructor(query: string) {
    this.query = query;
  }

  /** The token that comes next, which stays there. */
  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): Token {
    const token = this.peek();
    this.#next = null;
    return token;
  }

  /** As `take`, where a value may stand: a list or a map is one token, `json`. */
  takeValue(): Token {
    const { at, text } = this.peek();
    if (this.query[at] !== "[" && this.query[at] !== "{") return this.take();
    const end = endOfJson(this.query, at);
    if (end === undefined) throw badQuery(this.query, at, `expected a closing ${CLOSING[text]}`);
    this.#at = end;
    this.#next = null;
    return { kind: "json", text: this.query.slice(at, end), at };
  }

  #read(): Token {
    this.#match(BLANK);
    const at = this.#at;
    if (at >= this.query.length) return { kind: "end", text: "", at };
    const word = this.#match(WORD);
    if (word !== undefined) return { kind: "word", text: word, at };
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) return { kind: "operator", text: operator, at };
    const mark = this.#match(MARK);
    if (mark !== undefined) return { kind: "mark", text: mark, at };
    return { kind: "quoted", text: this.#quoted(at), at };
  }

  #quoted(at: number): string {
    const single = this.#match(SINGLE);
    if (single !== undefined) return single.slice(1, -1).replaceAll("''", "'");
    const double = this.#match(DOUBLE);
    if (double !== undefined) {
      try {
        return JSON.parse(double);
      } catch {
        throw badQuery(this.query, at, "expected a text in double quotes as JSON has them");
      }
    }
    const c = this.query[at]!;
    if (c === '"' || c === "'") throw badQuery(this.query, at, `expected a closing ${c}`);
    const hint = c === "!" ? "Write `not` for a negation; put a text with ! in quotes." : undefined;
    throw badQuery(this.query, at, `did not expect ${c}`, hint);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.query)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }
}

/** Whether a text is a word as it stands. */
export function isWord(text: string): boolean {
  WORD.lastIndex = 0;
  return WORD.exec(text)?.[0].length === text.length;
}

const CLOSING: Readonly<Record<string, string>> = { "[": "]", "{": "}" };
const JSON_PART = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;

/** Behind the bracket that closes the one at `at`. */
function endOfJson(text: string, at: number): number | undefined {
  let depth = 0;
  JSON_PART.lastIndex = at;
  for (let part = JSON_PART.exec(text); part; part = JSON_PART.exec(text)) {
    if (part[0] === "[" || part[0] === "{") depth++;
    if (part[0] === "]" || part[0] === "}") depth--;
    if (depth === 0) return JSON_PART.lastIndex;
  }
  return undefined;
}
