/** `why` and `log <task>` name what a task uses, and its hash does not cover, when that has changed. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jsonLines, ok, workflowRepository, writeFiles } from "../support/cli.ts";

const changes = suite("helpers that changed");

const workflow = (more = "") => `
  import { task } from "redun-git";
  import { normalise } from "./lib/stats.mjs";
  export const namespace = "t";
  const OFFSET = 1;
  export const score = task(${more}(x) => normalise(x) + OFFSET);
  export const main = task(() => score(10));`;
const stats = (by: number) => `export const normalise = (x) => x / ${by};\n`;

const TOLD =
  / {2}helper `normalise` in lib\/stats\.mjs changed since; it is not part of the task's hash: hashIncludes\n/;

function repository(text = workflow()) {
  const { dir, git } = workflowRepository({ "w.mjs": text, "lib/stats.mjs": stats(2) });
  const run = () => ok(dir, ["run", "-q", "w.mjs", "main"]);
  const task = () => ok(dir, ["log", "t.score"]);
  return { dir, git, run, task, why: (word: string) => ok(dir, ["why", word]) };
}

changes("are named where a result was taken, and on the task's page", () => {
  const { dir, git, run, task, why } = repository();
  run();
  run();
  assert.not.match(why("t.score"), /changed since/);
  assert.not.match(task(), /changed since/);
  writeFiles(dir, { "lib/stats.mjs": stats(3) });
  assert.match(task(), TOLD);
  assert.is(run(), "6\n");
  assert.match(why("t.score"), TOLD);
  assert.not.match(why("t.main"), /changed since/);
  const [json] = jsonLines(ok(dir, ["why", "t.score", "--format", "json"]));
  assert.equal(json!.changed_helpers, [
    { name: "normalise", path: "lib/stats.mjs", kind: "function" },
  ]);
  // What was not committed when it ran has been since.
  git("commit", "-q", "-a", "-m", "by three");
  assert.match(why("t.score"), TOLD);
});

changes("are not named where the hash covers them", () => {
  const { dir, run, task } = repository(workflow("{ hashIncludes: [normalise] }, "));
  run();
  writeFiles(dir, { "lib/stats.mjs": stats(3) });
  assert.not.match(task(), /changed since/);
});

changes("of code that nobody has any more, nothing is said", () => {
  const { dir, git, run, why } = repository();
  writeFiles(dir, { "lib/stats.mjs": stats(4) });
  run();
  writeFiles(dir, { "lib/stats.mjs": stats(5) });
  run();
  assert.not.match(why("t.score"), /changed since/);
  // With its patch recorded, git does have it.
  git("config", "redun.captureDirty", "true");
  ok(dir, ["run", "-q", "--no-cache", "w.mjs", "main"]);
  writeFiles(dir, { "lib/stats.mjs": stats(6) });
  run();
  assert.match(why("t.score"), TOLD);
});

changes.run();
