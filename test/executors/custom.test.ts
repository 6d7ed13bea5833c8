/** Executors of one's own, by module and by name; the command that they start; how many calls are at once. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Executor, RedunError, registerExecutor, Scheduler, task } from "../../src/api.ts";
import { Slot, Slots } from "../../src/engine/slots.ts";
import { CLI, cli, jsonLines, kill, ok, start, workflowRepository } from "../support/cli.ts";
import { jobOf, jobsOf, recorded } from "../support/recorded.ts";
import { temporaryRepository } from "../support/repository.ts";
import { until } from "../support/until.ts";

/** Keeps what calls are given and answer, and waits for ever where there is a file "hang". */
const EXECUTOR = `
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
const answer = (key) => (existsSync(key + ".out") ? readFileSync(key + ".out", "utf8") : null);
export default ({ name, get }) => ({
  options: ["queue"],
  resume: async ({ key }) => answer(key),
  async submit({ key, text, task, options, tag, heartbeat }) {
    appendFileSync("submitted", task + " " + JSON.stringify(options) + "\\n");
    writeFileSync(key + ".in", text);
    tag({ kept_job: key.slice(0, 8), mode: get("mode") ?? name });
    heartbeat("queued");
    execFileSync(process.execPath, [${JSON.stringify(CLI)}, "oneshot", key + ".in", key + ".out"], { stdio: "inherit" });
    if (existsSync("hang")) await new Promise(() => setInterval(() => {}, 1000));
    return answer(key);
  },
});
`;

const WORKFLOW = `
import { File, registerCodec, task } from "redun-git";
class Point { constructor(x) { this.x = x; } }
registerCodec(Point, { name: "Point", encode: ({ x }) => x, decode: (x) => new Point(x) });
export const leaf = task((n) => n + 1);
export const far = task({ executor: "kept", queue: "long", memory: 2 }, (n) => [n, leaf(n)]);
export const moved = task({ executor: "kept" }, (point) => new Point(point.x + 1));
export const point = task(() => moved(new Point(1)));
export const file = task({ executor: "kept" }, () => new File("made.txt").write("made"));
export const awaits = task({ executor: "kept" }, async (n) => await leaf(n));
export const fails = task({ executor: "kept" }, () => { throw new TypeError("no"); });
export const odd = task({ executor: "kept", queeu: 1 }, () => 1);
export const nowhere = task({ executor: "kep" }, () => 1);
export const remote = task({ executor: "kept", queue: "x" }, () => 2);
export const here = task(() => remote.options({ executor: "local" })());
`;

const custom = suite("executors of one's own");

function repository() {
  const made = workflowRepository({
    "package.json": '{ "type": "module" }',
    "workflow.js": WORKFLOW,
    "lib/executor.js": EXECUTOR,
  });
  made.git("config", "redun.executor.kept.module", "lib/executor.js");
  return { ...made, submitted: () => lines(join(made.dir, "submitted")) };
}

function lines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

custom("a module that git config names: its options, settings, tags and heartbeats", () => {
  const { dir, git, submitted } = repository();
  git("config", "redun.executor.kept.mode", "slow");
  const given = ["--format", "json", "--progress", "json", "workflow.js", "far", "--n", "3"];
  const { status, stdout, stderr } = cli(dir, ["run", ...given]);
  assert.is(status, 0, stderr);
  assert.equal(JSON.parse(stdout), [3, 4]);
  assert.equal(submitted(), ['far {"queue":"long","memory":2}']);
  const { tags } = jobOf(recorded(dir), "far");
  assert.equal(tags.map(([key]) => key).sort(), ["kept_job", "mode"]);
  assert.equal(Object.fromEntries(tags).mode, "slow");
  assert.ok(
    jsonLines(stderr).some(({ event, state }) => event === "jobHeard" && state === "queued"),
  );
  assert.is(ok(dir, ["run", "-q", "workflow.js", "here"]), "2\n");
  assert.is(ok(dir, ["run", "-q", "workflow.js", "point"]), "Point { x: 2 }\n");
});

custom("what another process had submitted is found again, and not submitted twice", async () => {
  const { dir, submitted } = repository();
  writeFileSync(join(dir, "hang"), "");
  const running = start(dir, ["run", "-q", "workflow.js", "far", "--n", "3"]);
  await until(() => readdirSync(dir).some((name) => name.endsWith(".out")));
  await kill(running);
  rmSync(join(dir, "hang"));
  const given = ["run", "-q", "--format", "json", "workflow.js", "far", "--n", "3"];
  assert.equal(JSON.parse(ok(dir, given)), [3, 4]);
  assert.is(submitted().length, 1);
  ok(dir, ["run", "-q", "--no-cache", "workflow.js", "far", "--n", "3"]);
  assert.is(submitted().length, 2, "who wants no earlier results gets none");
});

custom("an earlier answer is not taken if it is a failure, or its file is another by now", () => {
  const { dir, submitted } = repository();
  for (let n = 1; n <= 2; n++) {
    assert.is(cli(dir, ["run", "-q", "workflow.js", "fails"]).status, 1);
    assert.is(submitted().length, n);
  }
  ok(dir, ["run", "-q", "workflow.js", "file"]);
  writeFileSync(join(dir, "made.txt"), "changed");
  ok(dir, ["run", "-q", "workflow.js", "file"]);
  assert.is(submitted().length, 4);
  assert.is(readFileSync(join(dir, "made.txt"), "utf8"), "made");
});

custom("what is wrong with an executor, or asked of one, is told", () => {
  const { dir, git } = repository();
  for (const [words, status, what] of [
    [
      ["odd"],
      1,
      /odd has the option "queeu", which its executor kept does not take. Did you mean queue\?/,
    ],
    [["nowhere"], 1, /There is no executor "kep". Did you mean kept\?/],
    [
      ["-o", "executor=tread", "leaf", "--n", "1"],
      1,
      /There are local, thread, process, slurm, hq, aws_batch, k8s, kept\./,
    ],
    [
      ["-o", "executor=thread", "-o", "queue=1", "leaf", "--n", "1"],
      1,
      /executor thread does not take/,
    ],
    [["-o", "cacheScope=none", "leaf", "--n", "1"], 1, /A run has no option "cacheScope"/],
    [["awaits", "--n", "1"], 1, /awaits awaits another task where only its own call was sent/],
    [["fails"], 1, /TypeError: no\n.*at .*workflow\.js:\d+/],
  ] as const) {
    const run: string[] = [...words];
    const at = run.findIndex((word, i) => !word.startsWith("-") && run[i - 1] !== "-o");
    const { status: ended, stderr } = cli(dir, [
      "run",
      "-q",
      ...run.toSpliced(at, 0, "workflow.js"),
    ]);
    assert.is(ended, status, stderr);
    assert.match(stderr, what);
  }
  for (const [module, what] of [
    ["lib/none.js", /kept cannot be loaded from lib\/none\.js: Cannot find/],
    ["workflow.js", /workflow\.js exports no executor/],
  ] as const) {
    git("config", "redun.executor.kept.module", module);
    assert.match(cli(dir, ["run", "-q", "workflow.js", "far", "--n", "1"]).stderr, what);
  }
  git("config", "redun.executor.thread.workers", "0");
  const { stderr } = cli(dir, [
    "run",
    "-q",
    "-o",
    "executor=thread",
    "workflow.js",
    "leaf",
    "--n",
    "1",
  ]);
  assert.match(stderr, /redun\.executor\.thread\.workers is "0", and no whole number/);
});

custom("oneshot refuses what is no call, and writes nothing then", () => {
  const { dir } = repository();
  const said = (input: string) => {
    writeFileSync(join(dir, "in"), input);
    const { status, stderr } = cli(dir, ["oneshot", "in", "out"]);
    assert.is(status, 1);
    assert.not(existsSync(join(dir, "out")));
    return stderr;
  };
  assert.match(said("kind: answer\nversion: 1\n"), /should be a call cannot be read: it is none/);
  assert.match(said("kind: call\nversion: 1\ntask: ["), /it is damaged or cut short/);
  assert.match(said("kind: call\nversion: 2\n"), /it has version 2, and this redun-git reads 1/);
  assert.match(cli(dir, ["oneshot", "gone", "out"]).stderr, /The call in .*gone cannot be read/);
});

custom("registered by the API: an answer that is none fails its job, and says so", async () => {
  const { dir } = temporaryRepository();
  const answers: unknown[] = [null, "no yaml: [", 7];
  registerExecutor(
    "broken",
    () => ({ submit: async () => answers.shift() }) as unknown as Executor,
  );
  const call = task({ name: "call", executor: "broken", cacheScope: "none" }, () => 1);
  for (const what of [/answered null in place of a text/, /cannot be read/, /answered number/]) {
    await new Scheduler({ cwd: dir }).run(call()).then(
      () => assert.unreachable(),
      (error: Error) => {
        assert.ok(error instanceof RedunError && error.code === "EXECUTOR_FAILED");
        assert.match(error.message, what);
      },
    );
  }
  assert.equal(
    jobsOf(recorded(dir), "call").map(({ status }) => status),
    ["FAILED", "FAILED", "FAILED"],
  );
  assert.throws(
    () => registerExecutor("local", () => ({}) as Executor),
    /registerExecutor was given/,
  );
  assert.throws(() => task({ executor: "" }, () => 1), /executor: ''/);
  assert.throws(() => task({ executor: "x", memory: -1 }, () => 1), /memory: -1/);
});

custom("is closed at the end of a run, whether that is recorded or not", async () => {
  const { dir } = temporaryRepository();
  for (const record of [true, false]) {
    let closed = 0;
    const name = `closing-${record}`;
    registerExecutor(name, () => ({
      submit: () => Promise.reject(new Error("it is closed all the same")),
      close: async () => void closed++,
    }));
    const call = task({ name: `call-${record}`, executor: name }, () => 1);
    const error = await new Scheduler({ cwd: dir }).run(call(), { record }).catch((error) => error);
    assert.match(String(error), "all the same");
    assert.is(closed, 1, `record: ${record}`);
  }
});

custom(
  "async functions: no more are at work than there are workers, and those that wait do not count",
  async () => {
    const seen = { now: 0, most: 0 };
    const busy = async (time: number) => {
      seen.most = Math.max(seen.most, ++seen.now);
      await sleep(time);
      seen.now--;
    };
    const leaf = task({ name: "leaf", cacheScope: "none" }, async (_: number) => busy(2));
    const promise = task({ name: "promise", cacheScope: "none" }, (_: number) => busy(1));
    const parent = task(
      { name: "parent", cacheScope: "none" },
      async (n: number): Promise<number> => {
        await busy(1);
        await Promise.all([leaf(n), leaf(n + 1)]);
        await busy(1);
        return n;
      },
    );
    const { dir, git } = temporaryRepository();
    git("config", "redun.executor.local.workers", "3");
    const many = Array.from({ length: 50 }, (_, n) => n);
    await new Scheduler({ cwd: dir }).run(many.map((n) => (n % 2 ? parent(n) : promise(n))));
    // The first call of `promise` shows that it is asynchronous: that is one more.
    assert.ok(seen.most >= 3 && seen.most <= 4, `${seen.most} at once`);
    assert.is(seen.now, 0);
  },
);

custom("slots: as many as there are, the deepest first, whoever goes on before all", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  assert.ok(slots.take(0, () => {}));
  const first = new Slot(slots);
  const begin = (name: string, depth: number) => {
    assert.not(slots.take(depth, () => void order.push(name)));
  };
  begin("shallow", 1);
  begin("deep", 9);
  begin("deep too", 9);
  let done: () => void = () => {};
  const waiting = first.during(
    new Promise<void>((resolve) => {
      done = resolve;
    }),
  );
  assert.equal(order, ["deep"]);
  done();
  await sleep(1);
  slots.giveBack();
  await waiting;
  assert.equal(order, ["deep"], "what had waited goes on first");
  first.end();
  first.end();
  assert.equal(order, ["deep", "deep too"]);
  slots.giveBack();
  assert.equal(order, ["deep", "deep too", "shallow"]);
});

custom.run();
