import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashTag } from "../../src/tag/hash.ts";
import { parseJson, pythonJson } from "../../src/tag/python-json.ts";
import { Float, type TagValue } from "../../src/value/value.ts";

const test = suite("tag hash");

interface Vector {
  readonly entity_id: string;
  readonly key: string;
  readonly value: TagValue;
  readonly parents: readonly string[];
  readonly value_json: string;
  readonly tag_hash: string;
}

const file = readFileSync(new URL("tags.vectors.json", import.meta.url), "utf8");
const vectors = (parseJson(file) as unknown as { hash_tag: Vector[] }).hash_tag;

for (const { entity_id, key, value, parents, value_json, tag_hash } of vectors) {
  test(`redun's hash of ${key || "a removal"}=${value_json}, ${parents.length} parents`, () => {
    assert.is(pythonJson(value, { compact: true }), value_json);
    assert.is(hashTag(entity_id, key, value, parents), tag_hash);
    assert.is(hashTag(entity_id, key, value, [...parents].reverse()), tag_hash);
  });
}

test("1 and 1.0 are different tags, and parents are left as they are", () => {
  assert.is.not(hashTag("e", "k", 1), hashTag("e", "k", new Float(1)));
  const parents = Object.freeze(["b", "a"]);
  assert.is(hashTag("e", "k", 1, parents), hashTag("e", "k", 1, ["a", "b"]));
});

test.run();
