/** What `run` tells while it goes on: lines, JSON, and a live view on a terminal. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { askedMode, progressMode } from "../../cli/progress/mode.ts";
import { Regularly } from "../../cli/progress/regularly.ts";
import { cli, jsonLines, workflowRepository } from "../support/cli.ts";
import { NO_PTY, onTerminal } from "../support/pty.ts";
import { unless } from "../support/skipped.ts";

const WORKFLOW = `
import { execSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { task } from "redun-git";
export const namespace = "w";
export const one = task((n) => n);
export const other = task((n) => n);
export const fails = task(() => { throw new RangeError("too hot"); });
export const many = task((n) => [
  ...Array.from({ length: n }, (_, at) => one(at)),
  ...Array.from({ length: 5 }, (_, at) => other(at)),
]);
export const survives = task(async (n) => { await many(n); try { await fails(); } catch {} return "fine"; });
export const talks = task(async (ms) => {
  for (let at = 0; at < 20; at++) {
    console.log("out " + at);
    console.error("err " + at);
    await sleep(ms / 20);
  }
  execSync("echo of a child; echo and its stderr >&2", { stdio: "inherit" });
  return "the end";
});
let failures = 0;
export const flaky = task({ retries: 2 }, () => { if (failures++ < 2) throw new RangeError("too hot " + failures); });
export const lost = task({ executor: "threads" }, () => 1);
export const unsaid = task({ record: { args: { tokn: "hash" } } }, (token) => 1);
export const spins = task((ms) => { for (const end = Date.now() + ms; Date.now() < end; ); });
export const works = task((ms) => [spins(ms), one(1)]);
export const exits = task(async (ms) => { await sleep(ms); process.exit(7); });
export const dies = task(async (ms) => { await sleep(ms); process.kill(process.pid, "SIGKILL"); });
`;

const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
const progress = suite("progress");

progress("a line for each of 200 jobs, and one for the others of a task", () => {
  const { stderr, status } = cli(dir, ["run", "w.mjs", "many", "--n", "300"]);
  assert.is(status, 0, stderr);
  const lines = stderr.split("\n");
  assert.is(lines.filter((line) => /Run +Job [0-9a-f]{8}: /.test(line)).length, 200);
  assert.equal(
    lines.filter((line) => line.includes("more job")),
    ["[redun] Run    w.one: 101 more jobs", "[redun] Run    w.other: 5 more jobs"],
  );
  assert.match(stderr, /\| w\.one +0 +0 +0 +0 +300 +300\n/);
});

progress("redun.logLines false leaves the lines of jobs out, but for failures", () => {
  const own = workflowRepository({ "w.mjs": WORKFLOW });
  own.git("config", "redun.logLines", "false");
  const { stderr } = cli(own.dir, ["run", "w.mjs", "survives", "--n", "300"]);
  assert.match(stderr, "Start Execution");
  assert.not.match(stderr, /Run +Job|more job/);
  assert.match(stderr, /\*\*\* Reject Job [0-9a-f]{8}: {2}w\.fails\(\)\n/);
  assert.match(stderr, "| JOB STATUS");
});

progress("failures are shown behind the first 200 jobs, too", () => {
  const { stderr } = cli(dir, ["run", "w.mjs", "survives", "--n", "300"]);
  assert.match(stderr, /\*\*\* Reject Job [0-9a-f]{8}: {2}w\.fails\(\)\n/);
  assert.match(stderr, "w.fails: 1 more job\n");
});

progress("--progress json: an object for each event", () => {
  const { stdout, stderr } = cli(dir, [
    "run",
    "--no-cache",
    "--progress",
    "json",
    "w.mjs",
    "survives",
    "--n",
    "1",
  ]);
  assert.is(stdout, "fine\n");
  const events = jsonLines(stderr);
  assert.equal(
    events.map(({ event, task }) => [event, task]),
    [
      ["runStarted", "w.survives"],
      ["jobStarted", "w.survives"],
      ["jobStarted", "w.many"],
      ["jobStarted", "w.one"],
      ["jobEnded", "w.one"],
      ...Array.from({ length: 5 }, () => [
        ["jobStarted", "w.other"],
        ["jobEnded", "w.other"],
      ]).flat(),
      ["jobEnded", "w.many"],
      ["jobStarted", "w.fails"],
      ["jobEnded", "w.fails"],
      ["jobEnded", "w.survives"],
      ["runEnded", "w.survives"],
    ],
  );
  const [begun, root, many] = events;
  assert.match(begun.execution, /^[0-9a-f]{40}$/);
  assert.equal(begun.argv.slice(0, 3), ["run", "--no-cache", "--progress"]);
  assert.equal([root.parent, root.call, many.parent], [null, "w.survives(n=1)", root.job]);
  const failed = events.find(({ status }) => status === "FAILED");
  assert.equal([failed.task, failed.error], ["w.fails", "RangeError: too hot"]);
  const ended = events.at(-1);
  assert.equal([ended.execution, ended.status], [begun.execution, "DONE"]);
  assert.equal(ended.jobs, { DONE: 8, FAILED: 1 });
  assert.type(ended.seconds, "number");
});

progress("--progress json: a run that fails, and one that is ended", () => {
  const failed = cli(dir, ["run", "w.mjs", "fails", "--progress=json"]);
  assert.is(failed.status, 1);
  const events = jsonLines(failed.stderr);
  assert.equal(
    events.map(({ event, status }) => [event, status]),
    [
      ["runStarted", undefined],
      ["jobStarted", undefined],
      ["jobEnded", "FAILED"],
      ["runEnded", "FAILED"],
      ["runFailed", undefined],
    ],
  );
  assert.equal([events[4].job, events[4].error], [events[1].job, "RangeError: too hot"]);
  const exited = cli(dir, ["run", "--progress", "json", "w.mjs", "exits", "--ms", "1"]);
  assert.is(exited.status, 7);
  const last = jsonLines(exited.stderr).at(-1);
  assert.equal([last.event, last.status], ["runEnded", "INTERRUPTED"]);
  assert.match(last.reason, "process.exit(7)");
});

progress("--progress none is -q; none of both contradicts the other", () => {
  assert.is(cli(dir, ["run", "w.mjs", "one", "--n", "1", "--progress", "none"]).stderr, "");
  assert.is(cli(dir, ["run", "-q", "--progress", "none", "w.mjs", "one", "--n", "1"]).stderr, "");
  assert.is(askedMode({}), undefined);
  for (const [words, about] of [
    [
      ["--progress", "fast"],
      /no progress "fast"\. \[USAGE\]\nUse `plain`, `live`, `json` or `none`\./,
    ],
    [["--progress", "json", "-q"], /-q asks for no progress, and --progress json for some\./],
    [["--progress", "live"], /A live view needs a terminal/],
  ] as const) {
    for (const line of [
      ["run", ...words, "w.mjs", "one", "--n", "1"],
      ["run", "w.mjs", "one", "--n", "1", ...words],
    ]) {
      const { status, stderr } = cli(dir, line);
      assert.is(status, 2, stderr);
      assert.match(stderr, about);
    }
  }
});

progress("it is live on a terminal, unless that is dumb or nobody can show it", () => {
  const io = (isTTY: boolean, TERM = "xterm") =>
    ({ stderr: { isTTY, write: () => true }, env: { TERM } }) as never;
  assert.is(progressMode({}, io(true), true), "live");
  assert.is(progressMode({}, io(false), false), "plain");
  assert.is(progressMode({}, io(true, "dumb"), true), "plain");
  assert.is(progressMode({ progress: "live" }, io(true, "dumb"), true), "live");
  // Under a debugger there is one process.
  assert.is(progressMode({ progress: "live" }, io(true), false), "plain");
  assert.is(progressMode({ progress: "json" }, io(true), true), "json");
  assert.is(progressMode({ quiet: true }, io(true), true), "none");
});

progress("what is due after work without a pause waits for the end that may come", async () => {
  let acted = 0;
  const regularly = new Regularly(10, () => acted++);
  for (const end = performance.now() + 700; performance.now() < end; );
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.is(acted, 0);
  regularly.stop();
  const again = new Regularly(10, () => acted++);
  await new Promise<void>((done) => {
    const look = setInterval(() => {
      if (acted < 3) return;
      clearInterval(look);
      done();
    }, 5);
  });
  again.stop();
});

const terminal = unless(NO_PTY, progress);
const NUMBERS = Array.from({ length: 20 }, (_, at) => at);

terminal("on a terminal: a live view, below what anybody writes, and gone at the end", async () => {
  const run = onTerminal(dir, ["run", "w.mjs", "talks", "--ms", "2500"]);
  await run.shows("[redun] 1 running");
  assert.match(run.terminal.screen.at(-1)!, /^ +\ds {2}w\.talks\(ms=2500\)$/);
  const { text, written } = await run.ended;
  for (const at of NUMBERS) {
    assert.ok(text.includes(`out ${at}`));
    assert.ok(text.includes(`err ${at}`));
  }
  assert.ok(text.includes("of a child"));
  assert.ok(text.includes("and its stderr"));
  assert.not.match(text.join("\n"), /1 running|^ +\ds /m);
  assert.ok(text.some((line) => /^\[redun\] \| w\.talks +0 +0 +0 +0 +1 +1$/.test(line)));
  assert.equal(text.slice(-2), ["the end", "status 0"]);
  assert.ok(written.lastIndexOf("\x1b[r") > written.lastIndexOf("\x1b[1;"));
});

terminal("it goes on while a task computes without a pause, and says so", async () => {
  const run = onTerminal(dir, ["run", "w.mjs", "works", "--ms", "4000"]);
  await run.shows("event loop busy for ");
  await run.shows("w.spins(ms=4000)");
  const { text } = await run.ended;
  assert.not.match(text.join("\n"), "event loop");
});

for (const [name, how, status] of [
  ["Ctrl-C", "\x03", 130],
  ["an exit", "exits", 7],
  ["a crash", "dies", 137],
] as const) {
  terminal(`${name} leaves no view behind`, async () => {
    const task = how === "\x03" ? "talks" : how;
    const run = onTerminal(dir, ["run", "w.mjs", task, "--ms", how === "\x03" ? "60000" : "2000"]);
    await run.shows("[redun] 1 running");
    if (how === "\x03") run.type(how);
    const { text, written } = await run.ended;
    assert.is(text.at(-1), `status ${status}`);
    assert.not.match(text.join("\n"), "1 running");
    assert.ok(written.lastIndexOf("\x1b[r") > written.lastIndexOf("\x1b[1;"));
  });
}

terminal("NO_COLOR: a view without colours; a dumb terminal has none", async () => {
  const plain = onTerminal(dir, ["run", "w.mjs", "talks", "--ms", "1500"], { NO_COLOR: "1" });
  await plain.shows("[redun] 1 running");
  assert.not.match((await plain.ended).written, /\x1b\[\d*m/);
  const dumb = onTerminal(dir, ["run", "w.mjs", "talks", "--ms", "1000"], { TERM: "dumb" });
  assert.not.match((await dumb.ended).written, "\x1b");
});

progress("of a task with retries: which attempt it is, and what went wrong", () => {
  const { stderr, status } = cli(dir, ["run", "w.mjs", "flaky"]);
  assert.is(status, 0, stderr);
  const lines = stderr
    .match(/(?:Run|Reject) +Job.*/g)!
    .map((line) => line.replace(/ +Job \w+: +/, " "));
  assert.equal(lines, [
    "Run w.flaky()",
    "Reject w.flaky() (attempt 1: RangeError: too hot 1)",
    "Run w.flaky() (attempt 2)",
    "Reject w.flaky() (attempt 2: RangeError: too hot 2)",
    "Run w.flaky() (attempt 3)",
  ]);
  const json = cli(dir, ["run", "--no-cache", "--progress", "json", "w.mjs", "flaky"]);
  const attempts = jsonLines(json.stderr).filter(({ event }) => /^job/.test(event));
  assert.equal(
    attempts.map(({ event, attempt }) => `${event} ${attempt}`),
    [
      "jobStarted undefined",
      "jobEnded 1",
      "jobStarted 2",
      "jobEnded 2",
      "jobStarted 3",
      "jobEnded 3",
    ],
  );
});

progress("an error of ours has its code, and says what to do", () => {
  const { stderr } = cli(dir, ["run", "w.mjs", "lost"]);
  assert.match(
    stderr,
    /There is no executor "threads"\. Did you mean thread\? \[UNKNOWN_EXECUTOR\]\n\[redun\] \S/,
  );
  const { stderr: early } = cli(dir, ["run", "w.mjs", "unsaid", "--token", "x"]);
  assert.match(
    early,
    /Execution failed\.\n\[redun\] RedunError: Task w\.unsaid has no parameter "tokn"/,
  );
});

progress.run();
