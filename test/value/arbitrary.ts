import { Fields, float, StoredValue, Tagged, Timestamp } from "../../src/value/value.ts";
import fc from "../support/property.ts";
import { STRINGS } from "./corpus.ts";

const SNIPPETS = [..."ab01 \n\t:#-.,'\"\\{}[]&*!|>%@`~=?_eExX+/", "\u00a0", "\u00e9", "\u2028"];

/** Strings of what YAML has a meaning for, of all Unicode, and of the corpus. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...SNIPPETS), maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef._-:+eTZ"), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom("a", "b ", "  ", "\n", "\t", "#", "- "), maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(...STRINGS),
);

const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.integer({ min: -400, max: 400 }).map((e) => 10 ** e),
  fc.integer().map(float),
);

const scalar = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 2, arbitrary: number },
  fc.constantFrom(null, true, false),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 9 }),
  fc.date({ min: new Date(0), max: new Date(2e12), noInvalidDate: true }).map((date) => {
    return new Timestamp(date.toISOString());
  }),
  text.map((id) => new StoredValue(id)),
  text.map((what) => new Tagged("opaque", what)),
);

const entry = (value: fc.Arbitrary<unknown>) =>
  fc.tuple(fc.oneof(text, fc.constant("__proto__")), value);

function object(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries);
}

/** Values of the whole model. */
export const value: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => {
  const node = tie("node");
  const items = fc.array(node, { maxLength: 4 });
  const entries = fc.uniqueArray(entry(node), { maxLength: 4, selector: ([key]) => key });
  return {
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 3, arbitrary: scalar },
      { weight: 2, arbitrary: items },
      { weight: 3, arbitrary: entries.map(object) },
      entries.map((pairs) => new Fields(pairs)),
      items.map((list) => new Set(list)),
      fc.array(fc.tuple(node, node), { maxLength: 3 }).map((pairs) => new Map(pairs)),
      entries.map((pairs) => new Tagged("file", object(pairs))),
      items.map((list) => new Tagged("some-thing", list)),
    ),
  };
}).node;

/** JSON of Python's kind: what tags hold. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    { weight: 3, arbitrary: fc.oneof(text, number, fc.constantFrom(null, true, false)) },
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 90n }),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.uniqueArray(entry(tie("node")), { maxLength: 4, selector: ([key]) => key }).map(object),
  ),
})).node;
