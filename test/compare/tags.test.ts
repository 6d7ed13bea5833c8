import { test } from "uvu";
import * as assert from "uvu/assert";
import { compareTags } from "../../src/compare/tags.ts";
import { pythonJson } from "../../src/tag/python-json.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { float } from "../../src/value/value.ts";
import fc from "../support/property.ts";

const tags = fc.array(
  fc.tuple(
    fc.constantFrom("a", "b", "é", "😀"),
    fc.constantFrom<TagPair[1]>(1, float(1), "1", null, [1], { x: 1 }, "a\0b"),
  ),
  { maxLength: 12 },
);

const texts = (pairs: readonly TagPair[]) =>
  new Set(pairs.map(([key, value]) => `${key}=${pythonJson(value, { compact: true })}`));

test("what was, less what is removed, with what is added, is what is", () => {
  fc.assert(
    fc.property(tags, tags, (before, after) => {
      const changes = compareTags(before, after);
      const removed = texts(changes.flatMap(({ key, removed }) => removed.map((v) => [key, v])));
      const added = texts(changes.flatMap(({ key, added }) => added.map((v) => [key, v])));
      const was = texts(before);
      const is = texts(after);
      for (const tag of removed) assert.ok(was.has(tag) && !is.has(tag));
      for (const tag of added) assert.ok(is.has(tag) && !was.has(tag));
      const result = new Set([...[...was].filter((tag) => !removed.has(tag)), ...added]);
      assert.equal([...result].sort(), [...is].sort());
      assert.is(new Set(changes.map(({ key }) => key)).size, changes.length, "one entry for a key");
    }),
  );
});

test("equal sets, in whatever order and however often a tag is named, do not differ", () => {
  fc.assert(
    fc.property(tags, (pairs) => {
      assert.equal(compareTags(pairs, [...pairs, ...pairs].reverse()), []);
    }),
  );
});

test.run();
