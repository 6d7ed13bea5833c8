/** The console as people have it: on a terminal of its own, with real keys, and real ends. */
import { spawnSync } from "node:child_process";
import { existsSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, cli, inProcess, ok, start, workflowRepository } from "../../support/cli.ts";
import { NO_PTY, type OnTerminal, onTerminal } from "../../support/pty.ts";
import { sampleLog } from "../../support/sample.ts";
import { unless } from "../../support/skipped.ts";
import { until } from "../../support/until.ts";

const { dir } = await sampleLog([
  { argv: ["run", "one"], tags: { env: "dev", title: "\x1b[31mred\u202e" } },
  { argv: ["run", "two"], tags: { env: "prod" } },
]);

/** Waits for a file. */
const WAITING = `
import { spawnSync } from "node:child_process";
import { existsSync, readlinkSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { task } from "redun-git";
export const namespace = "acme";
export const main = task(async function main() {
  writeFileSync("began", "");
  while (!existsSync("go")) await setTimeout(20);
  return 1;
});
`;

const test = suite("console");
const terminal = unless(NO_PTY, test);

/** Waits for its end. The terminal is as it was before, and what stood there stands there again. */
async function endsWith(run: OnTerminal, status: number): Promise<void> {
  const terminal = await run.ended;
  assert.equal([...terminal.modes], [25], "modes that are on in the end");
  assert.equal(terminal.screen, [`status ${status}`]);
}

terminal("executions, one of them, a job and back, by keys", async () => {
  const run = onTerminal(dir, ["console"]);
  await run.shows("2 executions");
  await run.shows("env");
  assert.equal([...run.terminal.modes].sort(), [1000, 1006, 1049, 2004].map(Number).sort());
  run.type("\x1b[B\r");
  await run.shows("Exec ");
  await run.shows("sample.main");
  run.type("G\r");
  await run.shows("Traceback: Exec");
  run.type("\x1b");
  await run.shows("JOB STATUS".replace("JOB STATUS", "| TASK"));
  run.type("?");
  await run.shows("one line up");
  run.type("qq");
  await endsWith(run, 0);
});

terminal(
  "an address opens its screen, a filter narrows it, the mouse opens what it is on",
  async () => {
    const run = onTerminal(dir, ["console", "?env=dev"], {}, [80, 24]);
    await run.shows("1 execution");
    await run.shows("console 'executions?env=dev'");
    run.type("/\x15env=prod\r");
    await run.shows("'executions?env=prod'");
    await run.shows("run two");
    const at = run.terminal.screen.findIndex((line) => line.includes("run two"));
    run.type(`\x1b[<0;30;${at + 1}M\x1b[<0;30;${at + 1}m`);
    await run.shows("console executions/");
    run.type("\x03");
    await endsWith(run, 0);
  },
);

terminal("tags are edited with a reason, and the edit is undone", async () => {
  const run = onTerminal(dir, ["console", "executions/-"]);
  await run.shows("env=prod");
  run.type("+note=checked\rit was read\r");
  await run.shows("Added note=checked");
  await run.shows("it was read");
  run.type("u");
  await run.shows("Undone");
  run.type("y");
  await until(() => /^executions\/[0-9a-f]{8}$/.test(run.terminal.clipboard));
  run.type("q");
  await endsWith(run, 0);
  const history = ok(dir, ["log", "history/-"]);
  assert.match(history, /\+ note=checked\n +it was read\n.*- note=checked/);
});

terminal("recorded text does nothing to the terminal", async () => {
  const run = onTerminal(dir, ["console", "executions/~1"]);
  await run.shows("title=");
  assert.match(run.terminal.screen.join("\n"), "\\u001b[31mred\\u202e");
  assert.not.match(run.terminal.written, /\u202e|\x1b\[31mred/);
  run.type("q");
  await endsWith(run, 0);
});

terminal("an error is shown on the screen, and the console goes on", async () => {
  const run = onTerminal(dir, ["console", "executions/ffffffffffff"]);
  await run.shows("Nothing in refs/redun/main has an id");
  run.type(":-\r");
  await run.shows("run two");
  run.type("q");
  await endsWith(run, 0);
});

for (const [signal, status] of [
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGINT", 130],
] as const) {
  terminal(`${signal} gives the terminal back`, async () => {
    const run = onTerminal(dir, ["console"]);
    await run.shows("2 executions");
    process.kill(run.pid(), signal);
    await endsWith(run, status);
  });
}

terminal(
  "Ctrl-Z gives the terminal back, and takes it again where nobody could continue it",
  async () => {
    const run = onTerminal(dir, ["console"]);
    await run.shows("2 executions");
    run.type("\x1a");
    await until(() => run.terminal.written.split("\x1b[?1049h").length > 2);
    assert.match(run.terminal.written, /\x1b\[\?1049l\x1b\[\?1049h/);
    await run.shows("2 executions");
    run.type("q");
    await endsWith(run, 0);
  },
);

terminal("a run that goes on is followed to its end", async () => {
  const repository = workflowRepository({ "workflow.ts": WAITING });
  const running = start(repository.dir, ["run", "-q", "workflow.ts", "main"]);
  await until(() => existsSync(join(repository.dir, "began")));
  const run = onTerminal(repository.dir, ["console", "executions/-"]);
  await run.shows("RUNNING");
  await run.shows("It is running");
  writeFileSync(join(repository.dir, "go"), "");
  await run.shows("[ DONE ]");
  assert.is((await running.ended).status, 0);
  await run.shows("Duration:");
  run.type("q");
  await endsWith(run, 0);
});

terminal("what another process does to the log is seen", async () => {
  const run = onTerminal(dir, ["console", "tags"]);
  await run.shows("env");
  ok(dir, ["tag", "add", "-", "elsewhere=yes"]);
  await run.shows("elsewhere");
  run.type("q");
  await endsWith(run, 0);
});

terminal("a new size of the terminal is drawn at once", async () => {
  const run = onTerminal(dir, ["console"], {}, [60, 10]);
  await run.shows("Enter open");
  await run.shows("2 executions");
  assert.not.match(run.terminal.screen.join("\n"), "│", "no room for facets");
  run.terminal.resize(100, 20);
  const device = readlinkSync(`/proc/${run.pid()}/fd/0`);
  assert.is(spawnSync("stty", ["-F", device, "cols", "100", "rows", "20"]).status, 0);
  await run.shows("│");
  await run.shows("q quit");
  run.type("q");
  await endsWith(run, 0);
});

test("without a terminal it says what to use instead", () => {
  const { status, stderr, stdout } = inProcess(dir, ["console", "tags/env"]);
  assert.is(status, 1);
  assert.is(stdout, "");
  assert.match(stderr, "[NO_TERMINAL]");
  assert.match(stderr, "`redun-git log tags/env` prints the same");
});

/** What `--plain` answers to lines. */
function plain(lines: readonly string[], address: readonly string[] = []): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [CLI, "console", "--plain", ...address],
    { cwd: dir, encoding: "utf8", input: lines.map((line) => `${line}\n`).join("") },
  );
  assert.is(status, 0, stderr);
  assert.not.match(stdout, /\x1b|\u202e/);
  return stdout;
}

test("--plain: numbered lines, which numbers open; no cursor moves", () => {
  const text = plain(["2", "b", "/env=prod", "f", "nothing-such", "q", "not read"]);
  assert.match(text, /^\nredun-git console\n2 executions\n1\) \w{8} . DONE/);
  assert.match(text, /console executions\/\w{8}\n3 jobs\n1\) Exec \w{40}/);
  assert.match(text, /console 'executions\?env=prod'\n1 execution\n/);
  assert.match(text, /env\n\d+\) ✓ prod +1\n\d+\) {3}dev +1/);
  assert.match(text, 'prefix "nothing-such"');
});

test("--plain: tags are edited with a reason, and undone", () => {
  const text = plain(["+ plain=yes", "by lines", "u", "u"], ["executions/-"]);
  assert.match(text, "Why? (may be empty) Added plain=yes. u undoes it.");
  assert.match(text, "Undone.");
  assert.match(text, "Nothing has been edited here");
  assert.match(ok(dir, ["log", "history/-"]), /\+ plain=yes\n +by lines/);
});

test("an address that is none is a misuse", () => {
  assert.is(cli(dir, ["console", "compare/"]).status, 2);
});

test.run();
