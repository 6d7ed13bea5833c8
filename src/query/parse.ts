import { allOf, type Condition, type Field, isField, not } from "./condition.ts";
import { KEYWORDS } from "./keywords.ts";
import { Lexer, type Token } from "./lexer.ts";
import { fieldCondition, type Operator, operatorsOf, tagCondition } from "./operand.ts";
import { badQuery } from "./problem.ts";
import { hasWildcard } from "./wildcard.ts";

/** The most characters of a query: people type them, and their scripts generate them. */
const MAX_LENGTH = 1_000_000;
/** Levels of `and`, `or` and `not` that alternate; brackets alone make none. */
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

/** What is read of a query, or of a part in brackets, up to a place. */
interface Level {
  /** Parts between `or`, and of the last of them those between `and`. */
  readonly any: Condition[];
  all: Condition[];
  /** Whether a `not` stands before the brackets. */
  readonly isNegated: boolean;
}

class Parser {
  readonly #lexer: Lexer;

  constructor(query: string) {
    this.#lexer = new Lexer(query);
  }

  /** Not recursive: brackets may be nested deeper than the stack. */
  query(): Condition {
    const above: Level[] = [];
    let level: Level = { any: [], all: [], isNegated: false };
    for (;;) {
      const isNegated = this.#takeNots();
      if (this.#takeMark("(")) {
        above.push(level);
        level = { any: [], all: [], isNegated };
        continue;
      }
      level.all.push(negated(this.#test(), isNegated));
      while (above.length > 0 && this.#takeMark(")")) {
        const inside = condition(level);
        const { isNegated: isNot } = level;
        level = above.pop()!;
        level.all.push(negated(inside, isNot));
      }
      if (this.#takeWord("and")) continue;
      if (this.#takeWord("or")) {
        level.any.push(tree("and", level.all));
        level.all = [];
        continue;
      }
      const next = this.#lexer.peek();
      if (next.kind !== "end" || above.length > 0) {
        const end = above.length > 0 ? "a closing )" : "the end";
        throw this.#expected(`\`and\`, \`or\` or ${end}`, next, QUOTES);
      }
      return this.#flat(condition(level));
    }
  }

  /**
   * The tree that `allOf`, `anyOf` and `not` make of what was read. Flattening each bracket as it
   * closes would copy its parts once more for each bracket around it.
   */
  #flat(condition: Condition, depth = 0): Condition {
    if (depth > MAX_DEPTH) {
      const less = `less nesting: at most ${MAX_DEPTH} levels of \`and\`, \`or\` and \`not\``;
      throw this.#expected(less, this.#lexer.peek());
    }
    if (condition.is === "not") return not(this.#flat(condition.part, depth + 1));
    if (condition.is !== "and" && condition.is !== "or") return condition;
    const { is } = condition;
    const parts: Condition[] = [];
    const left: Condition[] = [condition];
    for (let next = left.pop(); next; next = left.pop()) {
      if (next.is !== is) parts.push(this.#flat(next, depth + 1));
      else for (let at = next.parts.length; at > 0; at--) left.push(next.parts[at - 1]!);
    }
    return { is, parts };
  }

  /** Whether there is an odd number of them. */
  #takeNots(): boolean {
    let isNegated = false;
    while (this.#takeWord("not")) isNegated = !isNegated;
    return isNegated;
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
    const any = tree("or", parts);
    if (!isNegated) return any;
    const none = not(any);
    return "field" in target ? none : allOf({ is: "tag", ...target, test: null }, none);
  }

  #target(token: Token): Target {
    if (token.kind === "quoted") return { key: token.text, keyIsGlob: false };
    if (token.kind !== "word" || KEYWORDS.some((word) => isKeyword(token, word))) {
      throw this.#expected("a tag's key, a field, `not` or (", token);
    }
    if (isField(token.text)) return { field: token.text };
    const key = token.text.startsWith("tag:") ? token.text.slice(4) : token.text;
    if (key === "") throw this.#expected("a key after tag:", token);
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

/** What was read between two brackets, as a tree that is not flat yet. */
function condition({ any, all }: Level): Condition {
  return tree("or", [...any, tree("and", all)]);
}

function tree(is: "and" | "or", parts: readonly Condition[]): Condition {
  return parts.length === 1 ? parts[0]! : { is, parts };
}

function negated(condition: Condition, isNegated: boolean): Condition {
  return isNegated ? not(condition) : condition;
}

const QUOTES = "A value with blanks or one of ()[],=~<>!' in it needs double quotes around it.";

function isKeyword({ kind, text }: Token, word: string): boolean {
  return kind === "word" && text.toLowerCase() === word;
}
