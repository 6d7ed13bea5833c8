/** Real processes that write to one repository at once: nothing is lost, and the index is right. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, logged, ok, record, start, workflowRepository } from "../support/cli.ts";
import { recorded } from "../support/recorded.ts";

const WORKFLOW = `
import { applyTags, task } from "redun-git";
const add = task({ name: "add", tags: { team: "qa" } }, (a, b) => a + b);
export const main = task(async (who, rounds = 3) => {
  let sum = 0;
  for (let n = 0; n < rounds; n++) sum = await add(sum, n);
  return applyTags({ who, sum }, { tags: { from: who }, executionTags: { sum } });
});
`;

const concurrency = suite("concurrency");

/** Two of each: those of one backend meet as well. */
const FOUR = [...BACKENDS, ...BACKENDS];

concurrency("four processes run workflows at once", async () => {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW });
  const runs = FOUR.map(async (backend, who) => {
    for (const turn of [1, 2]) {
      const args = ["run", "--no-cache", "-t", `turn=${turn}`, "w.mjs", "main", "--who", `p${who}`];
      const { status, stderr } = await start(dir, args, { backend }).ended;
      assert.is(status, 0, stderr);
    }
  });
  await Promise.all(runs);

  const count = FOUR.length * 2;
  const { executions, jobs, outcomes } = recorded(dir);
  assert.is(executions.length, count);
  assert.is(outcomes.length, count);
  assert.is(jobs.length, count * 4);
  assert.is(git("rev-list", "--count", "refs/redun/main"), String(count));
  assert.is(git("fsck", "--strict", "--no-dangling"), "");

  const before = answers(dir);
  assert.is(logged(dir).length, count);
  assert.ok(logged(dir).every(({ status }) => status === "DONE"));
  rmSync(join(dir, ".git/redun/index"), { recursive: true });
  assert.equal(answers(dir), before);
});

concurrency("runs, tags and readers at once, on an index that is not there yet", async () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  record(dir, ["w.mjs", "main", "--who", "first"]);
  const [{ id }] = logged(dir);
  rmSync(join(dir, ".git/redun/index"), { recursive: true });
  const commands = [1, 2, 3].flatMap((n) => [
    start(dir, ["tag", "add", id, `n=${n}`], { backend: BACKENDS[n % 2]! }),
    start(dir, ["log"], { backend: BACKENDS[n % 2]! }),
    start(dir, ["run", "-q", "w.mjs", "main", "--who", `p${n}`], { backend: BACKENDS[n % 2]! }),
  ]);
  for (const { ended } of commands) {
    const { status, stderr } = await ended;
    assert.is(status, 0, stderr);
  }
  const before = answers(dir);
  assert.is(logged(dir).length, 4);
  const [tagged] = logged(dir, ["-t", "n=1", "-t", "n=2", "-t", "n=3"]);
  assert.is(tagged.id, id);
  rmSync(join(dir, ".git/redun/index"), { recursive: true });
  assert.equal(answers(dir), before);
});

concurrency("a run of many jobs beside short runs", async () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  const long = start(dir, ["run", "-q", "w.mjs", "main", "--who", "long", "--rounds", "1000"]);
  const short = [1, 2, 3].map((n) => start(dir, ["run", "-q", "w.mjs", "main", "--who", `s${n}`]));
  for (const { ended } of [long, ...short]) assert.is((await ended).status, 0);
  assert.is(recorded(dir).jobs.length, 1001 + 3 * 4);
  const before = answers(dir);
  rmSync(join(dir, ".git/redun/index"), { recursive: true });
  assert.equal(answers(dir), before);
});

concurrency.run();

/** What the index says, in every way that a command asks it. */
function answers(dir: string): string[] {
  const list = ok(dir, ["log", "--format", "json"]);
  const { id } = JSON.parse(list.split("\n")[0]!);
  return [list, ok(dir, ["tag", "list"]), ok(dir, ["log", id])];
}
