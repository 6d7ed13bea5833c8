import { pythonJson } from "../tag/python-json.ts";
import { parseTagValue } from "../tag/text.ts";
import type { TagValue } from "../value/value.ts";
import type { Condition, TagCondition } from "./condition.ts";
import { isReserved } from "./keywords.ts";
import { isWord } from "./lexer.ts";
import { hasWildcard } from "./wildcard.ts";

/** A condition as `parseQuery` reads it, on one line; one on the code is for people only. */
export function printQuery(condition: Condition): string {
  switch (condition.is) {
    case "and":
      return condition.parts.map((part) => nested(part, ["or"])).join(" and ");
    case "or":
      return condition.parts.map((part) => nested(part, [])).join(" or ");
    case "not":
      return `not ${nested(condition.part, ["or", "and"])}`;
    case "tag":
      return printTag(condition);
    case "field":
      return `${condition.field} ${condition.op} ${word(condition.operand)}`;
    case "code":
      return `commit ${word(condition.revision)}`;
  }
}

/** Conditions of these kinds get brackets: they bind less than what is around them. */
function nested(part: Condition, looser: readonly string[]): string {
  const text = printQuery(part);
  return looser.includes(part.is) ? `(${text})` : text;
}

function printTag({ key, keyIsGlob, test }: TagCondition): string {
  const isPlain = isWord(key) && keyIsGlob === hasWildcard(key);
  const name = !isPlain ? JSON.stringify(key) : isReserved(key) ? `tag:${key}` : key;
  if (test === null) return name;
  if (test.op === "=") return `${name} = ${printValue(test.value)}`;
  if (test.op === "~") return `${name} ~ ${word(test.glob)}`;
  return `${name} ${test.op} ${"time" in test ? word(test.time) : printValue(test.number)}`;
}

function printValue(value: TagValue): string {
  if (typeof value !== "string") return pythonJson(value, { compact: false });
  return isWord(value) && parseTagValue(value) === value ? value : JSON.stringify(value);
}

function word(text: string): string {
  return isWord(text) ? text : JSON.stringify(text);
}
