/** `exec` where the machine, the words or the program are not what one hopes for. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RedunError } from "../../src/errors.ts";
import { outputsFor } from "../../src/exec/outputs.ts";
import { startProgram } from "../../src/exec/program.ts";
import { CLI, cli, logged } from "../support/cli.ts";
import { jobTree } from "../support/job-tree.ts";
import { jobOf, programRepository } from "../support/programs.ts";
import { recorded } from "../support/recorded.ts";
import { skipped } from "../support/skipped.ts";

const exec = suite("exec, at its limits");
const repository = () => programRepository({ "data.csv": "a\nb\n" });

exec("says that output was lost, and does not end as if all were well", () => {
  if (!existsSync("/dev/full")) return skipped("a full disk", "no /dev/full");
  const { dir } = repository();
  const command = `'${process.execPath}' '${CLI}' exec -- echo x > /dev/full`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: dir, encoding: "utf8" });
  assert.is(status, 1);
  assert.match(stderr, /Not all of its output could be handed on: ENOSPC/);
  assert.is(jobOf(dir).status, "DONE");
});

for (const [what, words, status, message] of [
  ["a directory", ["./folder"], 126, /folder is a directory/],
  ["a script whose interpreter is not there", ["./orphan"], 127, /reads "\.\/orphan" is not there/],
  ["nothing", [""], 127, /There is no program ""/],
  ["a root", ["/"], 126, /\/ is a directory/],
] as const) {
  exec(`records and ends like a shell that cannot start ${what}`, () => {
    const { dir } = repository();
    mkdirSync(join(dir, "folder"));
    writeFileSync(join(dir, "orphan"), "#!/no/such/interpreter\n");
    chmodSync(join(dir, "orphan"), 0o755);
    const ended = cli(dir, ["exec", "--", ...words]);
    assert.match(ended.stderr, message);
    assert.is(ended.status, status);
    assert.is(jobOf(dir).status, "FAILED");
  });
}

exec("says that a word is longer than the system takes", async () => {
  const outputs = await outputsFor({ keep: 0 }, "", process.env);
  const words = ["echo", "x".repeat(140_000)];
  if (process.platform !== "linux") return skipped("a long word", "other systems take longer ones");
  assert.throws(
    () => startProgram({ words, cwd: "/", env: process.env, outputs, isAlone: true }),
    (error: RedunError) =>
      error.code === "COMMAND_NOT_EXECUTABLE" && /longer than the system/.test(error.message),
  );
});

exec("refuses a word that Node cannot hand on, before anything runs", () => {
  if (process.platform !== "linux") return skipped("bytes of words", "no /proc");
  const { dir } = repository();
  const command = `'${process.execPath}' '${CLI}' exec -- touch "$(printf '\\377')"`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: dir, encoding: "utf8" });
  assert.is(status, 2);
  assert.match(stderr, /is not UTF-8/);
  assert.equal(recorded(dir).executions, []);
  // The character itself is a word like others.
  assert.is(cli(dir, ["exec", "--", "echo", "\ufffd"]).stdout, "\ufffd\n");
});

for (const [what, TMPDIR] of [
  ["is not there", "/no/such/directory"],
  ["has a path too long for a socket", `/tmp/${"d".repeat(100)}`],
] as const) {
  exec(`works where the temporary directory ${what}`, () => {
    const { dir, env } = repository();
    const folder = join(dir, "d".repeat(100));
    mkdirSync(folder);
    const given = TMPDIR.startsWith("/tmp") ? folder : TMPDIR;
    const program = ["sh", "-c", "redun-git step a -- true & redun-git step b -- true; wait"];
    const { status, stderr } = cli(dir, ["exec", "--", ...program], {
      env: { ...env, TMPDIR: given },
    });
    assert.equal([status, stderr], [0, ""]);
    assert.equal(jobTree(recorded(dir).jobs), ["sh DONE", ["a DONE", "b DONE"]]);
    assert.equal(readdirSync(folder), []);
  });
}

for (const [what, script, message] of [
  ["a directory", 'rm "$REDUN_TAGS"; mkdir "$REDUN_TAGS"', /line 1: this is no longer a file/],
  // Opening one would wait for a writer.
  ["a pipe", 'rm "$REDUN_TAGS"; mkfifo "$REDUN_TAGS"', /line 1: this is no longer a file/],
  ["gone", 'rm "$REDUN_TAGS"', /^$/],
  ["too long", 'yes "a=1" | head -c 100000000 > "$REDUN_TAGS"', /more than 2097152 bytes/],
  [
    "all wrong",
    'yes wrong | head -30 > "$REDUN_TAGS"',
    /line 10: [^\n]*\n[^\n]*: 20 more lines could not be taken\n$/,
  ],
] as const) {
  exec(`a tags file that is ${what} is reported, and fails no run`, () => {
    const { dir } = repository();
    const { status, stderr } = cli(dir, ["exec", "--", "sh", "-c", script]);
    assert.is(status, 0);
    assert.match(stderr, message);
    assert.is(logged(dir)[0].status, "DONE");
  });
}

exec("reads a tags file from its start when the program writes it anew", () => {
  const { dir } = repository();
  const script = 'echo "long=12345" > "$REDUN_TAGS"; sleep 1.2; echo b=2 > "$REDUN_TAGS"';
  cli(dir, ["exec", "--", "sh", "-c", script]);
  const tags = jobOf(dir).tags.filter(([key]) => key === "long" || key === "b");
  assert.equal(tags.toSorted(), [
    ["b", 2],
    ["long", 12345],
  ]);
});

exec("keeps the program's own status where its outputs are too many", () => {
  const { dir } = repository();
  const script = "mkdir many; cd many; seq 10100 | xargs touch; exit 3";
  const { status, stderr } = cli(dir, ["exec", "--out", "many/*", "--", "sh", "-c", script]);
  assert.is(status, 3);
  assert.match(stderr, /More than 10000 files match many\/\*/);
  assert.is(jobOf(dir).status, "FAILED");
});

exec("asks git one thing before the program starts", () => {
  const { dir } = repository();
  cli(dir, ["exec", "--", "true"]);
  const trace = join(dir, ".git/trace");
  const env = { GIT_TRACE: trace };
  cli(dir, ["exec", "--", "sh", "-c", 'echo started >> "$GIT_TRACE"; sleep 0.2'], { env });
  const [before = ""] = readFileSync(trace, "utf8").split("started\n");
  assert.equal(
    [...before.matchAll(/built-in: git (\S+)/g)].map(([, command]) => command),
    ["status"],
  );
});

exec("git config redun.keepOutput 0 leaves the program's streams alone", () => {
  const { dir, git } = repository();
  git("config", "redun.keepOutput", "0");
  assert.is(cli(dir, ["exec", "--", "sh", "-c", "test -p /dev/stdout; echo $?"]).stdout, "1\n");
  assert.is((jobOf(dir).result as { stdout?: string }).stdout, undefined);
  git("config", "redun.keepOutput", "much");
  assert.match(cli(dir, ["exec", "--", "true"]).stderr, /redun\.keepOutput is "much"/);
});

exec("does not count its own commands as memory of the program", () => {
  if (process.platform !== "linux") return skipped("memory", "no /proc");
  const { dir, env } = repository();
  const nested = "redun-git step a -- redun-git step b -- sleep 0.5";
  cli(dir, ["exec", "--", "sh", "-c", nested], { env });
  const memory = jobOf(dir, "sh").tags.find(([key]) => key === "peak_memory")?.[1] as number;
  // A Node has some 40 MB; here there are two, one within the other.
  assert.ok(memory > 0 && memory < 30_000_000, String(memory));
});

exec.run();
