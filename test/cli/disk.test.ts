import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kill, logged, ok, record, start, workflowRepository } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { noMounts, withMounts } from "../support/mounts.ts";
import { jobsOf, recorded } from "../support/recorded.ts";
import { prepared, temporaryFolder } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";

const WORKFLOW = `
import { task } from "redun-git";
import { execSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
export const quick = task({ name: "quick" }, (n) => n);
export const main = task({ name: "main" }, () => quick(1));
export const wait = task({ name: "wait" }, async () => {
  await quick(1);
  console.error("waiting");
  await sleep(30_000);
});
export const fill = task({ name: "fill" }, async (free = false) => {
  await quick(1);
  execSync("dd if=/dev/zero of=../fill bs=1k 2>/dev/null; true");
  for (let n = 2; n <= 60; n++) await quick(String(n).repeat(200));
  if (free) execSync("rm ../fill");
  return "done";
});
`;

const suites = [suite("read-only clone"), suite("full disk")] as const;
const [readOnly, full] = suites.map((one) => unless(noMounts(), one));

/** Where the commands of `readOnlyly` make temporary files. */
const temporaries = temporaryFolder().dir;

/**
 * Runs commands one after the other while nothing in the repository can be written: what each printed. `inOne`
 * is one process for all of them.
 */
function readOnlyly(
  dir: string,
  commands: readonly string[],
  { inOne = false } = {},
): Map<string, string> {
  const lists = JSON.stringify(commands.map((words) => words.split(" ")));
  const each = commands.map((words) => `echo "#### ${words}"; $RG ${words} || echo "status $?"`);
  const printed = withMounts(
    dir,
    `mount --bind "$PWD" "$PWD"; mount -o remount,bind,ro "$PWD"; cd "$PWD"; export TMPDIR="${temporaries}"
    ${inOne ? `$ALL '${lists}'` : each.join("\n")}`,
  );
  const parts = printed.split("#### ").slice(1);
  return new Map(parts.map((part) => [part.split("\n", 1)[0]!, part]));
}

const QUERIES = [
  "log",
  "log -",
  "log --all --count",
  "log --decorate-code",
  "index",
  "index rebuild",
  "tag list",
  "tag list --values",
  "tag history -",
  "tag blame -",
  "tag conflicts",
  "diff ~1 -",
  "path -",
  "logs",
  "remote",
  "recover",
  "table",
  "why -",
  "sql SELECT+1",
];

/** A repository with two runs in its log, and an index of them. */
const withRuns = prepared(() => {
  const repository = workflowRepository({ "w.mjs": WORKFLOW });
  for (const _ of [1, 2]) record(repository.dir, ["w.mjs", "main"]);
  ok(repository.dir, ["log"]);
  return repository;
});

for (const index of ["an index", "no index", "an index that is behind"]) {
  readOnly!(`every query answers, with ${index}`, () => {
    const { dir, git } = withRuns();
    if (index === "no index") ok(dir, ["index", "drop"]);
    if (index === "an index that is behind") {
      const before = git("rev-parse", "refs/redun/main~1");
      const after = git("rev-parse", "refs/redun/main");
      git("update-ref", "refs/redun/main", before);
      ok(dir, ["index", "rebuild"]);
      git("update-ref", "refs/redun/main", after);
    }
    for (const [command, printed] of readOnlyly(dir, QUERIES, { inOne: true })) {
      assert.not.match(printed, /status \d|Please report/, printed);
      if (command === "tag history -") assert.match(printed, /\+ project=main/);
      if (command === "log") assert.is(printed.match(/^Exec /gm)?.length, 2, printed);
    }
    assert.equal(readdirSync(temporaries), []);
  });
}

readOnly!("what cannot be done says so in a sentence", () => {
  const { dir } = withRuns();
  const commands = ["run -q w.mjs main", "tag add - a=1", "index drop"];
  for (const [, printed] of readOnlyly(dir, commands)) {
    assert.match(printed, /^error: .*cannot be written.* \[REPOSITORY_UNWRITABLE\]$/m);
    assert.match(printed, /^status 1$/m);
  }
});

readOnly!("a journal that cannot be deleted keeps no run from the log", () => {
  const { dir } = workflowRepository({
    "w.mjs": `
import { task } from "redun-git";
import { execSync } from "node:child_process";
export const main = task(() => {
  execSync("cd .git/redun; mount --bind journal journal; mount -o remount,bind,ro journal");
  return "done";
});`,
  });
  const printed = withMounts(dir, "$RG run w.mjs main || true; git log --format=%s redun/main");
  assert.match(printed, /^done\nrun main \[DONE\] 1 job$/m);
  assert.not.match(printed, /could not be committed/);
  assert.is(ok(dir, ["log", "--count"]).trim(), "1 Execution");
});

readOnly!("a run that died is shown from its journal, and said to wait", async () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  const running = start(dir, ["run", "w.mjs", "wait"]);
  await running.said("waiting\n");
  await kill(running);
  const shown = readOnlyly(dir, ["log", "recover"]);
  assert.match(shown.get("log")!, /^Exec [0-9a-f]{8} \[INTERRUPTED\]/m);
  assert.match(shown.get("log")!, /waits in its journal: .* cannot be written/);
  assert.match(shown.get("recover")!, /waits to be recorded: process \d+ has ended/);
  assert.is(logged(dir)[0].status, "INTERRUPTED");
  assert.is(jobsOf(recorded(dir), "quick").length, 1);
});

/** Runs a script in a copy of a repository on a disk of 3 MB; `full` fills it. */
function onSmallDisk(dir: string, script: string): string {
  return withMounts(
    dir,
    `d=$(mktemp -d); mount -t tmpfs -o size=3m none $d; cp -a . $d/r; cd $d/r
    fill() { dd if=/dev/zero of=../fill bs=1k 2>/dev/null || true; }
    try() { echo "#### $*"; "$@" || echo "status $?"; }
    ${script}
    cd /; umount $d; rmdir $d`,
  );
}

for (const backend of oneOf(["native", "isomorphic"] as const)) {
  full!(`is called a full disk by every command, and leaves nothing behind (${backend})`, () => {
    const { dir } = withRuns();
    ok(dir, ["index", "drop"]);
    const printed = onSmallDisk(
      dir,
      `export REDUN_GIT_BACKEND=${backend}; fill
      for c in "run -q w.mjs main" "tag add - a=1" "log" "tag history -" "index rebuild"; do try $RG $c; done
      echo "#### left"; find .git -name '*crash*' -o -name 'tmp_*' -o -path '*journal/*'`,
    );
    const parts = printed.split("#### ").slice(1);
    assert.is(parts.length, 6);
    for (const part of parts.slice(0, 5)) {
      assert.match(part, "The disk is full", part);
      assert.not.match(part, /Please report|crash/);
    }
    assert.match(parts[0]!, /Nothing was run.\nstatus 1/);
    assert.match(parts[2]!, /^Exec [0-9a-f]{8} \[ DONE \]/m);
    assert.is(parts[5], "left\n");
  });
}

full!("that fills during a run and has room again loses nothing", () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  const printed = onSmallDisk(
    dir,
    `$RG run -q w.mjs fill --free; $RG log -; git fsck --strict; cp -a .git/redun "${dir}/kept"`,
  );
  assert.match(printed, /^done$/m);
  assert.match(printed, /ALL +0 +0 +0 +0 +61 +61/);
  assert.equal(readdirSync(join(dir, "kept/journal")), []);
});

full!("that stays full says what is lost, and keeps what had been written", () => {
  const { dir } = workflowRepository({ "w.mjs": WORKFLOW });
  const printed = onSmallDisk(
    dir,
    `try $RG run -q w.mjs fill; try $RG log; ls .git | grep crash || true; rm ../fill; $RG log`,
  );
  assert.match(printed, /The disk is full: .* cannot be written/);
  assert.match(printed, /Its last \d+ records found no room, and are lost\. The rest is in/);
  assert.not.match(printed, /Nothing is lost|is safe/);
  assert.match(printed, /waits in its journal: The disk is full/);
  assert.match(
    printed,
    /Recorded a run that had ended: .* \[DONE\] .*\d+ lines of its journal lost/,
  );
  assert.not.match(printed, /Please report|_crash_/);
});

for (const one of suites) one.run();
