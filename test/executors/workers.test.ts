/** `thread` and `process`: what runs in a worker is as if it had run in the process of the run. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isRunning } from "../../src/git/files/process-state.ts";
import { cli, ok, start, workflowRepository } from "../support/cli.ts";
import { repeats, someOf } from "../support/effort.ts";
import { jobOf, jobsOf, type RecordedJob, recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";

const KINDS = ["thread", "process"] as const;

/** Everything that a task may do, at whatever executor. */
const WORKFLOW = `
import { applyTags, catchError, cond, File, mapTask, registerCodec, script, seq, task } from "redun-git";
import { isMainThread, threadId } from "node:worker_threads";
export const namespace = "all";

class Point { constructor(x) { this.x = x; } }
registerCodec(Point, { name: "Point", encode: ({ x }) => x, decode: (x) => new Point(x) });
export const moved = task((point) => new Point(point.x + 1));

/** A leaf with tags. */
export const leaf = task({ tags: { kind: "leaf" } }, (n, more = n + 1) => n * more);
export const where = task({ cacheScope: "none" }, () => [process.pid, threadId, isMainThread]);
export const values = task((...given) => given);
export const file = task((file) => file.read());
export const report = task((text) => new File("made/report.txt").write(text));
export const lazy = task((n) => ({ sum: [leaf(n), leaf(n)], when: cond(true, leaf(n), leaf(99)) }));
export const promised = task((n) => [Promise.resolve(n), Promise.resolve({ deep: Promise.resolve(1) })]);
export const awaits = task(async (n) => {
  const child = leaf(n);
  const first = await child;
  const both = [await leaf(first), await leaf(first + 1)];
  return [first, both, child, await mapTask(leaf, [1, 2])];
});
export const nested = task(async (n) => (n === 0 ? 0 : 1 + (await nested(n - 1))));
export const shell = task(async (word) => {
  const said = await script\`echo \${word}; echo warning >&2\`;
  return said.trim() + "!";
});
export const tags = task((n) => {
  applyTags(n, { tags: { of: "value" }, jobTags: { seen: [1, 2] }, executionTags: { once: true } });
  return applyTags(leaf(n), { tags: { of: "lazy" } });
});
export const fails = task((message) => {
  const error = new RangeError(message, { cause: new Error("inner", { cause: "text" }) });
  error.code = "E_HOT";
  throw error;
});
export const failsWith = task((value) => { throw value; });
export const exits = task(() => script\`echo bad >&2; exit 3\`);
export const caught = task(() => catchError(fails("hot"), described));
export const caughtExit = task(() => catchError(exits(), described));
export const described = task((error) => [error instanceof RangeError, error.name, error.message, error.code]);
export const main = task(() => seq([
  values(null, undefined, true, -0, 1.5, NaN, Infinity, 1e300, 2n ** 70n, "text\\nlines", "~", [], {}, [[1], { a: undefined }]),
  values(new Date(0), new Map([["k", new Map([[1, "one"]])]]), new Set([1, "1"]), new Uint8Array([1, 2, 255])),
  moved(new Point(1)), values(/a+/giu, new URL("https://example.org/?q=1"), new Float64Array([0.1, -1]), Symbol.for("s")),
  values([1, , undefined], "x12".match(/(?<n>\\d)/), Object.assign(Object.create(null), { a: [undefined] }), { [Symbol.for("k")]: 1 }),
  file(new File("data/in.txt")), report("rows\\n"), lazy(3), promised(4), awaits(5), nested(4), shell("it's"), tags(7),
]));
export const errors = task(() => seq([caught(), caughtExit()]));
`;

const workers = suite("workers");

function repository(workflow = WORKFLOW, more: Record<string, string> = {}) {
  return workflowRepository({
    "package.json": '{ "type": "module" }',
    "workflow.js": workflow,
    "data/in.txt": "input\n",
    ...more,
  });
}

/** What is recorded of a run, without what differs from run to run. */
function recordOf(dir: string) {
  const { jobs, tagged, executions } = recorded(dir);
  const names = new Map(jobs.map(({ id, index }) => [id, `job ${index}`]));
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, one) =>
        typeof one === "bigint" ? `${one}n` : one instanceof Map ? [...one] : one,
      ).replace(/[0-9a-f]{40}/g, (id) => names.get(id) ?? id),
    );
  const shown = jobs
    .map((job) => ({
      ...[job.task, job.call, job.status, job.args, tagsOf(job), job.returned, job.tasksBelow],
      from: [...job.from].map(([name, ids]) => [name, ids]),
      parent: job.parent,
    }))
    .map(plain);
  const things = tagged.map((one) => ({ ...one, id: one.type === "Execution" ? "" : one.id }));
  return {
    jobs: shown.map((one) => JSON.stringify(one)).sort(),
    tagged: plain(things),
    executions,
  };
}

/** How much memory a program took is measured now and then: of a quick one it is not known each time. */
function tagsOf({ tags }: RecordedJob) {
  return tags.filter(([key]) => key !== "peak_memory");
}

workers("a run is recorded the same wherever its calls run", () => {
  const records = ["local", ...KINDS].map((executor) => {
    const { dir } = repository();
    const given = ["-o", `executor=${executor}`, "-o", "timeout=100"];
    const out = ok(dir, ["run", "-q", "--format", "json", ...given, "workflow.js", "main"]);
    const record = recordOf(dir);
    const errors = ok(dir, ["run", "-q", "--format", "json", ...given, "workflow.js", "errors"]);
    return { executor, out, errors, ...record };
  });
  const [local, ...others] = records;
  assert.ok(local!.jobs.length > 25, `${local!.jobs.length} jobs`);
  for (const other of others) {
    assert.is(other.out, local!.out);
    assert.is(other.errors, local!.errors);
    assert.equal(other.jobs, local!.jobs, other.executor);
    assert.equal(other.tagged, local!.tagged, other.executor);
  }
});

workers("calls run in other threads, or in other processes", () => {
  const { dir } = repository();
  const place = (executor: string) =>
    JSON.parse(
      ok(dir, [
        "run",
        "-q",
        "--format",
        "json",
        "-o",
        `executor=${executor}`,
        "workflow.js",
        "where",
      ]),
    );
  const [, here, isMain] = place("local");
  assert.equal([here, isMain], [0, true]);
  const [, thread, isMainThread] = place("thread");
  assert.ok(thread > 0 && !isMainThread);
  const [, inProcess, isMainOfProcess] = place("process");
  assert.equal([inProcess, isMainOfProcess], [0, true]);
  assert.is(jobsOf(recorded(dir), "all.where").length, 3);
});

workers("an error is told and recorded as it was thrown", () => {
  const results = ["local", ...KINDS].map((executor) => {
    const { dir } = repository();
    const { status, stderr } = cli(dir, [
      "run",
      "-q",
      "-o",
      `executor=${executor}`,
      "workflow.js",
      "fails",
      "--message",
      "hot",
    ]);
    assert.is(status, 1);
    const error = JSON.stringify(jobOf(recorded(dir), "all.fails").error).replaceAll(dir, "");
    return { stderr: stderr.replace(/[0-9a-f]{8}/g, "ID"), error };
  });
  assert.match(results[0]!.stderr, /RangeError: hot\n.*workflow\.js:\d+/);
  for (const result of results.slice(1)) assert.equal(result, results[0]);
});

const DYING = `
import { existsSync, writeFileSync } from "node:fs";
import { task } from "redun-git";
export const fine = task((n) => n);
export const dies = task({ retries: 1 }, (how) => {
  if (!existsSync("died")) {
    writeFileSync("died", "");
    if (how === "exit") process.exit(0);
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    if (how === "throw") setTimeout(() => { throw new Error("uncaught"); });
    while (how !== "throw");
    return new Promise(() => {});
  }
  return "alive again";
});
export const main = task((how) => [fine(1), dies(how), fine(2), fine(3)]);
`;

const ENDS = [
  ["process", "kill"],
  ["thread", "throw"],
  ["thread", "exit"],
  ["process", "exit"],
  ["process", "throw"],
] as const;
for (const kind of KINDS) {
  for (const [, how] of someOf(ENDS.filter(([of]) => of === kind))) {
    workers(`${kind}: a worker that ends (${how}) fails its own job, which is tried again`, () => {
      const { dir } = repository(DYING);
      const given = ["-o", `executor=${kind}`, "workflow.js", "main", "--how", how];
      const { status, stdout, stderr } = cli(dir, ["run", "-q", "--format", "json", ...given]);
      assert.is(status, 0, stderr);
      assert.equal(JSON.parse(stdout), [1, "alive again", 2, 3]);
      const [failed, done] = jobsOf(recorded(dir), "dies");
      assert.equal([failed!.status, done!.status], ["FAILED", "DONE"]);
      assert.match(JSON.stringify(failed!.error), /ended before it had answered/);
      assert.is(jobsOf(recorded(dir), "fine").length, 3);
    });
  }
}

for (const kind of KINDS) {
  workers(`${kind}: where no worker can begin, its calls fail`, () => {
    const { dir } = repository(DYING, {
      "no-worker.cjs": `
const { workerData } = require("node:worker_threads");
if (workerData?.[0]?.workerId || process.env.TINYPOOL_WORKER_ID) throw new Error("no worker here");
`,
    });
    const env = { NODE_OPTIONS: `--require ${join(dir, "no-worker.cjs")}` };
    const given = ["-o", `executor=${kind}`, "workflow.js", "fine", "--n", "1"];
    const { status, stderr } = cli(dir, ["run", "-q", ...given], { env });
    assert.is(status, 1);
    assert.match(
      stderr,
      /RedunError: The (thread|process) that ran fine ended before it had answered/,
    );
  });
}

const ENDLESS = `
import { appendFileSync } from "node:fs";
import { task } from "redun-git";
export const endless = task(() => { appendFileSync("pids", process.pid + "\\n"); for (;;); });
export const main = task({ executor: "local" }, () => [endless.options({ timeout: 0.3 })()]);
`;

for (const kind of KINDS) {
  workers(`${kind}: what computes without a pause is ended when it has taken too long`, () => {
    const { dir } = repository(ENDLESS);
    const { status, stderr } = cli(dir, ["run", "-o", `executor=${kind}`, "workflow.js", "main"]);
    assert.is(status, 1);
    assert.match(stderr, /Timeout: endless took longer than 0\.3 seconds/);
    assert.is(jobOf(recorded(dir), "endless").status, "FAILED");
  });

  workers(`${kind}: Ctrl-C ends it, and its job is not said to have failed`, async () => {
    const { dir } = repository(ENDLESS);
    const running = start(dir, ["run", "-o", `executor=${kind}`, "workflow.js", "endless"]);
    await until(() => existsSync(join(dir, "pids")));
    running.child.kill("SIGINT");
    const { status } = await running.ended;
    assert.is(status, 130);
    const pids = readFileSync(join(dir, "pids"), "utf8").trim().split("\n").map(Number);
    await until(() => !pids.some(isRunning));
    const log = recorded(dir);
    assert.is(log.outcomes[0]!.status, "INTERRUPTED");
    assert.is(jobOf(log, "endless").status, "RUNNING");
  });
}

workers("what a task prints comes out, in its order, also where it fails then", () => {
  const { dir } = repository(`
import { task } from "redun-git";
export const main = task(() => {
  for (let n = 0; n < 2000; n++) console.log("line " + n);
  process.stdout.write("last");
  throw new Error("then");
});
`);
  for (const kind of KINDS) {
    const { stdout } = cli(dir, ["run", "-q", "-o", `executor=${kind}`, "workflow.js", "main"]);
    const lines = Array.from({ length: 2000 }, (_, n) => `line ${n}\n`);
    assert.is(stdout, `${lines.join("")}last`, kind);
  }
});

const REFUSED = `
import { applyTags, task } from "redun-git";
class Model { weights = [1]; }
const given = { function: () => 1, instance: new Model(), nested: [{ model: new Model() }], cycle: {} };
given.cycle.self = given.cycle;
export const uses = task({ executor: "thread" }, (first, what) => what);
export const main = task((kind) => uses(1, given[kind]));
export const gives = task({ executor: "thread" }, (kind) => given[kind]);
const make = (n) => task({ name: "twin", executor: "thread" }, () => n);
const twins = [make(1), make(2)];
export const one_twin = task(() => twins[1]());
export const late = task(() => task({ name: "made_late", executor: "thread" }, () => 1)());
`;

for (const [words, what] of [
  ...someOf([
    [
      ["main", "--kind", "instance"],
      /Argument what of uses holds a class Model, which cannot be sent/,
    ],
    [["main", "--kind", "function"], /Argument what of uses holds a function/],
    [["main", "--kind", "nested"], /Argument what of uses holds a class Model/],
    [["main", "--kind", "cycle"], /Argument what of uses holds/],
  ] as const),
  ...someOf([
    [["gives", "--kind", "instance"], /The result of job [0-9a-f]{8} gives holds a class Model/],
    [["gives", "--kind", "function"], /The result of job [0-9a-f]{8} gives holds a function/],
  ] as const),
  [["one_twin"], /Several functions are the task twin/],
  [["late"], /workflow\.js makes no task made_late when it is loaded/],
] as const) {
  workers(`refused: ${words.join(" ")}`, () => {
    const { dir } = repository(REFUSED);
    const { status, stderr } = cli(dir, ["run", "-q", "workflow.js", ...words]);
    assert.is(status, 1);
    assert.match(stderr, what);
  });
}

workers("a worker whose script has been changed since does not run its task", () => {
  const { dir } = repository(`
import { readFileSync, writeFileSync } from "node:fs";
import { task } from "redun-git";
export const leaf = task({ executor: "thread" }, () => "before");
export const main = task(() => {
  writeFileSync("workflow.js", readFileSync("workflow.js", "utf8").replace('"before"', '"after"'));
  return leaf();
});
`);
  const { status, stderr } = cli(dir, ["run", "-q", "workflow.js", "main"]);
  assert.is(status, 1);
  assert.match(stderr, /The task leaf has another source in the worker than in the run/);
});

workers("one worker is enough for tasks that await each other", () => {
  const { dir, git } = repository();
  const depth = String(repeats(6));
  for (const kind of ["local", ...KINDS]) {
    git("config", `redun.executor.${kind}.workers`, "1");
    const given = ["--no-cache", "-o", `executor=${kind}`, "workflow.js", "nested", "--n", depth];
    assert.is(ok(dir, ["run", "-q", ...given]), `${depth}\n`, kind);
  }
});

workers("a program that runs its own workflow needs no other file for that", () => {
  const { dir } = repository("", {
    "program.mjs": `
import { Scheduler, task } from "${new URL("../../dist/index.js", import.meta.url).href}";
import { isMainThread } from "node:worker_threads";
const square = task({ name: "square" }, (n) => [n * n, isMainThread]);
const options = { executor: process.argv[2] };
console.log(JSON.stringify(await new Scheduler().run([square(3), square(4)], { options })));
`,
  });
  const run = (kind: string) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["program.mjs", kind], {
      cwd: dir,
      encoding: "utf8",
    });
    assert.is(status, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.equal(run("thread"), [
    [9, false],
    [16, false],
  ]);
});

workers.run();
