import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { parseJson, pythonFloat, pythonJson } from "../../src/tag/python-json.ts";
import { Float, type TagValue } from "../../src/value/value.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { json, text } from "../value/arbitrary.ts";
import { python } from "../value/python.ts";

const test = suite("Python's JSON");

const FLOATS: readonly (readonly [number, string])[] = [
  [3.2, "3.2"],
  [1000, "1000.0"],
  [1e16, "1e+16"],
  [9999999999999998, "9999999999999998.0"],
  [1e-7, "1e-07"],
  [1.5e-7, "1.5e-07"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [0, "0.0"],
  [-0, "-0.0"],
  [5e-324, "5e-324"],
  [1.7976931348623157e308, "1.7976931348623157e+308"],
  [1e22, "1e+22"],
  [123456789012345680000, "1.2345678901234568e+20"],
];

test("floats are written as Python's repr", () => {
  for (const [n, text] of FLOATS) assert.is(pythonFloat(n), text);
});

test("keys are sorted by code point, text is ASCII", () => {
  const value = { "\u{1f600}": 1, "\uffee": [true, null], b: "\u007f\u00e9\ud800", a: { z: 1n } };
  assert.is(
    pythonJson(value, { compact: true }),
    '{"a":{"z":1},"b":"\\u007f\\u00e9\\ud800","\\uffee":[true,null],"\\ud83d\\ude00":1}',
  );
  assert.is(pythonJson([1, new Float(1), { a: 2 }], { compact: false }), '[1, 1.0, {"a": 2}]');
});

test("an int is not a float, and integers keep their digits", () => {
  const read = parseJson("[1, 1.0, 1e3, -0, -0.0, 12345678901234567890, 1e400, NaN, -Infinity]");
  assert.equal(read, [
    1,
    new Float(1),
    new Float(1000),
    0,
    -0,
    12345678901234567890n,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  ]);
  assert.is(Object.is((read as number[])[3], 0), true);
  assert.is(Object.is((read as number[])[4], -0), true);
});

test("the last of a repeated key wins, and __proto__ is a key like any other", () => {
  assert.equal(parseJson('{"a": 1, "a": 2}'), { a: 2 });
  const value = parseJson('{"__proto__": {"x": 1}}') as Record<string, unknown>;
  assert.is(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(Object.keys(value), ["__proto__"]);
  assert.is(pythonJson(value as TagValue, { compact: true }), '{"__proto__":{"x":1}}');
});

test("hostile texts are refused", () => {
  for (const hostile of ["[".repeat(100_000), '{"a":'.repeat(10_000), "9".repeat(100_000)]) {
    assert.throws(
      () => parseJson(hostile),
      (error: unknown) => error instanceof RedunError && error.code === "BAD_TAG",
    );
  }
});

const LOADS = `
def answer(text):
    try:
        value = json.loads(text)
    except ValueError as error:
        return ["error", str(error) if sys.version_info < (3, 13) else ""]
    return ["value", json.dumps(value, sort_keys=True, separators=(",", ":")),
        json.dumps(value, sort_keys=True)]
`;

test("what Python writes and reads is the same", () => {
  const values = fc.sample(json, { numRuns: repeats(1500), seed: 7 }) as TagValue[];
  const good = values.map((value, i) => pythonJson(value, { compact: i % 2 === 0 }));
  const bits = [...'{}[]",:\\ntu01.e-+', " ", '"a"', "\\u00", "NaN", "true", "\u{1f600}", "\n"];
  const broken = fc.sample(
    fc.tuple(fc.constantFrom(...good), fc.nat(), fc.nat(2), fc.constantFrom(...bits)),
    { numRuns: repeats(4000), seed: 8 },
  );
  const soup = fc.sample(fc.string({ unit: fc.constantFrom(...bits), maxLength: 9 }), {
    numRuns: repeats(3000),
    seed: 9,
  });
  const texts = [
    ...good,
    ...soup,
    ...broken.map(([source, where, cut, bit]) => {
      const at = where % (source.length + 1);
      return source.slice(0, at) + bit + source.slice(at + cut);
    }),
    ...["", " ", "[1,]", '{"a":1,}', '{"a" 1}', '"\\x"', '"\\u12"', '"\\u12g4"', '"a', '"\n"'],
    ...["01", "1.", "-", "--1", "tru", "[1 2]", "{1: 2}", "\ufeff1", "[1]x", '"\\ud83d\\ude00"'],
  ];
  const answers = python("Python's json", [], LOADS, texts);
  for (const [i, answer] of (answers ?? []).entries()) {
    assert.equal(ours(texts[i]!), expected(answer as string[]), texts[i]);
  }
});

function expected(answer: string[]): string[] {
  return answer[0] === "error" && answer[1] === "" ? ["error"] : answer;
}

function ours(text: string): string[] {
  try {
    const value = parseJson(text);
    return ["value", pythonJson(value, { compact: true }), pythonJson(value, { compact: false })];
  } catch (error) {
    assert.instance(error, RedunError);
    return ["error", (error as RedunError).message];
  }
}

const REPR = `
def answer(hexes):
    import struct
    return [json.dumps(struct.unpack(">d", bytes.fromhex(h))[0]) for h in hexes]
`;

test("random floats are written as Python writes them", () => {
  const doubles = fc.sample(
    fc.oneof(
      fc.double(),
      fc.integer().map((n) => n / 1000),
      fc.maxSafeInteger(),
    ),
    { numRuns: repeats(20_000), seed: 10 },
  );
  const hex = doubles.map((n) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(n);
    return bytes.toString("hex");
  });
  const answers = python("Python's float repr", ["struct"], REPR, [hex]);
  if (answers !== undefined) assert.equal(doubles.map(pythonFloat), answers[0]);
});

test("every string survives", () => {
  for (const value of fc.sample(text, { numRuns: repeats(2000), seed: 11 })) {
    assert.is(parseJson(pythonJson(value, { compact: true })), value);
  }
});

test.run();
