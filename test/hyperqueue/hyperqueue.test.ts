/** `hq` with a real server and real workers: what comes back, what is recorded, and what becomes of calls when something dies. */
import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill } from "../support/cli.ts";
import { clusterRepository } from "../support/cluster-repository.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";
import { HyperQueueForTests, whyNoHyperQueue } from "./server.ts";

const WORKFLOW = `
import { appendFileSync, existsSync } from "node:fs";
import { File, script, task } from "redun-git";

const hq = { executor: "hq" };
export const square = task(hq, (n: number) => { console.log("squaring " + n); return n * n; });
const shell = script({ ...hq, name: "shell" });
export const count = task(hq, () => shell\`wc -l < \${new File("data/in.txt")}\`);
export const all = task(async (n: number) => {
  const squares = Array.from({ length: n }, (_, i) => square(i));
  return [await Promise.all(squares), (await count()).trim()];
});
export const where = task({ ...hq, memory: 0.5, cpus: 2, time: 5, hq: ["--priority=3"] }, () => {
  const { HQ_RESOURCE_REQUEST_cpus, HQ_RESOURCE_REQUEST_mem } = process.env;
  return [HQ_RESOURCE_REQUEST_cpus, HQ_RESOURCE_REQUEST_mem];
});
/** Writes that it is there, and waits until it may go on. */
const waits = async (name: string) => {
  appendFileSync("begun", [name, process.pid, process.env.HQ_JOB_ID].join(" ") + "\\n");
  while (!existsSync("go")) await new Promise((done) => setTimeout(done, 50));
  return name + " is done";
};
export const slow = task({ ...hq, retries: 0 }, waits);
export const slows = task((names: string[]) => names.map((name) => slow(name)));
export const brief = task({ ...hq, time: 0.02 }, waits);
export const impatient = task(async (names: string[]) => {
  const calls = names.map((name, at) => (at === 0 ? slow.options({ timeout: 4 })(name) : slow(name)));
  const ended = await Promise.allSettled(calls);
  return ended.map((one) => (one.status === "fulfilled" ? one.value : one.reason.message));
});
export const ends = task(hq, (how: string) => {
  console.error("last words");
  if (how === "exit") process.exit(3);
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  throw new RangeError("no");
});
export const secret = task({ ...hq, record: "hash" }, (word: string) => {
  console.log("it is " + word);
  if (word === "wrong") process.exit(3);
  return word;
});
export const odd = task({ ...hq, hq: ["--nonsense"] }, () => 1);
`;

const hyperqueue = suite("hyperqueue");
const server = new HyperQueueForTests();
const why =
  whyNoHyperQueue() ??
  (await server.start().then(
    () => null,
    (error: Error) => error.message,
  ));
const test = unless(why, hyperqueue);

hyperqueue.after(() => server.stop());

function repository() {
  const files = {
    "workflow.ts": WORKFLOW,
    "data/in.txt": "1\n2\n",
    ".gitignore": "/begun\n/go\n",
  };
  return clusterRepository("hq", files, server.env);
}

test("calls run as tasks of one array, also a script; what they print comes out", () => {
  const { dir, run, scratch } = repository();
  const before = server.submissions();
  const { status, stdout, stderr } = run("all", "--n", "4");
  assert.is(status, 0, stderr);
  const lines = stdout.trim().split("\n");
  assert.equal(JSON.parse(lines.pop()!), [[0, 1, 4, 9], "2"]);
  assert.equal(lines.sort(), ["squaring 0", "squaring 1", "squaring 2", "squaring 3"]);
  // The squares; `count`; the script that this returns.
  assert.is(server.submissions() - before, 3);
  const squares = jobsOf(recorded(dir), "square").map(({ tags }) => Object.fromEntries(tags));
  const jobs = squares.map(({ hq_job }) => String(hq_job)).sort();
  const [array] = jobs[0]!.split("@");
  assert.match(array!, /^\d+-[0-9a-f]{12}$/);
  assert.equal(
    jobs,
    [0, 1, 2, 3].map((n) => `${array}@${n}`),
  );
  for (const tags of squares) {
    assert.is(tags.hq_cluster, "127.0.0.1");
    assert.ok(tags.hq_node);
    assert.match(String(tags.hq_stdout), /^squaring \d$/);
  }
  assert.equal(scratch("arrays"), [], "nothing is left");
});

test("options of a task are what HyperQueue counts", () => {
  const { run } = repository();
  const { status, stdout, stderr } = run("where");
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), ["2 compact", "477 compact"]);
});

test("ends of workers are told apart", async () => {
  const { dir, start, begun } = repository();
  const cases = [
    [["ends", "--how", "throw"], /RangeError: no\n.*at .*workflow\.ts:\d+/, undefined],
    [
      ["ends", "--how", "exit"],
      /answered ends: its command ended with status 3\.\n.*last words/,
      "failed",
    ],
    [["ends", "--how", "kill"], /its command was killed \(SIGKILL\)/, "failed"],
    [["brief", "--name", "late"], /its time was over/, "failed"],
    [["odd"], /hq submit failed: .*unexpected argument '--nonsense'/, undefined],
    [["slow", "--name", "cancelled"], /it was cancelled/, "canceled"],
  ] as const;
  const running = cases.map(([words]) => start(...words));
  const cancelled = () => begun().find((line) => line.startsWith("cancelled"));
  await until(() => cancelled() !== undefined);
  server.ask("job", "cancel", cancelled()!.split(" ")[2]!);
  const ended = await Promise.all(running.map((one) => one.ended));
  for (const [at, [words, what]] of cases.entries()) {
    assert.is(ended[at]!.status, 1, words.join(" "));
    assert.match(ended[at]!.stderr, what);
  }
  const states = recorded(dir).jobs.map(
    ({ task, tags }) => `${task} ${Object.fromEntries(tags).hq_state}`,
  );
  assert.equal(states.sort(), cases.map(([[task], , state]) => `${task} ${state}`).sort());
});

test("of a call that is recorded by its hash nothing that it prints is recorded", () => {
  const { dir, git, run } = repository();
  for (const word of ["hunter2", "wrong"]) {
    const { stdout } = run("secret", "--word", word);
    assert.match(stdout, `it is ${word}`, "it is shown");
  }
  const jobs = jobsOf(recorded(dir), "secret");
  assert.equal(jobs.map(({ status }) => status).sort(), ["DONE", "FAILED"]);
  for (const { tags } of jobs) {
    assert.equal(
      tags.map(([key]) => key).filter((key) => /std/.test(key)),
      [],
    );
  }
  const all = git("log", "--all", "-p", "refs/redun/main");
  assert.not.match(all, /it is (?:hunter2|wrong)/);
});

test("Ctrl-C ends what is queued and what runs", async () => {
  const { dir, start, begun } = repository();
  const names = Array.from({ length: 10 }, (_, n) => `n${n}`);
  const running = start("slows", "--names", JSON.stringify(names));
  await until(() => begun().length === 8);
  running.child.kill("SIGINT");
  assert.is((await running.ended).status, 130);
  await until(() => server.queue() === 0);
  assert.is(recorded(dir).outcomes[0]!.status, "INTERRUPTED");
  await until(() => begun().every((line) => !existsSync(`/proc/${line.split(" ")[1]}`)));
  assert.is(begun().length, 8);
});

test("one call of an array is given up: its task ends, and the others go on", async () => {
  const { start, begun, goOn } = repository();
  const before = server.submissions();
  const running = start("impatient", "--names", '["a", "b", "c"]');
  await until(() => begun().length === 3);
  const pids = new Map(begun().map((line) => line.split(" ").slice(0, 2) as [string, string]));
  await until(() => !existsSync(`/proc/${pids.get("a")}`));
  assert.ok(existsSync(`/proc/${pids.get("b")}`));
  goOn();
  const { status, stdout, stderr } = await running.ended;
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), ["slow took longer than 4 seconds.", "b is done", "c is done"]);
  assert.is(server.submissions() - before, 1);
});

test("a submitter that was killed finds its jobs again, and submits none twice", async () => {
  const { start, begun, goOn, run, scratch } = repository();
  const before = server.submissions();
  const names = '["a", "b", "c"]';
  const first = start("slows", "--names", names);
  await until(() => begun().length === 3);
  await kill(first);
  const second = start("slows", "--names", names);
  goOn();
  const { status, stdout, stderr } = await second.ended;
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), ["a is done", "b is done", "c is done"]);
  assert.is(begun().length, 3);
  assert.is(server.submissions() - before, 1);
  assert.equal(scratch("arrays"), []);
  assert.is(run("slows", "--names", names).status, 0);
  assert.is(server.submissions() - before, 1, "they are in the log now");
});

test("the worker of a task dies: it runs again on another one", async () => {
  const { start, begun, goOn } = repository();
  const running = start("slow", "--name", "a");
  await until(() => begun().length === 1);
  const worker = server.workerOf(Number(begun()[0]!.split(" ")[1]))!;
  await server.kill(worker);
  await until(() => begun().length === 2);
  goOn();
  const { status, stderr } = await running.ended;
  assert.is(status, 0, stderr);
  await server.startWorker(worker);
});

test("the server dies, and another one with the same numbers takes its place", async () => {
  const { dir, start, begun, goOn } = repository();
  const running = start("slow", "--name", "a");
  await until(() => begun().length === 1);
  for (const name of ["server", "w1", "w2"] as const) await server.kill(name);
  await server.start();
  // Another one's job has the number.
  const job = Number(begun()[0]!.split(" ")[2]);
  const other = ["submit", "--name=other", "--stdout=none", "--stderr=none", "--", "sleep", "1000"];
  while (server.ask(...other).id < job);
  const { status, stderr } = await running.ended;
  assert.is(status, 1);
  assert.match(stderr, /it left no word, and HyperQueue no longer knows it/);
  assert.is(jobOf(recorded(dir), "slow").tags.filter(([key]) => key === "hq_state").length, 0);
  server.ask("job", "cancel", "all");
  goOn();
});

hyperqueue.run();
