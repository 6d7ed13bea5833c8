/** What a machine, or a killed process, does to `exec` at its worst. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, kill, logged, ok, start } from "../support/cli.ts";
import { jobTree } from "../support/job-tree.ts";
import { noMounts, withMounts } from "../support/mounts.ts";
import { jobOf, programRepository } from "../support/programs.ts";
import { NO_PTY, onTerminal } from "../support/pty.ts";
import { recorded } from "../support/recorded.ts";
import { skipped, unless } from "../support/skipped.ts";

const exec = suite("exec, attacked");
const mounted = unless(noMounts(), suite("exec, attacked on a disk of its own"));
const repository = () => programRepository({ "data.csv": "a\nb\n" });

exec("the next command removes the temporary files of one that was killed", async () => {
  const { dir, env } = repository();
  const notes = join(dir, ".git/redun/scratch");
  const program = ["sh", "-c", "redun-git step a -- sh -c 'echo ready; exec sleep 30'"];
  const running = start(dir, ["exec", "--", ...program], { env });
  await running.said("ready");
  const [note] = readdirSync(notes);
  const folder = readFileSync(join(notes, note!), "utf8");
  assert.ok(existsSync(folder));
  await kill(running);
  ok(dir, ["log"]);
  assert.equal([existsSync(folder), readdirSync(notes)], [false, []]);
  assert.is(logged(dir)[0].status, "INTERRUPTED");
});

exec("leaves no temporary files behind where it ends well", () => {
  const { dir } = repository();
  cli(dir, ["exec", "--", "no-such-program"]);
  cli(dir, ["exec", "--", "true"]);
  assert.equal(readdirSync(join(dir, ".git/redun/scratch")), []);
});

exec("a program that closes its output, or ends in deep nesting, keeps its status", () => {
  const { dir, env } = repository();
  assert.is(cli(dir, ["exec", "--", "sh", "-c", "exec >&- 2>&-; exit 5"]).status, 5);
  const words = Array.from({ length: 6 }, (_, at) => ["redun-git", "step", `s${at}`, "--"]).flat();
  const { status } = cli(dir, ["exec", "--name", "top", "--", ...words, "sh", "-c", "exit 7"], {
    env,
  });
  assert.is(status, 7);
  const jobs = recorded(dir).jobs.filter(({ task }) => task !== "sh");
  type Tree = (string | Tree)[];
  const chain = (at: number): Tree =>
    at === 6 ? [] : [`s${at} FAILED`, ...(at < 5 ? [chain(at + 1)] : [])];
  assert.equal(jobTree(jobs), ["top FAILED", chain(0)]);
});

mounted!("a full disk at the end costs neither the status nor the record", () => {
  const { dir } = repository();
  const printed = withMounts(
    dir,
    `mkdir disk; mount -t tmpfs -o size=3m none disk; cp -r .git data.csv disk; cd disk
     $RG exec -- sh -c 'dd if=/dev/zero of=fill bs=1k 2>/dev/null; exit 3' < /dev/null || echo "status $?"
     rm fill; $RG log - | tail -1`,
  );
  assert.match(printed, /^status 3$/m);
  assert.match(printed, /\[FAILED\].*exit_status=3/);
});

mounted!("where nothing can be written, nothing runs", () => {
  const { dir } = repository();
  const printed = withMounts(
    dir,
    `mount --bind "$PWD" "$PWD"; cd "$PWD"; mount -o remount,bind,ro "$PWD"
     $RG exec -- echo ran < /dev/null || echo "status $?"`,
  );
  assert.match(printed, /REPOSITORY_UNWRITABLE[\s\S]*Nothing was run\.\nstatus 1\n$/);
  assert.not.match(printed, /^ran$/m);
});

exec("a lock that stays at the end leaves the record in its journal, and the status alone", () => {
  const { dir } = repository();
  cli(dir, ["exec", "--", "true"]);
  const lock = ".git/refs/redun/main.lock";
  const { status, stderr } = cli(dir, ["exec", "--", "sh", "-c", `touch ${lock}; exit 4`]);
  assert.is(status, 4);
  assert.match(stderr, /Nothing is lost: it is in .*redun\/journal/);
  cli(dir, ["exec", "--", "rm", lock]);
  ok(dir, ["log"]);
  assert.is(recorded(dir).jobs.filter(({ task }) => task === "sh").length, 1);
  assert.is(jobOf(dir, "sh").status, "FAILED");
});

exec("a tree of fifteen steps, each within the other", () => {
  const { dir, env } = programRepository({
    "deep.sh": `deep() { [ "$1" -eq 0 ] || redun-git step "s$1" -- sh deep.sh $(($1 - 1)); }
deep "$1"
`,
  });
  assert.is(cli(dir, ["exec", "--", "sh", "deep.sh", "15"], { env }).status, 0);
  type Tree = (string | Tree)[];
  const chain = (at: number): Tree => [`s${at} DONE`, ...(at > 1 ? [chain(at - 1)] : [])];
  assert.equal(jobTree(recorded(dir).jobs), ["deep.sh DONE", chain(15)]);
});

exec("two at once are both recorded", async () => {
  const { dir } = repository();
  // Each ends when the other has begun.
  const one = (name: string, other: string) =>
    start(dir, [
      "exec",
      "--",
      "sh",
      "-c",
      `touch ${name}; until [ -e ${other} ]; do sleep 0.02; done`,
    ]);
  const ends = await Promise.all([one("a", "b").ended, one("b", "a").ended]);
  assert.equal(
    ends.map(({ status, stderr }) => [status, stderr]),
    [
      [0, ""],
      [0, ""],
    ],
  );
  assert.equal(
    recorded(dir).jobs.map(({ status }) => status),
    ["DONE", "DONE"],
  );
});

exec("works where the PATH has no git", () => {
  const { dir } = repository();
  const bin = join(dir, ".git/only");
  mkdirSync(bin);
  symlinkSync("/bin/sh", join(bin, "sh"));
  const { status, stderr } = cli(dir, ["exec", "--", "sh", "-c", "exit 3"], { env: { PATH: bin } });
  assert.equal([status, stderr], [3, ""]);
  assert.is(jobOf(dir, "sh").status, "FAILED");
});

exec("objects that cannot be written at the end cost neither the status nor the record", () => {
  const { dir } = repository();
  const breaks = "mv .git/objects .git/away; touch .git/objects; echo x > new; exit 4";
  const { status, stderr } = cli(dir, ["exec", "--", "sh", "-c", breaks]);
  assert.is(status, 4);
  assert.match(stderr, /Which files it wrote is not known: /);
  assert.match(stderr, /Nothing is lost: it is in .*redun\/journal/);
  rmSync(join(dir, ".git/objects"));
  renameSync(join(dir, ".git/away"), join(dir, ".git/objects"));
  ok(dir, ["log"]);
  assert.is(jobOf(dir, "sh").status, "FAILED");
});

for (const isTyped of [false, true]) {
  const how = isTyped ? "typed on a terminal" : "sent to the command alone";
  exec(`a program that ignores SIGTERM goes on until its second SIGINT, ${how}`, async () => {
    if (isTyped && NO_PTY !== null) return skipped("Ctrl-C", NO_PTY);
    const { dir } = programRepository({
      "deaf.sh": `trap '' TERM; trap 'trap - INT; echo once' INT; echo ready
for i in $(seq 600); do sleep 0.05; done
`,
    });
    const words = ["exec", "--", "sh", "deaf.sh"];
    if (isTyped) {
      const run = onTerminal(dir, words);
      for (const said of ["ready", "once"]) {
        await run.shows(said);
        run.type("\x03");
      }
      assert.match((await run.ended).text.join("\n"), /status 130/);
    } else {
      const run = start(dir, words);
      await run.said("ready");
      run.child.kill("SIGTERM");
      run.child.kill("SIGINT");
      await run.said("once");
      run.child.kill("SIGINT");
      const { status, stdout } = await run.ended;
      assert.equal([status, stdout], [130, "ready\nonce\n"]);
    }
    assert.is(jobOf(dir, "deaf.sh").status, "FAILED");
    const { outcomes } = recorded(dir);
    assert.equal(
      [outcomes[0]!.status, outcomes[0]!.reason],
      ["INTERRUPTED", "Interrupted by SIGINT"],
    );
  });
}

exec("a step in a script of a run is a job below that; one of a task's own is not", () => {
  const { dir, env } = programRepository({
    "w.mjs": `import { execFileSync } from "node:child_process";
import { script, task } from "redun-git";
export const scripted = task(() => script\`redun-git step inner -- redun-git exec --name innermost -- true\`);
export const starts = task(() => String(execFileSync("redun-git", ["step", "own", "--", "echo", "x"])));
export const main = task(() => [scripted(), starts()]);
`,
  });
  ok(dir, ["run", "-q", "w.mjs", "main"], { env });
  const { jobs } = recorded(dir);
  assert.equal(jobTree(jobs), [
    "main DONE",
    ["scripted DONE", ["redun.script DONE", ["inner DONE", ["innermost DONE"]]], "starts DONE"],
    "own DONE",
  ]);
});

exec.run();
mounted!.run();
