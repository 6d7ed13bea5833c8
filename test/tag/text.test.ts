import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { parseJson, pythonJson } from "../../src/tag/python-json.ts";
import {
  formatKey,
  formatTag,
  formatTagValue,
  parseTagKeyValue,
  parseTagValue,
  type TagValue,
} from "../../src/tag/text.ts";
import { Float } from "../../src/value/value.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { json, text } from "../value/arbitrary.ts";
import { python } from "../value/python.ts";

const test = suite("tag text");

interface Vector {
  readonly input?: string;
  readonly key?: string;
  readonly value?: TagValue;
  readonly stored_json?: string;
  readonly display?: string;
  readonly log_display?: string;
  readonly error?: string;
  readonly value_required?: boolean;
  readonly max_length?: number;
}

interface Vectors {
  readonly parse_tag_value: readonly Vector[];
  readonly parse_tag_key_value: readonly Vector[];
  readonly format_tag_key_value: readonly Vector[];
}

// Read with our own JSON reader, which keeps 1000.0 apart from 1000.
const file = readFileSync(new URL("tags.vectors.json", import.meta.url), "utf8");
const vectors = parseJson(file) as unknown as Vectors;

const compact = (value: TagValue) => pythonJson(value, { compact: true });

function isBadTag(message: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof RedunError &&
    error.code === "BAD_TAG" &&
    error.message.includes(message) &&
    error.hint !== undefined;
}

for (const { input, stored_json, display, log_display, error } of vectors.parse_tag_value) {
  test(`redun reads and prints ${JSON.stringify(input)}`, () => {
    if (error !== undefined) {
      assert.throws(() => parseTagValue(input!), isBadTag(error));
      return;
    }
    const value = parseTagValue(input!);
    assert.is(compact(value), stored_json);
    assert.is(formatTagValue(value), display);
    assert.is(formatTag("k", value), log_display);
  });
}

for (const { input, key, value, value_required, error } of vectors.parse_tag_key_value) {
  test(`redun reads the pair ${JSON.stringify(input)}`, () => {
    const options = { valueRequired: value_required! };
    if (error !== undefined) {
      assert.throws(() => parseTagKeyValue(input!, options), isBadTag(error));
    } else {
      assert.equal(parseTagKeyValue(input!, options), { key, value });
    }
  });
}

for (const { key, value, max_length, display } of vectors.format_tag_key_value) {
  test(`redun prints the pair ${key}=${JSON.stringify(value)}`, () => {
    // redun dies on this one; we print it as JSON.
    const expected = display ?? 'br="[x"';
    assert.is(formatTag(key!, value!, max_length), expected);
  });
}

const QUOTED = [
  ["c=d", '"c=d"=2'],
  ['"c', '"\\"c"=2'],
  ['"c=d"', '"\\"c=d\\""=2'],
  ["a\nb", '"a\\nb"=2'],
  ["=", '"="=2'],
] as const;
for (const [key, text] of QUOTED) {
  test(`the key ${JSON.stringify(key)} is printed in quotes, and read back`, () => {
    assert.is(formatTag(key, 2), text);
    assert.equal(parseTagKeyValue(text, { valueRequired: true }), { key, value: 2 });
    const bare = { key, value: undefined };
    assert.equal(parseTagKeyValue(formatKey(key), { valueRequired: false }), bare);
  });
}

test("quotes around a key that needs none are its own, as in redun", () => {
  const read = (text: string) => parseTagKeyValue(text, { valueRequired: true });
  assert.equal(read('"c"=2'), { key: '"c"', value: 2 });
  assert.equal(read('"c=d=2'), { key: '"c', value: "d=2" });
});

test("a bare key is allowed where no value is required", () => {
  assert.equal(parseTagKeyValue("a", { valueRequired: false }), { key: "a", value: undefined });
});

test("what would break a line or a terminal is printed as JSON", () => {
  assert.is(formatTagValue("a\nb"), '"a\\nb"');
  assert.is(formatTagValue("\x1b[31m"), '"\\u001b[31m"');
  assert.is(formatTagValue("a\u202eb"), '"a\\u202eb"');
  assert.is(formatTagValue("{x"), '"{x"');
  assert.is(formatTagValue('"x'), '"\\"x"');
  assert.is(formatTag("a\nb", 1), '"a\\nb"=1');
});

test("characters are not cut in halves", () => {
  const smiles = "\u{1f600}".repeat(60);
  assert.is(formatTag("k", smiles, 50), `k=${"\u{1f600}".repeat(47)}...`);
  assert.is(formatTag("k", "\u{1f600}".repeat(50), 50), `k=${"\u{1f600}".repeat(50)}`);
});

test("errors show hidden characters and offer a way out", () => {
  assert.throws(
    () => parseTagKeyValue("a\x1b", { valueRequired: true }),
    /pair expected: 'a\\u001b'/,
  );
  try {
    parseTagValue("[x");
  } catch (error) {
    assert.match((error as RedunError).hint!, `'"[x"'`);
  }
  assert.throws(() => parseTagValue("9".repeat(5000)), isBadTag("more than 4300 digits"));
  assert.is(formatTagValue("9".repeat(5000)), `"${"9".repeat(5000)}"`);
});

test("every value is read back as it was printed", () => {
  const values = [
    ...(fc.sample(json, { numRuns: repeats(3000), seed: 3 }) as TagValue[]),
    ...fc.sample(text, { numRuns: repeats(3000), seed: 4 }),
    ...[Number.NaN, Number.POSITIVE_INFINITY, new Float(5), 2n ** 70n, -0, "", "nan", "\u0663"],
  ];
  for (const value of values) {
    const printed = formatTagValue(value);
    assert.is(compact(parseTagValue(printed)), compact(value), printed);
    assert.not(printed.includes("\n"));
  }
});

const PARSE = `
def answer(value):
    try:
        return ["int", str(int(value))]
    except ValueError:
        pass
    try:
        return ["float", json.dumps(float(value))]
    except ValueError:
        return ["str", value]
`;

test("numbers are what Python's int() and float() take", () => {
  const units = [
    ..."0123456789__..++--eE",
    "nan",
    "inf",
    "infinity",
    "INF",
    "Nan",
    " ",
    "\t",
    "0x",
  ];
  const spaces = ["\u00a0", "\u2003", "\x1c", "\x85", "\ufeff", "\u3000", "\u200b"];
  const digits = ["\u0663", "\u096a", "\uff15", "\u{1d7d9}", "\u{1fbf3}", "\u00b2", "\u2160"];
  const unit = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...units) },
    fc.constantFrom(...spaces, ...digits),
  );
  const texts = [
    ...fc.sample(fc.string({ unit, minLength: 1, maxLength: 7 }), {
      numRuns: repeats(12_000),
      seed: 5,
    }),
    ...["1_000", "+7", "007", "5.", ".5", "1e3", "1_0.5", "0x10", "1__0", "_1", "1_", "1_e5"],
    ...["1e1_0", "1._5", "._5", "+ 7", "- 7", "+nan", "-Infinity", "1e400", "-0", "1e", "\0" + "1"],
  ];
  const answers = python("Python's int() and float()", [], PARSE, texts);
  for (const [i, answer] of (answers ?? []).entries()) {
    assert.equal(classify(texts[i]!), answer, JSON.stringify(texts[i]));
  }
});

function classify(text: string): readonly [string, string] {
  const value = parseTagValue(text);
  if (typeof value === "string") return ["str", value];
  const json = compact(value as TagValue);
  return [/^-?[0-9]+$/.test(json) ? "int" : "float", json];
}

test.run();
