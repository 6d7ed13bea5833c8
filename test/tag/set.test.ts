import { test } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { type Tags, tagPairs } from "../../src/tag/set.ts";

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

test.run();
