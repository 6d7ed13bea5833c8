import { parseTagKeyValue } from "../tag/text.ts";
import type { Condition } from "./condition.ts";
import { type Operator, tagCondition } from "./operand.ts";
import { badQuery } from "./problem.ts";
import { hasWildcard } from "./wildcard.ts";

/** A quoted or bare key, then the first operator in the text, then all the rest. */
const PARTS = /^("(?:[^"\\]|\\.)*"(?=\s*(?:$|[=~<>]|![=~]))|.*?)(?:(!=|!~|<=|>=|[=~<>])(.*))?$/s;

/**
 * The condition that the text of one `--tag` stands for.
 *
 * `key` is any value of that key, `key=value` exactly that tag, as redun reads it. `key!=value`,
 * `key~glob`, `key!~glob`, `key>3`, `>=`, `<` and `<=` may have blanks around the operator. The
 * first operator in the text counts: `note=a>b` is the tag `note` with the value `a>b`. A key with
 * `*` or `?` stands for every key that it matches; a key in double quotes (a JSON string) for
 * itself, whatever is in it.
 * @throws RedunError BAD_TAG for a missing key or a broken value, BAD_QUERY for an operand that
 *   does not fit its operator
 */
export function parseTagCondition(text: string): Condition {
  const [, before = "", operator, behind = ""] = PARTS.exec(text) ?? [];
  // Blanks belong to redun's keys, but around any operator that is not redun's they are layout.
  const isRedun = operator === undefined || operator === "=";
  if ((isRedun ? before : before.trim()) === "") parseTagKeyValue("", { valueRequired: false });
  if (operator === undefined) return { is: "tag", ...keyOf(before), test: null };
  if (operator === "=") {
    const { value } = parseTagKeyValue(`k=${behind}`, { valueRequired: true });
    return { is: "tag", ...keyOf(before), test: { op: "=", value: value! } };
  }
  const operand = { text: behind.trim(), isQuoted: false };
  const refuse = (expected: string): never => {
    const at = text.length - behind.trimStart().length;
    throw badQuery(text, at, `expected ${expected} after ${operator}`);
  };
  return tagCondition(keyOf(before.trim()), operator as Operator, operand, refuse);
}

function keyOf(text: string): { key: string; keyIsGlob: boolean } {
  const quoted = text.trim();
  if (/^"(?:[^"\\]|\\.)*"$/s.test(quoted)) {
    try {
      return { key: JSON.parse(quoted), keyIsGlob: false };
    } catch {
      // Not JSON after all: the quotes are part of the key.
    }
  }
  return { key: text, keyIsGlob: hasWildcard(text) };
}
