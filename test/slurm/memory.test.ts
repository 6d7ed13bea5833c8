/** `slurm` where the kernel holds jobs to their memory, as on most clusters. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { clusterRepository } from "../support/cluster-repository.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { SlurmForTests, whyNoCgroups, whyNoSlurm } from "./cluster.ts";

const WORKFLOW = `
import { spawnSync } from "node:child_process";
import { task } from "redun-git";
const slurm = { executor: "slurm", memory: 0.2 };
const FILL = "const parts = []; for (;;) parts.push(Buffer.alloc(2e7, 1));";
export const big = task(slurm, () => { console.error("last words"); eval(FILL); });
export const survives = task(slurm, () => spawnSync(process.execPath, ["-e", FILL]).signal);
`;

const memory = suite("memory of Slurm's jobs");
const cluster = new SlurmForTests({ hasCgroups: true });
const why =
  whyNoSlurm() ??
  whyNoCgroups() ??
  (await cluster.start().then(
    () => null,
    (error: Error) => error.message,
  ));
const test = unless(why, memory);

memory.after(() => cluster.stop());

function run(task: string) {
  const { dir, run } = clusterRepository("slurm", { "workflow.js": WORKFLOW }, cluster.env);
  const ended = run(task);
  return { ...ended, tags: Object.fromEntries(jobOf(recorded(dir), task).tags) };
}

test("a task that takes too much says so, and is found by its state", () => {
  const { status, stderr, tags } = run("big");
  assert.is(status, 1);
  assert.match(stderr, /answered big: it took more memory than it was given\.\n.*last words/);
  assert.is(tags.slurm_state, "OUT_OF_MEMORY");
});

test("what a task returns counts, also where a program of its own was ended for its memory", () => {
  const { status, stdout, stderr, tags } = run("survives");
  assert.is(status, 0, stderr);
  assert.is(JSON.parse(stdout), "SIGKILL");
  // Slurm calls it OUT_OF_MEMORY all the same.
  assert.is(tags.slurm_state, undefined);
  const shown = cluster.ask("scontrol", "show", "job", String(tags.slurm_job));
  assert.match(shown, /JobState=OUT_OF_MEMORY/);
});

memory.run();
