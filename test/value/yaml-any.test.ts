import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { Float, StoredValue, Tagged, Timestamp } from "../../src/value/value.ts";
import { readAnyYaml } from "../../src/value/yaml-any.ts";
import { inFull } from "../support/effort.ts";

const test = suite("the reader of any YAML");

test("reads what people and other tools write", async () => {
  const text = `%YAML 1.2
---
# a comment
plain: some words
'single': 'it''s'
folded: >
  one
  two
flow: [1, -2, +3, 007, 0x10, 0o17, 1.0, 1e3, .5, 5., ~, Null, TRUE, false, yes, .NaN, -.INF]
big: 12345678901234567890
time: 2026-11-22T09:43:43.512Z
date: 2026-11-22
empty:
string: !!str 12
value: !value "d5"
file: !file {path: x, size: 1}
when: !date 2026-11-22T09:43:43.512Z
1: one
`;
  assert.equal(await readAnyYaml(text.replaceAll("\n", "\r\n")), {
    plain: "some words",
    single: "it's",
    folded: "one two\n",
    flow: [
      ...[1, -2, 3, 7, 16, 15, new Float(1), new Float(1000), 0.5, new Float(5), null, null],
      ...[true, false, "yes", Number.NaN, Number.NEGATIVE_INFINITY],
    ],
    big: 12345678901234567890n,
    time: new Timestamp("2026-11-22T09:43:43.512Z"),
    date: "2026-11-22",
    empty: null,
    string: "12",
    value: new StoredValue("d5"),
    file: new Tagged("file", { path: "x", size: 1 }),
    when: new Date("2026-11-22T09:43:43.512Z"),
    1: "one",
  });
});

test("sets own properties only", async () => {
  const read = (await readAnyYaml("# c\n__proto__: {x: 1}\n")) as object;
  assert.is(Object.getPrototypeOf(read), Object.prototype);
  assert.equal(Object.keys(read), ["__proto__"]);
});

const HOSTILE: readonly (readonly [string, RegExp])[] = [
  ["a: &x [1]\nb: *x\n", /alias/],
  ["a: &x [1]\n*x : 1\n", /alias/],
  ["a: 1\na: 2\n", /"a" appears twice/],
  ["{a: 1, 'a': 2}\n", /appears twice/],
  ["a: {<<: {b: 1}}\n", /merge key/],
  ["? [a]\n: b\n", /not text/],
  [": b\n", /not text/],
  ["a: !!int 3\n", /tag/],
  ["a: !!binary aGk=\n", /tag/],
  ["a: !<tag:x,2000:y> b\n", /tag/],
  ["%YAML 1.1\n---\na: yes\n", /YAML 1\.1/],
  ["a\n---\nb\n", /documents/],
  ["a: 'x\n", /quote/],
  ["a: [1\n", /./],
  [`a: +${"9".repeat(5000)}\n`, /digits/],
  [`${"[".repeat(50_000)}`, /deep/],
  [`a: "\u0007\n`, /./],
];

test("refuses what is broken or hostile, in one printable line", async () => {
  for (const [text, message] of HOSTILE) {
    const error = await readAnyYaml(text).then(
      () => assert.unreachable(`taken: ${text.slice(0, 60)}`),
      (error: unknown) => error as RedunError,
    );
    assert.instance(error, RedunError);
    assert.is(error!.code, "BAD_RECORD");
    assert.match(error!.message, message);
    assert.match(error!.message, /^[\x20-\x7e]+$/);
    assert.ok(error!.hint);
  }
});

test("refuses texts that are too long, whether canonical or not", async () => {
  const isTooLong = (error: RedunError) => /characters/.test(error.message);
  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => assert.unreachable(),
      (error) => assert.ok(isTooLong(error)),
    );
  await refused(readAnyYaml("a: 1\n", { maxLength: 4 }));
  await refused(readAnyYaml(`# ${"x".repeat(9 << 20)}\na: 1\n`));
  const long = `a: ${"x".repeat(9 << 20)}\n`;
  assert.is(((await readAnyYaml(long)) as { a: string }).a.length, 9 << 20);
});

test("refuses a text of too many nodes", async () => {
  const refusal = (text: string, maxNodes?: number) =>
    readAnyYaml(text, maxNodes === undefined ? {} : { maxNodes }).then(String, String);
  // A list, a map, its key and value, a tag and its text.
  assert.match(await refusal("- a: 1\n- !b c\n", 5), "more than 5 nodes");
  assert.not.match(await refusal("- a: 1\n- !b c\n", 6), "nodes");
});

inFull(test)("refuses a text of more nodes than a record may have", async () => {
  const text = `${"- ".repeat(999)}1\n`.repeat(8400);
  assert.match(await readAnyYaml(text, {}).then(String, String), "more than 8388608 nodes");
});

test("many keys take no more than linear time", async () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `k${i}: ''`).join("\n");
  const read = (await readAnyYaml(`${keys}\n`)) as object;
  assert.is(Object.keys(read).length, 20_000);
});

test("300 levels", async () => {
  let read = await readAnyYaml(`# c\n${"- ".repeat(300)}core\n`);
  for (let i = 0; i < 300; i++) read = (read as unknown[])[0];
  assert.is(read, "core");
});

test.run();
