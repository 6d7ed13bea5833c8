import { RedunError } from "../src/errors.ts";
import { allOf, anyOf, type Condition, type FieldCondition } from "../src/query/condition.ts";
import { parseQuery } from "../src/query/parse.ts";
import { parseTagCondition } from "../src/query/tag-condition.ts";
import { parseTime } from "../src/query/time.ts";
import { hasWildcard } from "../src/query/wildcard.ts";
import type { LogOptions } from "./declarations/log.ts";

/**
 * What `--tag` and `--where` ask of an entity itself.
 * @throws RedunError BAD_TAG, BAD_QUERY
 */
export function entityCondition({ tag = [], where = [] }: LogOptions): Condition {
  return allOf(...tag.map(parseTagCondition), ...where.map(parseQuery));
}

/**
 * What `--exec-tag`, `--since`, `--until` and `--author` ask of the execution that an entity is of.
 * @throws RedunError BAD_TAG, BAD_QUERY, USAGE for what is no time
 */
export function executionCondition({ execTag = [], since, until, author }: LogOptions): Condition {
  return allOf(
    ...execTag.map(parseTagCondition),
    ...(since === undefined ? [] : [started(">=", "--since", since)]),
    ...(until === undefined ? [] : [started("<=", "--until", until)]),
    ...(author === undefined ? [] : [anyOf(...author.map(madeBy))]),
  );
}

function started(op: ">=" | "<=", option: string, operand: string): FieldCondition {
  if (parseTime(operand, 0)) return { is: "field", field: "started", op, operand };
  throw new RedunError(
    "USAGE",
    `${option} is "${operand}", which is not a time.`,
    "Write 2026-11-22, 2026-11-22T09:30, today, yesterday, or how long ago: 2w, 3d, 4h, 30m.",
  );
}

function madeBy(name: string): FieldCondition {
  return { is: "field", field: "user", op: hasWildcard(name) ? "~" : "=", operand: name };
}
