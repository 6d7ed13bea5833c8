/** Names of tasks: with their namespace, and without. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { shortName } from "../../src/record/records.ts";

for (const [task, short] of [
  ["main", "main"],
  ["hello_world.main", "main"],
  ["lab.seq.align", "align"],
  ["lab.Model.train", "train"],
  // Of programs.
  ["train.py", "train.py"],
  ["fit.R", "fit.R"],
  ["count.sh", "count.sh"],
  ["build.mts", "build.mts"],
  ["python3.12", "python3.12"],
  ["make", "make"],
] as const) {
  test(`${task} is ${short} in short`, () => {
    assert.is(shortName(task), short);
  });
}

test.run();
