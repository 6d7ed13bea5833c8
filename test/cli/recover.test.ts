import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeLine, type JournalLine } from "../../src/log/journal-lines.ts";
import {
  CLI,
  cli,
  jsonLines,
  kill,
  logged,
  ok,
  record,
  start,
  workflowRepository,
} from "../support/cli.ts";
import { someOf } from "../support/effort.ts";
import { noContainersInside, noNamespaces } from "../support/mounts.ts";
import { jobsOf, recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";
import { until } from "../support/until.ts";

const WORKFLOW = `
import { task } from "redun-git";
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
export const quick = task({ name: "quick" }, (n) => n);
export const wait = task({ name: "wait" }, async () => {
  await quick(1);
  console.error("waiting");
  await sleep(60_000);
});
const sleepFor = task({ name: "sleep_for" }, async (ms) => {
  console.error("waiting");
  await sleep(ms);
});
export const slow = task({ name: "slow" }, (name) => [name, sleepFor(60_000)]);
// No timer fires while it is at work.
export const blocking = task({ name: "blocking" }, () => {
  writeSync(2, "waiting\\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
});
const big = task({ name: "big" }, () => "x".repeat(3000));
const bad = task({ name: "bad" }, () => {
  throw new Error("no");
});
export const shown = task({ name: "shown" }, async () => {
  await quick(1);
  await big();
  await bad().catch(() => {});
  await sleepFor(60_000);
});
export const many = task({ name: "many" }, async () => {
  for (let n = 0; n < 5010; n++) await quick(n);
  await sleep(60_000);
});
export const count = task({ name: "count" }, async () => {
  for (let n = 0; ; n++) {
    await quick(n);
    process.stdout.write(n + "\\n");
    if (n % 50 === 0) await sleep(1);
  }
});
`;

const recover = suite("recover");
const repository = () => workflowRepository({ "w.mjs": WORKFLOW });
const journals = (dir: string) => readdirSync(join(dir, ".git/redun/journal"));

recover("a run that goes on is listed, and refused unless --force says so", async () => {
  const { dir } = repository();
  assert.match(ok(dir, ["recover"]), /No run has a journal/);
  const running = start(dir, ["run", "w.mjs", "wait"]);
  await running.said("waiting\n");
  const [listed] = jsonLines(ok(dir, ["recover", "--format", "json"]));
  assert.is(listed.state, "alive");
  const id = listed.id.slice(0, 8);
  const { status, stderr } = cli(dir, ["recover", id]);
  assert.is(status, 1);
  assert.match(stderr, `goes on: process ${listed.pid} runs. [RUN_ALIVE]`);
  assert.match(ok(dir, ["recover", id, "--force", "--dry-run"]), /^Would record/);
  assert.is(recorded(dir).executions.length, 0);
  assert.match(ok(dir, ["recover", id, "--force"]), /INTERRUPTED\] \([12] jobs?\)/);
  // Its own end counts.
  await kill(running);
  assert.match(cli(dir, ["recover", id]).stderr, /has a journal.*\[UNKNOWN_ID\]/);
});

/** Runs `wait` in a container of its own, until it waits. Returns its execution, and what ends it. */
async function inContainer(dir: string) {
  const command = [process.execPath, CLI, "run", "w.mjs", "wait"];
  const options = ["--kill-child", "--pid", "--fork", "--mount-proc"];
  const child = spawn("unshare", [...options, ...command], { cwd: dir, stdio: "pipe" });
  const closed = new Promise((done) => child.once("close", done));
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  await until(() => said.includes("waiting\n"));
  const end = () => {
    child.kill("SIGKILL");
    return closed;
  };
  return { id: journals(dir)[0]!.slice(0, 8), end };
}

unless(noContainersInside(), recover)(
  "a run of a container goes on until it ends, and is then recorded by itself",
  async () => {
    const { dir } = repository();
    const { id, end } = await inContainer(dir);
    const { stdout, stderr } = cli(dir, ["log"]);
    assert.match(stdout, `Exec ${id} [RUNNING]`);
    assert.is(stderr, "");
    assert.match(
      cli(dir, ["recover", id]).stderr,
      /goes on: process \d+ runs, which is \d+ in its/,
    );
    await end();
    // Who is just ending cannot be looked at.
    await until(() => jsonLines(ok(dir, ["recover", "--format", "json"]))[0].state === "dead");
    assert.match(cli(dir, ["log"]).stderr, /^Recorded an interrupted run: .*\([12] jobs?\)\n$/);
    assert.is(logged(dir)[0].status, "INTERRUPTED");
  },
);

unless(noNamespaces(), recover)(
  "a run of another container is told, and left to its user",
  async () => {
    const { dir } = repository();
    const { id, end } = await inContainer(dir);
    const within = (...words: string[]) =>
      spawnSync("unshare", ["--pid", "--fork", "--mount-proc", process.execPath, CLI, ...words], {
        cwd: dir,
        encoding: "utf8",
      });
    for (const isOver of [false, true]) {
      if (isOver) await end();
      const { stdout, stderr } = within("log");
      assert.match(stdout, `Exec ${id} [RUNNING]`);
      assert.match(stderr, /may be running or dead: it was begun in another container/);
      assert.match(stderr, `\`redun-git recover ${id}\``);
      assert.is(recorded(dir).executions.length, 0);
    }
    const printed = within("recover", id).stdout;
    assert.match(printed, /INTERRUPTED\] \([12] jobs?\)/, printed);
    assert.is(logged(dir)[0].status, "INTERRUPTED");
    assert.is(cli(dir, ["log"]).stderr, "");
  },
);

recover("whatever was said to be finished is recorded, whenever the run is killed", async () => {
  for (const wait of someOf([250, 3, 60, 600])) {
    const { dir, remove } = repository();
    const running = start(dir, ["run", "-q", "w.mjs", "count"]);
    await running.said("0\n");
    await new Promise((done) => setTimeout(done, wait));
    const { stdout } = await kill(running);
    ok(dir, ["log"]);
    const finished = new Set(jobsOf(recorded(dir), "quick").map(({ result }) => String(result)));
    const told = stdout.split("\n").slice(0, -1);
    assert.ok(told.length > 0);
    for (const n of told) assert.ok(finished.has(n), `job ${n} of ${told.length}`);
    remove();
  }
});

recover(
  "a run that stands in its journal alone has a page, and says whether it goes on",
  async () => {
    const { dir } = repository();
    const { child, ended, said } = start(dir, ["run", "w.mjs", "wait"]);
    await said("waiting\n");
    const id = journals(dir)[0]!.slice(0, 8);
    const page = ok(dir, ["log", id]);
    assert.match(page, /^It is running \(process \d+ runs\), and is in its journal/m);
    assert.match(page, /\[RUNNING\].*wait\(\)\n {2}Job [0-9a-f]{8} \[ DONE \].*quick\(n=1\)/);
    const [json] = jsonLines(ok(dir, ["log", id, "--format", "json"]));
    assert.equal([json.status, json.journal.state, json.jobs.length], ["RUNNING", "alive", 2]);
    assert.match(ok(dir, ["tag", "list", id]), /^Execution [0-9a-f]{40}\n.* {2}project=wait$/ms);
    assert.match(cli(dir, ["tag", "add", id, "a=1"]).stderr, /is only in its journal/);
    lock(dir);
    child.kill("SIGKILL");
    await ended;
    await until(() => /INTERRUPTED/.test(ok(dir, ["log"])));
    assert.match(
      ok(dir, ["log", id]),
      /waits in its journal to be recorded: process \d+ has ended/,
    );
    assert.match(ok(dir, ["log", id]), /INTERRUPTED: 1\)/);
  },
);

recover("a dead run with a checkpoint is not said to go on while it waits", async () => {
  const { dir } = repository();
  const { child, ended } = start(dir, ["run", "-q", "w.mjs", "many"]);
  await until(() => recorded(dir).executions.length > 0);
  lock(dir);
  child.kill("SIGKILL");
  await ended;
  await until(() => jsonLines(ok(dir, ["recover", "--format", "json"]))[0].state === "dead");
  const { stdout, stderr } = cli(dir, ["log"]);
  assert.match(stdout, /^Exec [0-9a-f]{8} \[INTERRUPTED\]/m);
  assert.match(stderr, /waits in its journal/);
  assert.match(ok(dir, ["log", "--exec-status", "RUNNING"]), /^No executions/);
  const counted = (status: string) => ok(dir, ["log", "--count", "--exec-status", status]).trim();
  assert.is(counted("INTERRUPTED"), "1 Execution");
  assert.is(counted("RUNNING"), "0 Execution");
  const page = ok(dir, ["log", "-"]);
  assert.match(page, /^Exec .* \[INTERRUPTED\]/);
  const shown = Number(/^Jobs: (\d+) .*INTERRUPTED: 1\)/m.exec(page)![1]);
  rmSync(join(dir, LOCK));
  ok(dir, ["log"]);
  assert.is(recorded(dir).jobs.length, shown);
});

recover(
  "a job of a run that goes on has its page, from before and after a checkpoint",
  async () => {
    const { dir } = repository();
    const { child, ended, said } = start(dir, ["run", "-q", "w.mjs", "shown"]);
    await said("waiting\n");
    const [line] = jsonLines(ok(dir, ["log", "-", "--format", "json"]));
    const [root, quickJob, bigJob, failedJob, sleeping] = line.jobs;
    assert.is(recorded(dir).executions.length, 0);
    const page = (job: { id: string }, ...more: string[]) =>
      ok(dir, ["log", job.id.slice(0, 12), ...more]);
    const quick = page(quickJob);
    assert.match(quick, /^Job [0-9a-f]{40} \[ DONE \].*quick\(n=1\)\nIt is running \(process/);
    assert.match(
      quick,
      /^Traceback: Exec [0-9a-f]{8} > Job [0-9a-f]{8} shown > Job [0-9a-f]{8} quick$/m,
    );
    assert.match(quick, /CallNode [0-9a-f]{40} quick\n {4}Args: {3}n=1\n {4}Result: 1\n/);
    assert.match(quick, /Task [0-9a-f]{40} quick\n\n {4}\(n\) => n$/m);
    assert.match(page(root), /CallNode \(none: the job has not ended\)/);
    assert.match(page(root), /Child Jobs:\n( {4}Job .*\n){4}/);
    assert.match(page(sleeping), /\[RUNNING\].*sleep_for\(ms=60000\)/);
    // Its result has a file of its own, in the journal.
    assert.match(page(bigJob), /Result: 'x{100}/);
    const [big] = jsonLines(page(bigJob, "--format", "json"));
    assert.is(big.result.length, 3000);
    assert.equal(
      [big._type, big.parent, big.execution, big.journal.state],
      ["Job", root.id, line.id, "alive"],
    );
    assert.match(page(failedJob), /Raised: Error\('no'\)[\s\S]*Traceback:\n {4}Error: no/);
    assert.match(
      cli(dir, ["tag", "add", quickJob.id, "a=1"]).stderr,
      /is only in the journal of its run/,
    );
    assert.match(ok(dir, ["tag", "list", quickJob.id]), /^Job [0-9a-f]{40}\n {2}\(no tags\)/);
    assert.match(cli(dir, ["log", "0".repeat(12)]).stderr, /\[UNKNOWN_ID\]/);
    child.kill("SIGKILL");
    await ended;
    const after = ok(dir, ["log", quickJob.id]);
    assert.match(after, /^Job [0-9a-f]{40} \[ DONE \].*quick\(n=1\)\nTraceback/);
  },
);

recover("a run that goes on shows what came since its last checkpoint", async () => {
  const { dir } = repository();
  const { child, ended } = start(dir, ["run", "-q", "w.mjs", "many"]);
  await until(() => recorded(dir).executions.length > 0);
  const shown = () => jsonLines(ok(dir, ["log", "-", "--format", "json"]))[0];
  await until(() => shown().jobs.length === 5011);
  const { jobs, status } = shown();
  assert.is(status, "RUNNING");
  const unrecorded = new Set(recorded(dir).jobs.map(({ id }) => id));
  const late = jobs.findLast((job: { id: string }) => !unrecorded.has(job.id));
  assert.match(ok(dir, ["log", late.id]), /\[ DONE \].*quick\(n=5\d\d\d\)/);
  assert.match(ok(dir, ["log", late.id]), /> Job [0-9a-f]{8} many > Job/);
  assert.match(ok(dir, ["log", "-"]), /^It is running .*\n[\s\S]*^Jobs: 5011 \(DONE: 5010,/m);
  assert.is(ok(dir, ["log", "--count"]).trim(), "1 Execution");
  child.kill("SIGKILL");
  await ended;
});

const LOCK = ".git/refs/redun/main.lock";

/** As if another program had died while it wrote the log: nobody can. */
function lock(dir: string): void {
  mkdirSync(join(dir, ".git/refs/redun"), { recursive: true });
  writeFileSync(join(dir, LOCK), "");
}

recover(
  "jobs that had begun when the run was killed are recorded, with what they were given",
  async () => {
    const { dir } = repository();
    for (const [task, words] of [
      ["slow", ["--name", "sleeper"]],
      ["blocking", []],
    ] as const) {
      const { child, ended, said } = start(dir, ["run", "-q", "w.mjs", task, ...words]);
      await said("waiting\n");
      const [run] = jsonLines(ok(dir, ["recover", "--format", "json"]));
      // The whole run, or the process alone that the tasks are in.
      if (task === "slow") child.kill("SIGKILL");
      else process.kill(run.pid, "SIGKILL");
      await ended;
      ok(dir, ["log"]);
      const jobs = jobsOf(recorded(dir), task === "slow" ? "sleep_for" : "blocking");
      assert.is(jobs[0]!.status, "RUNNING");
      if (task === "slow")
        assert.equal([...(jobs[0]!.args as Map<string, unknown>)], [["ms", 60_000]]);
      const [line] = jsonLines(ok(dir, ["log", "-", "--format", "json"]));
      assert.ok(line.jobs.every((job: { status: string }) => job.status === "INTERRUPTED"));
      assert.match(ok(dir, ["log", "-"]), /INTERRUPTED: [12]\)/);
    }
  },
);

recover("a journal of 0.1.0 is recovered, whoever tried before, but for its damaged lines", () => {
  const { dir } = repository();
  const { dir: other } = repository();
  record(other, ["w.mjs", "quick", "--n", "1"]);
  const { executions, files } = recorded(other);
  const { id, started } = executions[0]!;
  const lines = [...files]
    .filter(([path]) => !/outcome|format/.test(path))
    .map(([path, text]) => JSON.stringify({ file: { path, text } }));
  const owner = { execution: id, started, title: "run quick", ref: "refs/redun/main" };
  // Process 1 is never ours; ids above 2^22 are nobody's.
  const begin = JSON.stringify({
    begin: { ...owner, pid: 4194305, host: logged(other)[0].host ?? "" },
  });
  const host = jsonLines(ok(other, ["log", "--format", "json"]))[0].host;
  const folder = join(dir, ".git/redun/journal");
  mkdirSync(folder, { recursive: true });
  const text = [begin, ...lines, '{"job":"half'].join("\n");
  writeFileSync(join(folder, `${id}.17.23.ndjson`), text);
  const { stdout, stderr } = cli(dir, host === undefined ? ["recover", id] : ["log"]);
  assert.match(stdout + stderr, /Recorded an interrupted run: .*1 line of its journal lost/);
  assert.equal(journals(dir), []);
  assert.is(jobsOf(recorded(dir), "quick").length, 1);
});

recover("a newer redun-git's journal is reported, kept, and refused", () => {
  const { dir } = repository();
  const id = "0123456789abcdef0123456789abcdef01234567";
  const folder = join(dir, ".git/redun/journal");
  mkdirSync(folder, { recursive: true });
  const begin = { begin: { version: 2, ref: "refs/redun/main" } } as unknown as JournalLine;
  writeFileSync(join(folder, `${id}.0.journal`), encodeLine(0, begin));
  const { status, stdout, stderr } = cli(dir, ["log"]);
  assert.is(status, 0);
  assert.match(stdout, /^No executions/);
  assert.is(
    stderr,
    "note: 01234567 (of a newer redun-git) is left as it is: a newer redun-git wrote its journal (version 2).\n" +
      "  Update redun-git to see and record it.\n",
  );
  assert.match(ok(dir, ["recover"]), /01234567 \(of a newer redun-git\)/);
  for (const more of [[], ["--force"], ["--dry-run"]]) {
    const refused = cli(dir, ["recover", "01234567", ...more]);
    assert.is(refused.status, 1);
    assert.match(refused.stderr, /version 2; .* reads version 1. \[FORMAT_TOO_NEW\]/);
  }
  assert.is(journals(dir).length, 1);
});

recover.run();
