import { type Tags, tagPairs } from "../tag/set.ts";
import { allOf, type Condition } from "./condition.ts";
import { parseQuery } from "./parse.ts";

/** Which entities a program asks for. */
export interface LogQuery {
  /** A query in the language of `log --where`: `env=prod and cost > 3`. */
  readonly where?: string | undefined;
  /** Tags that must all be present as well. */
  readonly tags?: Tags | undefined;
  /** Return at most this many, newest first. Defaults to all. */
  readonly limit?: number | undefined;
}

/** @throws RedunError BAD_QUERY */
export function logCondition({ where, tags }: LogQuery): Condition {
  const exact = tagPairs(tags).map(
    ([key, value]): Condition => ({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } }),
  );
  return allOf(...(where === undefined ? [] : [parseQuery(where)]), ...exact);
}
