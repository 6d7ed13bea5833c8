/** What a machine, or a killed process, does to `exec` at its worst. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, kill, logged, ok, start } from "../support/cli.ts";
import { jobTree } from "../support/job-tree.ts";
import { noMounts, withMounts } from "../support/mounts.ts";
import { jobOf, programRepository } from "../support/programs.ts";
import { recorded } from "../support/recorded.ts";
import { unless } from "../support/skipped.ts";

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

exec.run();
mounted!.run();
