import { test } from "uvu";
import * as assert from "uvu/assert";
import { jsonText } from "../../cli/text/json.ts";
import { Fields, Float, StoredValue, Timestamp } from "../../src/value/value.ts";
import { readYaml } from "../../src/value/yaml-read.ts";

const CASES: readonly (readonly [unknown, string])[] = [
  [new Float(1), "1.0"],
  [[1, new Float(-2), -0, 1.5, 2n ** 64n], "[1,-2.0,-0.0,1.5,18446744073709551616]"],
  [Number.NaN, '"NaN"'],
  [new Map([["b", 1]]), '{"b":1}'],
  [new Map([["__proto__", 1]]), '{"__proto__":1}'],
  [new Map<unknown, unknown>([[{ a: 1 }, "x"]]), '[[{"a":1},"x"]]'],
  [
    new Map<unknown, unknown>([
      [1, "int"],
      ["1", "text"],
    ]),
    '[[1,"int"],["1","text"]]',
  ],
  [new Set([[1]]), "[[1]]"],
  [new Float64Array([1, 2.5]), "[1.0,2.5]"],
  [new BigInt64Array([1n]), "[1]"],
  [new Uint8Array([1]).buffer, '"AQ=="'],
  [/a"/g, '"/a\\"/g"'],
  [new URLSearchParams("a=1"), '"a=1"'],
  [Object("x"), '"x"'],
  [
    new Fields([
      ["z", 1],
      ["a", undefined],
    ]),
    '{"z":1}',
  ],
  [new StoredValue("ab"), '{"_type":"Value","id":"ab"}'],
  [new Timestamp("2026-11-22T09:43:43.512Z"), '"2026-11-22T09:43:43.512Z"'],
  [new Date(Number.NaN), "null"],
  [
    readYaml('!error\nname: E\nmessage: m\nstack: s\ncause: !error\n  name: F\n  message: "1.0"\n'),
    '{"name":"E","message":"m","cause":{"name":"F","message":"1.0"}}',
  ],
];

for (const [value, json] of CASES) {
  test(`as JSON: ${json}`, () => {
    assert.is(jsonText(value), json);
    JSON.parse(json);
  });
}

test.run();
