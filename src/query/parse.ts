import { allOf, anyOf, type Condition, type Field, isField, not } from "./condition.ts";
import { hasWildcard } from "./glob.ts";
import { Lexer, type Token } from "./lexer.ts";
import { fieldCondition, type Operator, operatorsOf, tagCondition } from "./operand.ts";
import { badQuery } from "./problem.ts";

/** Queries are typed by people. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 200;

/** What an operator is for. */
type Target = { readonly field: Field } | { readonly key: string; readonly keyIsGlob: boolean };

/**
 * The condition that a query stands for.
 *
 *     any     := all ("or" all)*
 *     all     := one ("and" one)*
 *     one     := "not" one | "(" any ")" | test
 *     test    := key | name operator value | name ["not"] "in" "[" value ("," value)* "]"
 *
 * A name is a field (`status started ended duration task user exec arg`) or the key of a tag:
 * `tag:status`, or a key in quotes, is a tag even if there is a field of that name. `in` is a
 * shorter way to write several `=`. Words of the language may be in upper case.
 * @throws RedunError BAD_QUERY with the place and what was expected there
 */
export function parseQuery(query: string): Condition {
  if (query.length > MAX_LENGTH) {
    throw badQuery(query, 0, `expected at most ${MAX_LENGTH} characters`);
  }
  return new Parser(query).query();
}

class Parser {
  readonly #lexer: Lexer;
  #depth = 0;

  constructor(query: string) {
    this.#lexer = new Lexer(query);
  }

  query(): Condition {
    const condition = this.#any();
    if (this.#lexer.peek().kind === "end") return condition;
    throw this.#expected("`and`, `or` or the end", this.#lexer.peek(), QUOTES);
  }

  #any(): Condition {
    const parts = [this.#all()];
    while (this.#takeWord("or")) parts.push(this.#all());
    return anyOf(...parts);
  }

  #all(): Condition {
    const parts = [this.#one()];
    while (this.#takeWord("and")) parts.push(this.#one());
    return allOf(...parts);
  }

  #one(): Condition {
    if (this.#depth >= MAX_DEPTH) throw this.#expected("less nesting", this.#lexer.peek());
    this.#depth++;
    try {
      if (this.#takeWord("not")) return not(this.#one());
      if (!this.#takeMark("(")) return this.#test();
      const inside = this.#any();
      if (this.#takeMark(")")) return inside;
      throw this.#expected("`and`, `or` or a closing )", this.#lexer.peek(), QUOTES);
    } finally {
      this.#depth--;
    }
  }

  #test(): Condition {
    const name = this.#lexer.take();
    const target = this.#target(name);
    const isNegated = this.#takeWord("not");
    if (isNegated || isKeyword(this.#lexer.peek(), "in")) return this.#list(target, isNegated);
    const token = this.#lexer.peek();
    if (token.kind !== "operator") {
      if (!("field" in target)) return { is: "tag", ...target, test: null };
      const hint = `To ask for a tag of this name, write tag:${name.text}.`;
      throw this.#expected(
        `${operatorsOf(target.field).join(" ")} or in after \`${name.text}\``,
        token,
        hint,
      );
    }
    this.#lexer.take();
    const operator = token.text as Operator;
    if ("field" in target && !operatorsOf(target.field).includes(operator)) {
      const operators = operatorsOf(target.field).join(" ");
      throw this.#expected(`${operators} or in after \`${target.field}\``, token);
    }
    return this.#comparison(target, operator, `after ${operator}`);
  }

  #list(target: Target, isNegated: boolean): Condition {
    if (!this.#takeWord("in")) throw this.#expected("`in`", this.#lexer.peek());
    if (!this.#takeMark("[")) throw this.#expected("a list: in [a, b]", this.#lexer.peek());
    const parts: Condition[] = [];
    do parts.push(this.#comparison(target, "=", "in the list"));
    while (this.#takeMark(","));
    if (!this.#takeMark("]")) throw this.#expected(", or a closing ]", this.#lexer.peek(), QUOTES);
    if (!isNegated) return anyOf(...parts);
    const none = not(anyOf(...parts));
    return "field" in target ? none : allOf({ is: "tag", ...target, test: null }, none);
  }

  #target(token: Token): Target {
    if (token.kind === "quoted") return { key: token.text, keyIsGlob: false };
    if (token.kind !== "word" || KEYWORDS.some((word) => isKeyword(token, word))) {
      throw this.#expected("a tag's key, a field, `not` or (", token);
    }
    if (isField(token.text)) return { field: token.text };
    const key = token.text.startsWith("tag:") ? token.text.slice(4) : token.text;
    if (key === "") throw this.#expected("a key behind tag:", token);
    return { key, keyIsGlob: hasWildcard(key) };
  }

  #comparison(target: Target, operator: Operator, where: string): Condition {
    const token = this.#lexer.takeValue();
    if (token.kind !== "word" && token.kind !== "quoted" && token.kind !== "json") {
      throw this.#expected(`a value ${where}`, token, QUOTES);
    }
    const operand = { text: token.text, isQuoted: token.kind === "quoted" };
    const refuse = (expected: string): never => {
      throw this.#expected(`${expected} ${where}`, token);
    };
    if ("field" in target) return fieldCondition(target.field, operator, operand, refuse);
    return tagCondition(target, operator, operand, refuse);
  }

  #takeWord(word: string): boolean {
    const found = isKeyword(this.#lexer.peek(), word);
    if (found) this.#lexer.take();
    return found;
  }

  #takeMark(mark: string): boolean {
    const { kind, text } = this.#lexer.peek();
    const found = kind === "mark" && text === mark;
    if (found) this.#lexer.take();
    return found;
  }

  #expected(what: string, { kind, at }: Token, hint?: string) {
    const ending = kind === "end" ? ", but it ends here" : "";
    return badQuery(this.#lexer.query, at, `expected ${what}${ending}`, hint);
  }
}

const KEYWORDS = ["and", "or", "not", "in"];
const QUOTES = "A value with blanks or one of ()[],=~<>!' in it needs double quotes around it.";

function isKeyword({ kind, text }: Token, word: string): boolean {
  return kind === "word" && text.toLowerCase() === word;
}

/** Whether a word would be read as part of the language where a key should stand. */
export function isReserved(word: string): boolean {
  return KEYWORDS.includes(word.toLowerCase()) || isField(word) || word.startsWith("tag:");
}
