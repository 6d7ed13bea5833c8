import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readAnyYaml } from "../../src/value/yaml-any.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { repeats } from "../support/effort.ts";
import fc from "../support/property.ts";
import { value } from "./arbitrary.ts";
import { LONE_SURROGATES, nested, STRINGS, VALUES } from "./corpus.ts";
import { MARK_PYYAML, markValue, markYamlPackage } from "./marked.ts";
import { python } from "./python.ts";

const test = suite("canonical YAML reads back the same everywhere");

/** Every place that a value can stand in. */
function places(value: unknown): unknown[] {
  return [value, [value], { k: value }, [[value]], { k: [value, { a: value, b: 1 }] }];
}

const fixed = [
  ...[...VALUES, ...STRINGS, ...LONE_SURROGATES].flatMap(places),
  ...[...STRINGS, ...LONE_SURROGATES].map((key) => ({ [key]: [{ [key]: key }] })),
  nested(300),
  nested(300, true),
];
const random = fc.sample(value, { numRuns: repeats(1000), seed: 20261122 });
const texts = [...fixed, ...random].map((value) => ({ value, text: writeYaml(value) }));

test("our reader", () => {
  for (const { value, text } of texts) {
    assert.equal(markValue(readYaml(text, { exact: true })), markValue(value), text);
    assert.is(writeYaml(readYaml(text, { exact: true })), text);
  }
});

test("our reader, without the order of fields", () => {
  for (const { text } of texts) {
    const once = writeYaml(readYaml(text));
    assert.is(writeYaml(readYaml(once)), once);
  }
});

test("the yaml package", () => {
  for (const { value, text } of texts) {
    assert.equal(markYamlPackage(text), markValue(value), text);
  }
});

test("our reader of any YAML", async () => {
  for (const { text } of texts.filter((_, i) => i % 3 === 0)) {
    // A comment in front makes it not canonical, and so the business of the `yaml` package.
    const read = await readAnyYaml(`# foreign\n${text}`);
    assert.equal(markValue(read), markValue(readYaml(text)), text);
  }
});

test("PyYAML", () => {
  // The pure reader takes half a millisecond for ten words.
  const some = texts.filter(({ text }, i) => i % 5 === 0 && text.length < 20_000);
  const jobs = some.map(({ text }) => [text, "pure"]);
  const read = python("PyYAML", ["yaml"], MARK_PYYAML, jobs);
  for (const [i, { value, text }] of some.entries()) {
    if (read !== undefined) assert.equal(read[i], markValue(value), text);
  }
});

test("libyaml under PyYAML", () => {
  const some = texts.filter(({ text }) => !/\\ud[89a-f]/.test(text) && text.length < 100_000);
  const jobs = some.map(({ text }) => [text, "fast"]);
  const read = python("libyaml", ["yaml"], MARK_PYYAML, jobs);
  for (const [i, { value, text }] of some.entries()) {
    if (read !== undefined) assert.equal(read[i], markValue(value), text);
  }
});

test.run();
