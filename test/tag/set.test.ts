import { test } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { type Tags, tagPairs } from "../../src/tag/set.ts";
import type { TagValue } from "../../src/value/value.ts";

const refused: readonly (readonly [Tags, RegExp])[] = [
  [{ "": 1 }, /empty key/],
  [{ "a\ud83d": 1 }, /"a\\ud83d" holds half of a surrogate pair/],
  [[["\udc00", 1]], /half of a surrogate pair/],
];

for (const [tags, message] of refused) {
  test(`a key is text, and not empty: ${JSON.stringify(tags)}`, () => {
    assert.throws(
      () => tagPairs(tags),
      (error: unknown) =>
        error instanceof RedunError && error.code === "BAD_TAG" && message.test(error.message),
    );
  });
}

test("any other key and value is taken as it is", () => {
  const tags = [
    ["a\0", "\ud800"],
    ["\u{1f600}", null],
  ] as const;
  assert.equal(tagPairs(tags), tags);
});

test("a value that a tag holds many times is read once, and counted each time", () => {
  const doubled = (levels: number) => {
    let value: TagValue = ["leaf"];
    for (let level = 0; level < levels; level++) value = { a: value, b: [value] };
    return value;
  };
  const [[, twice]] = tagPairs({ key: doubled(3) }) as [[string, unknown]];
  assert.is(JSON.stringify(twice), JSON.stringify(doubled(3)));
  for (const levels of [30, 200]) {
    assert.throws(
      () => tagPairs({ key: doubled(levels) }),
      (error: RedunError) =>
        error.code === "BAD_TAG" &&
        /"key" has more than 16777216 characters, of at most 16777216/.test(error.message),
    );
  }
  // A list of this depth by itself, and one level deeper.
  const deep = (levels: number) => {
    let value: TagValue = 1;
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };
  const shared = deep(499);
  assert.is(tagPairs({ key: [shared, shared] }).length, 1);
  assert.throws(() => tagPairs({ key: [shared, [shared]] }), /nested more than 500 deep/);
});

test.run();
