import { suite } from "uvu";
import * as assert from "uvu/assert";
import { preview, previewArgs } from "../../src/value/preview.ts";
import { readYaml } from "../../src/value/yaml-read.ts";
import { writeTold } from "../../src/value/yaml-write.ts";

const previews = suite("preview");

previews("what holds itself is one short line", () => {
  const object: Record<string, unknown> = {};
  object.self = object;
  const list: unknown[] = [1];
  list.push(list);
  const map = new Map<unknown, unknown>();
  map.set(map, [map]);
  const set = new Set<unknown>();
  set.add({ set });
  for (const [value, begin] of [
    [object, "{self: {self: "],
    [list, "[1, [1, "],
    [map, "Map {Map {"],
    [set, "Set {{set: Set {"],
  ] as const) {
    const text = preview(value, 30);
    assert.is(text.length, 30);
    assert.ok(text.startsWith(begin) && text.endsWith("..."), text);
    assert.is(previewArgs(new Map([["a", value]])).length, 100);
  }
});

previews(
  "holes, properties and symbols are seen, as they were given and as they were recorded",
  () => {
    const list = Object.assign([], { 0: 1, 2: undefined, columns: ["a"] });
    const object = { a: 1, [Symbol.for("s")]: 2 };
    for (const read of [
      (value: unknown) => value,
      (value: unknown) => readYaml(writeTold(value)),
    ]) {
      assert.is(preview(read(list)), "[1, <empty>, undefined, columns: ['a']]");
      assert.is(preview(read(object)), "{a: 1, [Symbol(s)]: 2}");
    }
  },
);

previews("what fits is whole", () => {
  assert.is(preview({ a: [1, { b: "x" }] }), "{a: [1, {b: 'x'}]}");
  assert.is(preview([12345678], 10), "[12345678]");
  assert.is(preview([123456789], 10), "[123456...");
});

previews.run();
