/** A signal ends a run whatever it does, and all that it has started. */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, start, workflowRepository } from "../support/cli.ts";
import { someOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";

const BUSY = `
import { execSync, spawn } from "node:child_process";
import { task } from "redun-git";
import { setTimeout as sleep } from "node:timers/promises";
export const quick = task((n) => n);
export const spin = task((n) => {
  console.error("busy");
  for (const end = Date.now() + 60_000; Date.now() < end; );
});
export const waits = task((n) => { console.error("busy"); execSync("sleep 61"); });
export const starts = task(async (mark, fails) => {
  const sleeper = (...words) => spawn(words[0], words.slice(1), { stdio: "ignore", detached: true }).unref();
  const word = (name) => "sleep 6" + mark + "." + name;
  sleeper("sh", "-c", word(1) + " & " + word(2));
  sleeper("sh", "-c", "trap '' TERM; " + word(3) + "; " + word(4));
  sleeper("sh", "-c", "(" + word(5) + " &); exit 0");
  sleeper("env", "-i", "PATH=" + process.env.PATH, "sleep", "6" + mark + ".6");
  await sleep(100);
  console.error("busy");
  if (fails) throw new Error("boom");
  await sleep(60_000);
});
export const main = task((task, mark = 0, fails = false) =>
  [quick(1), { spin, waits, starts }[task](task === "starts" ? mark : quick(2), fails)]);
export const says = task(() => process.argv.slice(2).join(" "));
export const dies = task((signal) => { process.kill(process.pid, signal); return sleep(10_000); });
`;

const FILES = { "busy.mjs": BUSY };
const signals = suite("signals");
const args = (task: string, ...words: string[]) => [
  ...["run", "-q", "busy.mjs", "main", "--task", task],
  ...words,
];

for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  for (const task of someOf(["spin", "waits"])) {
    signals(`${signal} ends ${task}, which computes without a pause`, async () => {
      const { dir } = workflowRepository(FILES);
      const { child, ended, said } = start(dir, args(task));
      await said("busy\n");
      child.kill(signal);
      assert.is((await ended).status, status);
      // Recorded by the command itself: no other has run since.
      const { outcomes, jobs } = recorded(dir);
      assert.is(outcomes.length, 1);
      assert.is(outcomes[0]!.status, "INTERRUPTED");
      assert.is(outcomes[0]!.reason, `Interrupted by ${signal}`);
      assert.is(jobs.filter((job) => job.task === "quick" && job.status === "DONE").length, 2);
    });
  }
}

let marks = 100;
for (const [how, status, end] of [
  ["SIGINT", 130, "SIGINT"],
  ["SIGTERM", 143, "SIGTERM"],
  ["SIGKILL of the command", null, "SIGKILL"],
  ["a failure", 1, null],
] as const) {
  signals(`nothing that a run started outlives ${how}`, async () => {
    const { dir } = workflowRepository(FILES);
    const mark = String(marks++);
    const fails = end === null ? ["--fails"] : [];
    const { child, ended, said } = start(dir, args("starts", "--mark", mark, ...fails));
    await said("busy\n");
    if (end === null) assert.ok(running(mark) >= 0);
    else {
      await until(() => running(mark) >= 5);
      child.kill(end);
    }
    assert.is((await ended).status, status);
    // Whoever was killed is gone a moment later.
    await until(() => running(mark) === 0);
    assert.is(logged(dir)[0].status, end === null ? "FAILED" : "INTERRUPTED");
  });
}

signals("a second Ctrl-C ends it at once, and what had finished is recorded", async () => {
  const { dir } = workflowRepository(FILES);
  const { child, ended, said } = start(dir, args("starts", "--mark", String(marks)));
  await said("busy\n");
  child.kill("SIGINT");
  await sleep(20);
  child.kill("SIGINT");
  assert.is((await ended).status, 130);
  assert.is(running(String(marks++)), 0);
  // Where it came in the middle of the commit, the next command records it.
  ok(dir, ["log"]);
  assert.is(recorded(dir).outcomes[0]!.status, "INTERRUPTED");
});

signals("one that comes while the script loads is no fault of the script", async () => {
  const { dir } = workflowRepository({
    "slow.mjs": `console.error("loading"); await new Promise((done) => setTimeout(done, 60_000));`,
  });
  const { child, ended, said } = start(dir, ["run", "slow.mjs", "main"]);
  await said("loading\n");
  child.kill("SIGTERM");
  const { status, stderr } = await ended;
  assert.equal([status, stderr], [143, "loading\n"]);
});

signals("a worker that dies is reported and recorded", () => {
  const { dir } = workflowRepository(FILES);
  const { status, stderr } = cli(dir, ["run", "-q", "busy.mjs", "dies", "--signal", "SIGKILL"]);
  assert.is(status, 137);
  assert.match(stderr, /^error: The process that computed was ended by SIGKILL, as it happens/);
  assert.match(stderr, /^Recorded an interrupted run: /m);
  assert.match(logged(dir)[0].reason, /was ended by SIGKILL, as it happens when memory runs out/);
});

signals("the workflow sees the command line that was typed", () => {
  const { dir } = workflowRepository(FILES);
  assert.is(ok(dir, ["run", "-q", "busy.mjs", "says"]), "run -q busy.mjs says\n");
});

if (process.platform === "linux") signals.run();

/** How many `sleep`s of a test there are. */
function running(mark: string): number {
  return readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith(`sleep\x006${mark}.`);
    } catch {
      return false;
    }
  }).length;
}
