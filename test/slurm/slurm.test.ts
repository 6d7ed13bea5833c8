/**
 * `slurm` with a real controller and real node daemons: what comes back, what is recorded, and what becomes of
 * calls when something dies.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill } from "../support/cli.ts";
import { clusterRepository } from "../support/cluster-repository.ts";
import { inFull } from "../support/effort.ts";
import { noMounts } from "../support/mounts.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";
import { SlurmForTests, whyNoSlurm } from "./cluster.ts";

const WORKFLOW = `
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { File, script, task } from "redun-git";
import { helper } from "./helper.ts";

const slurm = { executor: "slurm", memory: 0.2 };
export const square = task(slurm, (n: number) => { console.log("squaring " + n); return helper(n); });
const shell = script({ ...slurm, name: "shell" });
export const count = task(slurm, () => shell\`wc -l < \${new File("data/in.txt")} > out.txt; cat out.txt\`);
export const all = task(async (n: number) => {
  const squares = Array.from({ length: n }, (_, i) => square(i));
  return [await Promise.all(squares), (await count()).trim()];
});
const wanted = { memory: 0.5, cpus: 2, partition: "other", time: "0:30:00", gres: "board:1", account: "lab" };
export const where = task({ ...slurm, ...wanted }, () => {
  const { env } = process;
  return ["PARTITION", "CPUS_PER_TASK", "MEM_PER_NODE", "NAME", "ACCOUNT"].map(
    (name) => env["SLURM_JOB_" + name] ?? env["SLURM_" + name],
  );
});
/** Writes that it is there, and waits until it may go on. */
export const slow = task(slurm, async (name: string) => {
  const { SLURMD_NODENAME, SLURM_JOB_ID } = process.env;
  appendFileSync("begun", [name, SLURMD_NODENAME, SLURM_JOB_ID].join(" ") + "\\n");
  while (!existsSync("go")) await new Promise((done) => setTimeout(done, 50));
  return name + " is done";
});
export const slows = task((names: string[]) => names.map((name) => slow(name)));
export const ends = task(slurm, (how: string) => {
  console.error("last words");
  if (how === "exit") process.exit(3);
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  if (how === "throw") throw new RangeError("no");
  if (how === "full") for (let n = 0; ; n++) writeFileSync(process.env.SCRATCH + "/fill" + n, Buffer.alloc(1e4));
  return new Promise(() => setInterval(() => {}, 1000));
});
export const big = task(slurm, async () => {
  const parts = [];
  for (;;) {
    parts.push(Buffer.alloc(2e7, 1));
    await new Promise((done) => setTimeout(done, 50));
  }
});
export const impatient = task({ ...slurm, timeout: 3 }, () => new Promise(() => setInterval(() => {}, 1000)));
export const greedy = task({ ...slurm, gres: "board:3" }, () => 1);
export const nowhere = task({ ...slurm, partition: "nowhere" }, () => 1);
`;

const slurm = suite("slurm");
const cluster = new SlurmForTests();
const why =
  whyNoSlurm() ??
  (await cluster.start().then(
    () => null,
    (error: Error) => error.message,
  ));
const test = unless(why, slurm);

slurm.after(() => cluster.stop());

function repository() {
  return clusterRepository(
    "slurm",
    {
      "workflow.ts": WORKFLOW,
      "helper.ts": "export const helper = (n: number) => n * n;\n",
      "data/in.txt": "1\n2\n",
      ".gitignore": "/begun\n/go\n/out.txt\n",
    },
    cluster.env,
  );
}

function fill(folder: string): void {
  for (let n = 0; ; n++) writeFileSync(join(folder, `more${n}`), Buffer.alloc(1000));
}

function tagsOf(dir: string, task: string): Record<string, unknown> {
  return Object.fromEntries(jobOf(recorded(dir), task).tags);
}

test("calls run as elements of one array, also a script; what they print comes out", () => {
  const { dir, run, scratch } = repository();
  const before = cluster.submissions();
  const { status, stdout, stderr } = run("all", "--n", "4");
  assert.is(status, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.equal(JSON.parse(lines.pop()!), [[0, 1, 4, 9], "2"]);
  assert.equal(lines.sort(), ["squaring 0", "squaring 1", "squaring 2", "squaring 3"]);
  // The squares; `count`; the script that this returns.
  assert.is(cluster.submissions() - before, 3);
  const squares = jobsOf(recorded(dir), "square").map(({ tags }) => Object.fromEntries(tags));
  const jobs = squares.map(({ slurm_job }) => String(slurm_job)).sort();
  const [array] = jobs[0]!.split("_");
  assert.equal(
    jobs,
    [0, 1, 2, 3].map((n) => `${array}_${n}`),
  );
  for (const tags of squares) {
    assert.is(tags.slurm_cluster, "tests");
    assert.match(String(tags.slurm_node), /^n[123]$/);
    assert.match(String(tags.slurm_stdout), /^squaring \d$/);
  }
  assert.is(readFileSync(join(dir, "out.txt"), "utf8").trim(), "2");
  assert.equal(scratch("arrays"), [], "nothing is left");
});

test("workers load the code as it was when the run began, and files from the checkout", async () => {
  const { dir, run, start, scratch, git } = repository();
  const { status, stdout } = run("where");
  assert.is(status, 0);
  assert.equal(JSON.parse(stdout), ["other", "2", "477", "where", "lab"]);
  const { slurm_job } = tagsOf(dir, "where");
  const shown = cluster.ask("scontrol", "show", "job", String(slurm_job));
  assert.match(shown, /TresPerNode=gres:board:1/);
  assert.match(shown, /TimeLimit=00:30:00/);
  // Committed: the copy is named by its tree. Then changed, then changed while it is queued.
  assert.equal(scratch("code"), [git("rev-parse", "HEAD^{tree}")]);
  writeFileSync(join(dir, "helper.ts"), "export const helper = (n: number) => -n;\n");
  writeFileSync(join(dir, "data/in.txt"), "1\n");
  await cluster.tell("scontrol", "update", "NodeName=n[1-3]", "State=DRAIN", "Reason=test");
  const running = start("all", "--n", "2");
  await until(() => cluster.queue().length > 0);
  writeFileSync(join(dir, "helper.ts"), "export const helper = () => 99;\n");
  await cluster.tell("scontrol", "update", "NodeName=n[1-3]", "State=RESUME");
  const ended = await running.ended;
  assert.is(ended.status, 0, ended.stderr);
  assert.equal(JSON.parse(ended.stdout.trim().split("\n").at(-1)!), [[0, -1], "1"]);
  assert.is(scratch("code").length, 2);
});

inFull(test)("ends of workers are told apart", async () => {
  const { dir, start, begun } = repository();
  const cases = [
    [["ends", "--how", "throw"], /RangeError: no\n.*at .*workflow\.ts:\d+/, undefined],
    [
      ["ends", "--how", "exit"],
      /answered ends: its command ended with status 3\.\n.*last words/,
      "FAILED",
    ],
    [["ends", "--how", "kill"], /its command was killed \(SIGKILL\)/, "FAILED"],
    [["big"], /it took more memory than it was given\.\n/, "FAILED"],
    [["impatient"], /impatient took longer than 3 seconds/, undefined],
    [["greedy"], /sbatch failed: .*Requested node configuration is not available/, undefined],
    [["nowhere"], /sbatch failed: .*invalid partition/i, undefined],
    [["slow", "--name", "cancelled"], /it was cancelled/, "CANCELLED"],
    [["slow", "--name", "late"], /its time was over/, "TIMEOUT"],
  ] as const;
  const running = cases.map(([words]) => start(...words));
  await until(() => begun().length === 2);
  for (const line of begun()) {
    const [name, , job] = line.split(" ");
    if (name === "cancelled") cluster.ask("scancel", job!);
    else cluster.ask("scontrol", "update", `JobId=${job}`, "EndTime=now");
  }
  const ended = await Promise.all(running.map((one) => one.ended));
  for (const [at, [words, what]] of cases.entries()) {
    assert.is(ended[at]!.status, 1, words.join(" "));
    assert.match(ended[at]!.stderr, what);
  }
  const states = recorded(dir).jobs.map(
    ({ task, tags }) => `${task} ${Object.fromEntries(tags).slurm_state}`,
  );
  assert.equal(states.sort(), cases.map(([[task], , state]) => `${task} ${state}`).sort());
});

inFull(unless(why ?? noMounts(), slurm))("the disk of the scratch folder is full", async () => {
  const { dir, git, run, start } = repository();
  const scratch = join(dir, "..", "scratch");
  git("config", "redun.executor.slurm.scratch", scratch);
  mkdirSync(scratch);
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", scratch]);
  try {
    const { ended } = start("ends", "--how", "full", { SCRATCH: scratch });
    assert.match(
      (await ended).stderr,
      /the scratch folder could not be written to: its disk is full/,
    );
    assert.throws(() => fill(scratch), /ENOSPC/);
    assert.match(
      run("slow", "--name", "a").stderr,
      /scratch folder .* cannot be written to: ENOSPC/,
    );
  } finally {
    spawnSync("umount", ["--lazy", scratch]);
  }
});

test("Ctrl-C cancels what is queued and what runs", async () => {
  const { dir, start, begun } = repository();
  const running = start("slows", "--names", '["a", "b"]');
  await until(() => begun().length === 2);
  running.child.kill("SIGINT");
  assert.is((await running.ended).status, 130);
  await until(() => cluster.queue().length === 0);
  assert.is(recorded(dir).outcomes[0]!.status, "INTERRUPTED");
});

test("a submitter that was killed finds its jobs again, queued or ended, and submits none twice", async () => {
  const { start, begun, goOn, run, scratch } = repository();
  const before = cluster.submissions();
  const first = start("slows", "--names", '["a", "b", "c"]');
  await until(() => begun().length === 3);
  await kill(first);
  const second = start("slows", "--names", '["a", "b", "c"]');
  goOn();
  const { status, stdout, stderr } = await second.ended;
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), ["a is done", "b is done", "c is done"]);
  assert.equal(
    begun()
      .map((line) => line[0])
      .sort(),
    ["a", "b", "c"],
  );
  assert.is(cluster.submissions() - before, 1);
  assert.equal(scratch("arrays"), []);
  assert.is(run("slows", "--names", '["a", "b", "c"]').status, 0);
  assert.is(cluster.submissions() - before, 1, "they are in the log now");
});

for (const [what, program] of [
  ["did not reach Slurm", "sleep 1000"],
  ["had reached it", '"$SBATCH" "$@" >submitted; sleep 1000'],
] as const) {
  test(`killed while it submits what ${what}: it runs once`, async () => {
    const { dir, start, begun, goOn, run } = repository();
    mkdirSync(join(dir, "bin"));
    writeFileSync(join(dir, "bin/sbatch"), `#!/bin/sh\n: >asked\n${program}\n`, { mode: 0o755 });
    const SBATCH = spawnSync("which", ["sbatch"], { encoding: "utf8" }).stdout.trim();
    const PATH = `${join(dir, "bin")}:${cluster.env.PATH}`;
    const first = start("slow", "--name", "a", { PATH, SBATCH });
    const last = program.includes("SBATCH") ? "submitted" : "asked";
    await until(() => existsSync(join(dir, last)) && (last === "asked" || begun().length === 1));
    await kill(first);
    goOn();
    const { status, stderr } = run("slow", "--name", "a");
    assert.is(status, 0, stderr);
    assert.is(begun().length, 1);
  });
}

inFull(test)("the node of a job dies: Slurm runs it again on another one", async () => {
  const { dir, start, begun, goOn } = repository();
  const running = start("slow", "--name", "a");
  await until(() => begun().length === 1);
  const [, node] = begun()[0]!.split(" ");
  await cluster.killNode(node as "n1");
  // As its health check would; the controller itself finds out within `SlurmdTimeout`.
  await cluster.tell("scontrol", "update", `NodeName=${node}`, "State=DOWN", "Reason=killed");
  // Slurm lets the job wait for what it takes to be the end of the old one, longer on a busy machine.
  await until(() => begun().length === 2, 4);
  goOn();
  const { status, stderr } = await running.ended;
  assert.is(status, 0, stderr);
  assert.not.equal(tagsOf(dir, "slow").slurm_node, node);
  cluster.startNode(node as "n1");
  await cluster.tell("scontrol", "update", `NodeName=${node}`, "State=RESUME");
});

inFull(test)("the controller is away for a while", async () => {
  const { start, begun, goOn } = repository();
  const running = start("slow", "--name", "a");
  await until(() => begun().length === 1);
  await cluster.stopController();
  goOn();
  // What has ended is seen without it.
  const { status, stdout, stderr } = await running.ended.finally(() => cluster.startController());
  assert.is(status, 0, stderr);
  assert.is(JSON.parse(stdout), "a is done");
});

slurm.run();
