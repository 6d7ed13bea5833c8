/** How a run ends that its own work does not end, and what the log says of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  CLI,
  cli,
  inProcess,
  jsonLines,
  logged,
  ok,
  start,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf, someOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";

const ENDS = `
import { task } from "redun-git";
import { setTimeout as sleep } from "node:timers/promises";
export const never = task(async (n) => { await new Promise(() => {}); });
export const both = task(() => [never(1), never(2)]);
export const exits = task(async (code) => { await sleep(5); process.exit(code); });
export const above = task(() => exits(0));
export const zero = task(async () => { process.exitCode = 0; await new Promise(() => {}); });
export const rejects = task(async () => {
  setTimeout(() => Promise.reject(new TypeError("nobody cares")), 5);
  await sleep(20_000);
});
export const text = task(async () => { Promise.reject("only text"); await sleep(20_000); });
export const bad = task(async () => { await sleep(5); throw new RangeError("too hot"); });
export const fails = task(() => [bad(), never(3)]);
const inner = task({ limits: ["db"] }, (n) => n + 1);
export const outer = task({ limits: ["db"] }, async (n) => await inner(n));
export const main = task((name = "you") => "Hello, " + name);
`;
const FILES = { "ends.mjs": ENDS };

const ends = suite("the end of a run");

for (const backend of oneOf(BACKENDS)) {
  ends(`that nothing could end any more: status 1, INTERRUPTED, and why (${backend})`, () => {
    const { dir } = workflowRepository(FILES);
    const { status, stdout, stderr } = cli(dir, ["run", "-q", "ends.mjs", "both"], { backend });
    assert.is(status, 1);
    assert.is(stdout, "");
    assert.match(stderr, /Nothing is left that could end the run/);
    assert.match(stderr, / {2}never\(n=1\) at ends\.mjs:4\n.* {2}never\(n=2\) at ends\.mjs:4\n/);
    const [outcome, ...others] = recorded(dir).outcomes;
    assert.equal(others, []);
    assert.is(outcome!.status, "INTERRUPTED");
    assert.match(outcome!.reason!, /never\(n=1\) at ends\.mjs:4/);
  });
}

ends("that nothing could end, because a job holds the limit that the call it awaits needs", () => {
  const { dir } = workflowRepository(FILES);
  const { status, stderr } = cli(dir, ["run", "-q", "ends.mjs", "outer", "--n", "1"]);
  assert.is(status, 1);
  assert.match(
    stderr,
    /inner\(n=1\) at ends\.mjs:\d+ needs 1 of "db", held by outer\(n=1\) at ends/,
  );
  const [outcome] = recorded(dir).outcomes;
  assert.is(outcome!.status, "INTERRUPTED");
  assert.match(outcome!.reason!, /needs 1 of "db", held by outer/);
});

ends("is reported even where the task has set process.exitCode", () => {
  const { dir } = workflowRepository(FILES);
  assert.is(cli(dir, ["run", "ends.mjs", "zero"]).status, 1);
});

for (const [where, listens] of [
  ["the script", 'process.on("exit", () => process.exit(0));'],
  ["a task", ""],
] as const) {
  for (const [task, status] of someOf([
    ["exits", "INTERRUPTED"],
    ["bad", "FAILED"],
    ["never", "INTERRUPTED"],
  ])) {
    ends(`of ${task} is not made a success by a listener to the exit in ${where}`, () => {
      const listening = `
export const ended = task(() => { process.on("exit", () => { process.exitCode = 0; process.exit(0); }); return 0; });
export const bad2 = task(async () => [await ended(), bad()]);
export const exits2 = task(async () => [await ended(), exits(0)]);
export const never2 = task(async () => [await ended(), never(0)]);
`;
      const { dir } = workflowRepository({ "ends.mjs": ENDS + listens + listening });
      assert.is(cli(dir, ["run", "-q", "ends.mjs", `${task}2`]).status, 1);
      assert.equal(
        recorded(dir).outcomes.map((outcome) => outcome.status),
        [status],
      );
    });
  }
}

for (const [what, code] of someOf([
  ["a listener before all others", 'process.prependListener("exit", () => process.exit(0));'],
  ["process.exit that does nothing", "process.exit = () => {};"],
  [
    "process.reallyExit with 0",
    "const end = process.reallyExit; process.reallyExit = () => end.call(process, 0);",
  ],
  [
    "a program that writes to the channel",
    'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(3, "OVER 0 0\\nOVER 0\\n"));',
  ],
  [
    "exitCode 0 at every turn",
    'setInterval(() => { process.exitCode = 0; }, 1).unref(); process.prependListener("exit", () => { process.exitCode = 0; });',
  ],
])) {
  ends(`that failed is no success by ${what}`, () => {
    const { dir } = workflowRepository({ "ends.mjs": `${ENDS}${code}\n` });
    for (const [task, status] of someOf([
      ["bad", "FAILED"],
      ["both", "INTERRUPTED"],
      ["main", "DONE"],
    ])) {
      const result = cli(dir, ["run", "-q", "ends.mjs", task]);
      assert.is(result.status, task === "main" ? 0 : 1, `${task}: ${result.stderr}`);
      assert.is(logged(dir)[0].status, status);
    }
  });
}

ends("that reallyExit ended within a task is no success", () => {
  const { dir } = workflowRepository({
    "ends.mjs": `${ENDS}export const gone = task(() => process.reallyExit(0));\n`,
  });
  assert.is(cli(dir, ["run", "-q", "ends.mjs", "gone"]).status, 1);
  assert.is(logged(dir)[0].status, "INTERRUPTED");
});

for (const [what, code] of [
  ["calls process.exit", "process.exit(0);"],
  ["waits for what cannot come", "await new Promise(() => {});"],
]) {
  ends(`of a script that ${what} while it is loaded: an error, and a status`, () => {
    const { dir } = workflowRepository({ "ends.mjs": `${ENDS}${code}\n` });
    for (const words of someOf([["main"], ["help"]])) {
      const { status, stderr } = cli(dir, ["run", "ends.mjs", ...words]);
      assert.ok(status);
      assert.match(
        stderr,
        /ends\.mjs did not load: the process ended with status \d+ before it had/,
      );
    }
    assert.is(logged(dir).length, 0);
  });
}

for (const [task, args, status] of [
  ["exits", ["--code", "0"], 1],
  ["exits", ["--code", "7"], 7],
  ["above", [], 1],
] as const) {
  ends(`by process.exit in a task (${task} ${args.join(" ")}): status ${status}`, () => {
    const { dir } = workflowRepository(FILES);
    const result = cli(dir, ["run", "-q", "ends.mjs", task, ...args]);
    assert.is(result.status, status);
    assert.match(result.stderr, /exits\(code=\d\) at ends\.mjs:6 ended the process/);
    const [execution] = logged(dir);
    assert.is(execution.status, "INTERRUPTED");
    assert.match(execution.reason, /it called process\.exit\(\d\)/);
  });
}

ends("by a rejection that nothing handles: told with its stack, and recorded as FAILED", () => {
  const { dir } = workflowRepository(FILES);
  const { status, stderr } = cli(dir, ["run", "-q", "ends.mjs", "rejects"]);
  assert.is(status, 1);
  assert.match(stderr, /TypeError: nobody cares\n.*at .*ends\.mjs:\d+:/);
  const [execution] = logged(dir);
  assert.is(execution.status, "FAILED");
  assert.match(execution.reason, /nothing in the workflow handles: TypeError: nobody cares\n/);
  assert.match(ok(dir, ["log", "-"]), /^ {2}TypeError: nobody cares\n {6}at .*ends\.mjs:\d+:/m);
  cli(dir, ["run", "-q", "ends.mjs", "text"]);
  assert.match(logged(dir)[0].reason, /handles: only text$/);
});

ends("shows jobs that were at work as INTERRUPTED, in every listing", () => {
  const { dir } = workflowRepository(FILES);
  cli(dir, ["run", "-q", "ends.mjs", "fails"]);
  // The record says what was so; what is shown says what became of it.
  assert.is(recorded(dir).jobs.find(({ task }) => task === "never")!.status, "RUNNING");
  const page = ok(dir, ["log", "-"]);
  assert.match(page, /^ {2}Job [0-9a-f]{8} \[INTERRUPTED\] .* \(\d+ms\): {2}never\(n=3\)$/m);
  assert.match(page, /^ {2}Failed in Job .* bad\(\)\n {4}RangeError: too hot\n {8}at .*ends\.mjs/m);
  assert.match(page, /^Jobs: 3 \(DONE: 0, CACHED: 0, FAILED: 2, INTERRUPTED: 1\)$/m);
  assert.match(page, /^\| TASK +INTERRUPTED PENDING/m);
  const jobs = (status: string) => logged(dir, ["--job", "--job-status", status]);
  assert.equal(jobs("RUNNING"), []);
  const [job, ...others] = jobs("INTERRUPTED");
  assert.equal(others, []);
  assert.is(job.task, "never");
  assert.is(job.end_time, logged(dir)[0].end_time);
  assert.is(logged(dir, ["--job", "--where", "status=interrupted"]).length, 1);
  assert.match(ok(dir, ["log", job.id]), /the job was at work when its run ended/);
  const json = JSON.parse(ok(dir, ["log", "-", "--format", "json"]));
  assert.is(json.jobs.find((one: { id: string }) => one.id === job.id).status, "INTERRUPTED");
});

ends(
  "of a process that words ended which ask for no run: the one for the workflow ends too",
  () => {
    const { dir } = workflowRepository(FILES);
    const words = [CLI, "run", "ends.mjs", "main", "--log"];
    // It has the same pipes: this waits for both.
    const options = { cwd: dir, encoding: "utf8", timeout: 60_000 } as const;
    const { status, signal, stderr } = spawnSync(process.execPath, words, options);
    assert.is(signal, null);
    assert.is(status, 2);
    assert.match(stderr, /--log needs a value/);
  },
);

ends.run();

const output = suite("output that cannot be written");

const shell = (dir: string, script: string) => {
  const env = { ...process.env, RG: `${process.execPath} ${CLI}` };
  return execFileSync("sh", ["-c", script], { cwd: dir, encoding: "utf8", env });
};

output("a reader that goes away: one record, DONE, and silence", () => {
  const { dir, git } = workflowRepository(FILES);
  for (const script of someOf([
    "$RG run ends.mjs main 2>&1 | head -1",
    "{ $RG run -q ends.mjs main; echo $? > status; } | true",
    "$RG run -q ends.mjs main >&-",
    "$RG run ends.mjs main 2>&-",
    "$RG run ends.mjs main 2>/dev/full",
  ])) {
    const before = recorded(dir).outcomes.length;
    shell(dir, script);
    assert.is(recorded(dir).outcomes.length, before + 1, script);
  }
  assert.equal(
    recorded(dir).outcomes.filter(({ status }) => status !== "DONE"),
    [],
  );
  assert.not.match(git("log", "--format=%s", "refs/redun/main"), /INTERRUPTED/);
});

output("a closed pipe has the status of SIGPIPE, for every command", () => {
  const { dir } = workflowRepository(FILES);
  ok(dir, ["run", "-q", "ends.mjs", "main"]);
  for (const command of [
    "run -q ends.mjs main",
    ...someOf(["log", "log --format json", "tag list", "--help"]),
  ]) {
    const said = shell(
      dir,
      `{ sleep 0.1; $RG ${command} 2>err; echo $? > status; } | true; cat status err`,
    );
    assert.is(said, "141\n", command);
  }
});

output("a full disk is an error, for every command; the run is recorded", () => {
  const { dir } = workflowRepository(FILES);
  for (const command of [
    "run -q ends.mjs main",
    "tag add - a=1",
    ...someOf(["log", "log --format json", "log -", "tag list", "--help"]),
    ...someOf(["run -q --format json ends.mjs main"]),
  ]) {
    const said = shell(dir, `$RG ${command} >/dev/full 2>err; echo $?; cat err`);
    assert.match(said, /^1\nerror: .*the disk is full.*\[OUTPUT_FAILED\]\n/, command);
  }
  assert.is(recorded(dir).outcomes.length, 2);
  assert.is(recorded(dir).edits.length, 1);
});

if (process.platform === "linux") output.run();

const waiting = suite("a log that cannot be appended to");

/** Waits for the lock as long as a user would; begun here, so that the tests wait together. */
function behindLock(args: readonly string[], backend?: (typeof BACKENDS)[number]) {
  const repository = workflowRepository(FILES);
  const lock = join(repository.dir, ".git/refs/redun/main.lock");
  ok(repository.dir, ["run", "-q", "ends.mjs", "main"]);
  writeFileSync(lock, "");
  return { ...repository, lock, ...start(repository.dir, args, backend && { backend }) };
}

for (const backend of oneOf(BACKENDS)) {
  const late = behindLock(["run", "-q", "ends.mjs", "main", "--name", "late"], backend);
  waiting(`a lock that stays: the result, and the record later, as DONE (${backend})`, async () => {
    const { status, stdout, stderr } = await late.ended;
    const { dir, git } = late;
    assert.is(status, 1);
    assert.is(stdout, "Hello, late\n");
    assert.match(stderr, /Waiting to record the run: refs\/redun\/main is locked: .*main\.lock/);
    assert.match(stderr, /could not be committed: .*main\.lock is there, which is \d+ seconds old/);
    assert.match(stderr, /one has died: `rm .*main\.lock`/);
    assert.match(stderr, /it is in \.git\/redun\/journal,/);
    rmSync(late.lock);
    const { stderr: later } = cli(dir, ["log"], { backend });
    assert.match(later, /^Recorded a run that had ended: .*\[DONE\] \(1 job\)\n/);
    assert.match(git("log", "-1", "--format=%s", "refs/redun/main"), /--name late \[DONE\] 1 job$/);
    assert.equal(
      recorded(dir).outcomes.map((outcome) => outcome.status),
      ["DONE", "DONE"],
    );
  });
}

const edit = behindLock(["tag", "add", "-", "a=1"]);
waiting("a tag edit says why too, and within bounds", async () => {
  const { status, stdout, stderr } = await edit.ended;
  assert.is(status, 1);
  assert.is(stdout, "");
  assert.match(stderr, /^Waiting: refs\/redun\/main is locked/);
  assert.match(stderr, /^error: refs\/redun\/main is locked: .*\[REF_BUSY\]\n.*`rm .*main\.lock`/m);
});

waiting("a hook that refuses is quoted, and not tried again", () => {
  const { dir } = workflowRepository(FILES);
  const hook = join(dir, ".git/hooks/reference-transaction");
  mkdirSync(join(dir, ".git/hooks"), { recursive: true });
  writeFileSync(hook, "#!/bin/sh\necho no logs on fridays >&2\nexit 1\n");
  chmodSync(hook, 0o755);
  const { status, stdout, stderr } = cli(dir, ["run", "-q", "ends.mjs", "main"]);
  assert.is(status, 1);
  assert.is(stdout, "Hello, you\n");
  assert.match(
    stderr,
    /A hook of this repository refused to move refs\/redun\/main:\n.*no logs on fridays\n/,
  );
  assert.not.match(stderr, /Waiting/);
  assert.is(execFileSync("ls", [join(dir, ".git")], { encoding: "utf8" }).includes("crash"), false);
  rmSync(hook);
  assert.is(logged(dir)[0].status, "DONE");
});

waiting("a name in the way is reported before anything runs, and when it comes later", () => {
  const { dir, git } = workflowRepository({
    "slow.mjs": `
import { execFileSync, spawnSync } from "node:child_process";
import { task } from "redun-git";
export const main = task(() => {
  execFileSync("git", ["update-ref", "refs/redun/team", "HEAD"]);
  return "worth keeping";
});`,
  });
  const { status, stdout, stderr } = cli(dir, [
    "run",
    "-q",
    "--log",
    "team/gpu",
    "slow.mjs",
    "main",
  ]);
  assert.is(status, 1);
  assert.is(stdout, "worth keeping\n");
  assert.match(
    stderr,
    /because refs\/redun\/team exists|team is a log, so no log can have a name below/,
  );
  git("update-ref", "-d", "refs/redun/team");
  assert.is(jsonLines(ok(dir, ["log", "--log", "team/gpu", "--format", "json"]))[0].status, "DONE");
});

waiting.run();

const elsewhere = suite("a workflow that changes its own process");

const CHANGES = `
import { mkdirSync, rmdirSync } from "node:fs";
import { task } from "redun-git";
const changes = {
  away: () => process.chdir("/"),
  gone: () => { mkdirSync("gone"); process.chdir("gone"); rmdirSync("../gone"); },
  variables: () => { process.env.GIT_DIR = "/nowhere"; process.env.HOME = "/nowhere"; },
  words: () => { process.argv = []; },
  output: () => { process.stdout.write = () => true; },
};
const early = process.argv.at(-1).startsWith("early=") && process.argv.at(-1).slice(6);
if (early) changes[early]();
export const main = task((change = null) => { changes[change]?.(); return "done"; });
`;

for (const change of someOf(["gone", "away", "variables", "words", "output"])) {
  for (const [when, words] of someOf([
    ["in a task", ["--change", change]],
    ["as it is loaded", ["--tag", `early=${change}`]],
  ] as const)) {
    if (change === "variables" && when !== "in a task") continue;
    elsewhere(`${change}, ${when}: the log stays where it was`, async () => {
      const { dir, git } = workflowRepository({ "w.mjs": CHANGES });
      git("init", "-q", "--bare", "team.git");
      git("remote", "add", "team", "./team.git");
      git("config", "remote.team.redunAutoPush", "true");
      const given = ["run", "-q", "w.mjs", "main", ...words];
      const { status, stdout, stderr } = inProcess(dir, given, { env: { GIT_DIR: ".git" } });
      assert.equal([status, stdout, stderr], [0, "done\n", ""]);
      assert.equal(recorded(dir).executions[0]!.argv, given);
      await until(() => git("ls-remote", "team") !== "");
    });
  }
}

elsewhere.run();
