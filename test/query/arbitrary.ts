/** Conditions and entities that often meet, for properties. */

import {
  allOf,
  anyOf,
  type Condition,
  type FieldCondition,
  not,
  type TagCondition,
} from "../../src/query/condition.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { float, type TagValue } from "../../src/value/value.ts";
import fc from "../support/property.ts";

export const KEYS = [
  "env",
  "user",
  "cost",
  "git_commit",
  "git_origin",
  "status",
  "a b",
  "and",
  "x",
];

export const tagValues: fc.Arbitrary<TagValue> = fc.oneof(
  fc.constantFrom(
    "prod",
    "dev",
    "3",
    "",
    "a/b",
    "not",
    "2026-11-22",
    "2026-11-21T09:30:00.5Z",
    "é\n",
  ),
  fc.constantFrom(0, 1, 3, -2, 3.5, float(3), 2n ** 70n, -(2n ** 70n), 1e300, Number.NaN),
  fc.constantFrom<TagValue>(null, true, [1, "a"], { a: [float(1)] }),
);

export const tagPairsOf: fc.Arbitrary<TagPair[]> = fc.array(
  fc.tuple(fc.constantFrom(...KEYS), tagValues),
  { maxLength: 6 },
);

const orders = fc.constantFrom("<", "<=", ">", ">=");
const globs = fc.constantFrom("*", "pro*", "*o*", "?", "3*", "[pd]*", "null", "a*b", "\\*");
const times = fc.constantFrom("2026-11-22", "2026-11-21T09:30", "today", "yesterday", "2w", "1.5h");

const tests: fc.Arbitrary<TagCondition["test"]> = fc.oneof(
  fc.constant(null),
  tagValues.map((value) => ({ op: "=" as const, value })),
  globs.map((glob) => ({ op: "~" as const, glob })),
  fc
    .tuple(orders, fc.constantFrom(0, 3, 3.25, float(3), 2n ** 70n, -1e301))
    .map(([op, number]) => ({ op, number }) as TagCondition["test"]),
  fc.tuple(orders, times).map(([op, time]) => ({ op, time }) as TagCondition["test"]),
);

const tags: fc.Arbitrary<TagCondition> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...KEYS, "git_*", "*"), tests)
    .map(([key, test]) => ({ is: "tag" as const, key, keyIsGlob: /[*?]/.test(key), test })),
  tests.map((test) => ({ is: "tag" as const, key: "git_*", keyIsGlob: false, test })),
);

const fields: fc.Arbitrary<FieldCondition> = fc
  .oneof(
    fc.tuple(fc.constantFrom("started", "ended"), fc.oneof(orders, fc.constant("=")), times),
    fc.tuple(
      fc.constant("duration"),
      fc.oneof(orders, fc.constant("=")),
      fc.constantFrom("20ms", "1.5s", "1h30m"),
    ),
    fc.tuple(fc.constant("status"), fc.constant("="), fc.constantFrom("DONE", "FAILED", "RUNNING")),
    fc.tuple(
      fc.constantFrom("task", "user", "exec", "arg"),
      fc.constantFrom("=", "~"),
      fc.constantFrom("main", "ns.main", "ann", "a*", "--n", "d e", "0", "1*"),
    ),
  )
  .map(([field, op, operand]) => ({ is: "field", field, op, operand }) as FieldCondition);

/** Conditions as the parser makes them: `and` within `and` is one, and so on. */
export const conditions: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: "condition" },
    { arbitrary: tags, weight: 4 },
    { arbitrary: fields, weight: 3 },
    {
      arbitrary: fc
        .array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "condition" })
        .map((parts) => allOf(...parts)),
      weight: 2,
    },
    {
      arbitrary: fc
        .array(tie("node"), { minLength: 1, maxLength: 3, depthIdentifier: "condition" })
        .map((parts) => anyOf(...parts)),
      weight: 2,
    },
    { arbitrary: tie("node").map(not), weight: 1 },
  ),
})).node;
