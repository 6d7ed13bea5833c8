import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { tagValueOf } from "../../src/tag/text.ts";
import { plain } from "../../src/value/plain.ts";
import {
  ErrorValue,
  Fields,
  Float,
  float,
  integer,
  isTimestamp,
  Tagged,
  Timestamp,
} from "../../src/value/value.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";

const test = suite("the value model");

test("a Float wraps only what JavaScript takes for an integer", () => {
  assert.equal(float(1), new Float(1));
  for (const n of [3.2, -0, 1e16, 2 ** 53, Number.NaN]) {
    assert.ok(Object.is(float(n), n));
    assert.throws(() => new Float(n), TypeError);
  }
  assert.is(+new Float(2) + 1, 3);
  assert.is(JSON.stringify([new Float(2)]), "[2]");
});

test("an integer is a number where that is exact", () => {
  assert.is(integer("9007199254740991"), Number.MAX_SAFE_INTEGER);
  assert.is(integer("9007199254740992"), 9007199254740992n);
  assert.is(integer(-5n), -5);
  assert.ok(Object.is(integer("-0"), 0));
});

test("timestamps are exact", () => {
  assert.ok(isTimestamp("2024-02-29T23:59:59.999Z"));
  for (const text of [
    "2023-02-29T00:00:00.000Z",
    "1900-02-29T00:00:00.000Z",
    "2026-13-01T00:00:00.000Z",
    "2026-04-31T00:00:00.000Z",
    "2026-01-01T24:00:00.000Z",
    "2026-01-01T00:00:60.000Z",
    "0000-01-01T00:00:00.000Z",
    "2026-01-01 00:00:00.000Z",
    "2026-01-01T00:00:00.00xZ",
    "2026-01-01T00:00:00Z",
  ]) {
    assert.not(isTimestamp(text), text);
    assert.throws(() => new Timestamp(text), TypeError);
  }
});

test("a node has one tag", () => {
  assert.throws(() => new Tagged("a b", 1), TypeError);
  for (const value of [new Date(), new Set(), 1n, new Tagged("a", 1), () => 1, new Error("x")]) {
    assert.throws(() => new Tagged("a", value), TypeError);
  }
});

test("plain gives user code what it knows", () => {
  const value = {
    a: [new Float(1), { b: new Float(2) }],
    s: new Set([new Float(3)]),
    m: new Map([[new Float(4), [new Float(5)]]]),
    f: new Fields([["x", new Float(6)]]),
    __proto__: null,
  };
  assert.equal(plain(value), {
    a: [1, { b: 2 }],
    s: new Set([3]),
    m: new Map([[4, [5]]]),
    f: { x: 6 },
  });
  const hostile = plain(JSON.parse('{"__proto__": 1}')) as object;
  assert.equal(Object.keys(hostile), ["__proto__"]);
});

test("errors are Errors again, and are written as they were", () => {
  for (const error of [new ErrorValue("TypeError", "boom", "TypeError: boom\n    at x")]) {
    const real = plain(error) as Error;
    assert.instance(real, Error);
    assert.is(String(real), "TypeError: boom");
    assert.is(writeYaml(real), writeYaml(error));
    assert.equal(readYaml(writeYaml(real)), error);
  }
  const bare = new ErrorValue("Error", "no stack");
  assert.is(writeYaml(plain(bare)), writeYaml(bare));
});

test("a tag value is JSON, copied", () => {
  const given = { a: [1, 2n, "x", null, new Float(1)], b: undefined };
  const value = tagValueOf(given, "k");
  assert.equal(value, { a: [1, 2, "x", null, new Float(1)] });
  given.a.push("later");
  assert.is((value as { a: unknown[] }).a.length, 5);
  assert.is(tagValueOf(2n ** 60n, "k"), 2n ** 60n);
  assert.ok(Number.isNaN(tagValueOf(Number.NaN, "k")));
});

const cyclic: unknown[] = [];
cyclic.push([cyclic]);

const REFUSED: readonly (readonly [unknown, string])[] = [
  [undefined, "tag 'k' is undefined"],
  [() => 1, "tag 'k' is a function; tags hold JSON values"],
  [{ layers: [1, 2, () => 1] }, "tag 'k.layers[2]' is a function"],
  [{ "a b": Symbol("x") }, `tag 'k["a b"]' is a symbol`],
  [[undefined], "tag 'k[0]' is undefined"],
  [new Date(), "tag 'k' is an instance of Date"],
  [{ p: Promise.resolve() }, "tag 'k.p' is a Promise (was an await forgotten?)"],
  [cyclic, "tag 'k[0][0]' is part of itself"],
];

test("what is no JSON is refused by its path", () => {
  for (const [value, message] of REFUSED) {
    assert.throws(
      () => tagValueOf(value, "k"),
      (error: unknown) =>
        error instanceof RedunError &&
        error.code === "BAD_VALUE" &&
        error.message.includes(message),
      message,
    );
  }
});

test.run();
