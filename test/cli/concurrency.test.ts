/** Real processes that write to one repository at once: nothing is lost, and the index is right. */
import { execFile } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, logged, ok, record, start, workflowRepository } from "../support/cli.ts";
import { inFull } from "../support/effort.ts";
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

inFull(concurrency)("twenty processes beside plain git at its housework", async () => {
  const { dir, git } = workflowRepository({ "w.mjs": WORKFLOW, ".gitignore": "clone-*\n" });
  record(dir, ["w.mjs", "main", "--who", "first"]);
  const [{ id }] = logged(dir);
  let isOver = false;
  const done: Record<string, number> = {};
  const failed: Record<string, number> = {};
  const housework = async (words: readonly string[]) => {
    const name = words[0]!;
    for (let n = 0; !isOver; n++) {
      const args = words.map((word) => word.replace("%", String(n)));
      // git's own commands find each other's locks and packs in their way.
      const counts = await promisify(execFile)("git", args, { cwd: dir }).then(
        () => done,
        () => failed,
      );
      counts[name] = (counts[name] ?? 0) + 1;
    }
  };
  const houseworks = [
    ["commit", "--allow-empty", "-q", "-m", "work %"],
    ["gc", "-q"],
    ["repack", "-adq"],
    ["pack-refs", "--all"],
    ["maintenance", "run", "--quiet"],
    ["clone", "-q", "--no-hardlinks", ".", "clone-%"],
  ].map(housework);
  const began = performance.now();
  const commands = Array.from({ length: 20 }, async (_, who) => {
    const backend = BACKENDS[who % 2]!;
    for (const turn of [1, 2]) {
      const words =
        who % 4 === 3
          ? ["tag", "add", id, `n${who}=${turn}`]
          : ["run", "-q", "--no-cache", "w.mjs", "main", "--who", `p${who}`];
      const { status, stderr } = await start(dir, words, { backend }).ended;
      assert.is(status, 0, `${words.join(" ")} (${backend}): ${stderr}`);
    }
  });
  await Promise.all(commands).finally(() => {
    isOver = true;
  });
  await Promise.all(houseworks);
  const seconds = Math.round((performance.now() - began) / 1000);
  const all = (counts: object) => JSON.stringify(counts).replaceAll(/[{}"]/g, "");
  console.log(`30 runs and 10 tags in ${seconds} s, beside ${all(done)}; failed: ${all(failed)}`);
  for (const name of ["commit", "clone"]) assert.ok(done[name]! > 0, `${name} worked`);

  const { executions, outcomes, jobs } = recorded(dir);
  assert.equal([executions.length, outcomes.length, jobs.length], [31, 31, 31 * 4]);
  const tags = logged(dir, ["-t", "n3=1", "-t", "n3=2", "-t", "n19=2"]);
  assert.equal(
    tags.map((execution) => execution.id),
    [id],
  );
  assert.is(git("rev-list", "--count", "refs/redun/main"), "41");
  git("fsck", "--strict", "--no-dangling");
  assert.match(ok(dir, ["verify"]), /ok {3}index/);
  const left = readdirSync(join(dir, ".git"), { recursive: true, encoding: "utf8" });
  assert.equal(
    left.filter((name) => /\.lock$|redun\/(?:locks|journal)\/./.test(name)),
    [],
  );
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
