import { RedunError } from "../errors.ts";
import { parseTagValue } from "../tag/text.ts";
import { Float, type TagValue } from "../value/value.ts";
import {
  allOf,
  type Condition,
  FIELDS,
  type Field,
  type FieldCondition,
  not,
  type Order,
  STATUSES,
  type TagCondition,
  type ValueTest,
} from "./condition.ts";
import { MAX_GLOB } from "./glob.ts";
import { parseDuration, parseTime } from "./time.ts";

export type Operator = "=" | "!=" | "~" | "!~" | Order;

/** What follows an operator. In quotes it is text, else what `parseTagValue` makes of it. */
export interface Operand {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Says what was expected in place of an operand. */
export type Refuse = (expected: string) => never;

type Key = Pick<TagCondition, "key" | "keyIsGlob">;

/**
 * A condition on a tag. `key!=value` is `key and not key=value`: the entity has the key, and
 * nowhere that value. `!~` likewise.
 */
export function tagCondition(key: Key, op: Operator, operand: Operand, refuse: Refuse): Condition {
  const tag = (test: ValueTest | null): Condition => ({ is: "tag", ...key, test });
  switch (op) {
    case "=":
      return tag({ op, value: typedValue(operand, refuse) });
    case "~":
      return tag({ op, glob: globOf(operand, refuse) });
    case "!=":
      return allOf(tag(null), not(tag({ op: "=", value: typedValue(operand, refuse) })));
    case "!~":
      return allOf(tag(null), not(tag({ op: "~", glob: globOf(operand, refuse) })));
    default:
      return tag(orderTest(op, operand, refuse));
  }
}

/** A condition on a field. `!=` is `not =`: what has no such field passes. */
export function fieldCondition(
  field: Field,
  op: Operator,
  operand: Operand,
  refuse: Refuse,
): Condition {
  if (op === "!=") return not(fieldCondition(field, "=", operand, refuse));
  if (op === "!~") return not(fieldCondition(field, "~", operand, refuse));
  return { is: "field", field, op, operand: checked(field, op, operand, refuse) };
}

function checked(field: Field, op: FieldCondition["op"], operand: Operand, refuse: Refuse): string {
  const { text } = operand;
  if (op === "~") return globOf(operand, refuse);
  switch (FIELDS[field]) {
    case "time":
      return parseTime(text, 0) ? text : refuse("a time (2026-11-22, 2026-11-22T09:30, today, 2w)");
    case "duration":
      return parseDuration(text) === undefined ? refuse("a duration (90s, 30m, 1.5h)") : text;
    case "status": {
      const status = text.toUpperCase();
      return STATUSES.includes(status) ? status : refuse(`a status (${STATUSES.join(", ")})`);
    }
    case "text":
      return text;
  }
}

/** The operators that a field takes. */
export function operatorsOf(field: Field): readonly Operator[] {
  const hasOrder = FIELDS[field] === "time" || FIELDS[field] === "duration";
  return hasOrder ? ["=", "!=", "<", "<=", ">", ">="] : ["=", "!=", "~", "!~"];
}

function orderTest(op: Order, operand: Operand, refuse: Refuse): ValueTest {
  const { text, isQuoted } = operand;
  const value = isQuoted ? text : typedValue(operand, refuse);
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Float) {
    if (!Number.isNaN(value)) return { op, number: value };
  }
  if (parseTime(text, 0)) return { op, time: text };
  return refuse("a number or a time (3, 0.5, 2026-11-22, today, 2w)");
}

function typedValue({ text, isQuoted }: Operand, refuse: Refuse): TagValue {
  if (isQuoted) return text;
  try {
    return parseTagValue(text);
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    return refuse(`JSON (${error.message})`);
  }
}

function globOf({ text }: Operand, refuse: Refuse): string {
  return text.length <= MAX_GLOB ? text : refuse(`a pattern of at most ${MAX_GLOB} characters`);
}
