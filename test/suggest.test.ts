import { suite } from "uvu";
import * as assert from "uvu/assert";
import { didYouMean, nearest } from "../src/suggest.ts";

const suggestions = suite("nearest");

suggestions("a few slips away, the nearest first", () => {
  assert.equal(nearest("gret", ["greet", "great", "thing"]), ["great", "greet"]);
  assert.equal(nearest("mian", ["main", "train"]), ["main"]);
  assert.equal(nearest("max_depth", ["maxDepth"]), ["maxDepth"]);
  assert.equal(nearest("work", ["workflow.ts", "other.ts"]), ["workflow.ts"]);
  assert.equal(nearest("zzz", ["greet"]), []);
  assert.equal(nearest("", ["a"]), []);
  assert.equal(nearest("ab", ["aa", "ac", "ad", "ae", "aa"], 2), ["aa", "ac"]);
});

suggestions("as a question behind an error", () => {
  assert.is(didYouMean("orgin", ["origin", "public"]), " Did you mean origin?");
  assert.is(didYouMean("gret", ["greet", "great"]), " Did you mean great or greet?");
  assert.is(didYouMean("zzz", ["origin"]), "");
});

suggestions.run();
