/** SIGKILL of `exec` at every stage: the next command records what is known, and removes what was left. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, start } from "../support/cli.ts";
import { programRepository } from "../support/programs.ts";
import { recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";

const { dir, env } = programRepository({ "data.csv": "a\nb\n" });
const hold = join(dir, ".git/hold");
const held = join(dir, ".git/held");
const scratch = join(dir, ".git/redun/scratch");

/** A git that stops, as long as the file `hold` is there, where that file's text is one of its words. */
const git = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim();
const slowGit = join(dir, ".git/bin/git");
writeFileSync(
  slowGit,
  `#!/bin/sh
word=$(cat '${hold}' 2>/dev/null)
if [ -n "$word" ] && case " $* " in *" $word "*) true;; *) false;; esac; then
  : > '${held}'
  while [ -e '${hold}' ]; do sleep 0.02; done
  exit 1
fi
exec '${git}' "$@"
`,
);
chmodSync(slowGit, 0o755);

const killed = suite("exec, killed");

/** Ends the command as soon as its git has stopped. */
async function killWhenHeld(words: readonly string[]): Promise<void> {
  rmSync(held, { force: true });
  const { child, ended } = start(dir, ["exec", "--name", "killed", ...words], { env });
  await until(() => existsSync(held));
  child.kill("SIGKILL");
  // The git that it waits for holds its outputs open.
  rmSync(hold);
  await ended;
}

/** The statuses of the killed commands, after the next command; nothing of theirs is left. */
function statusesAfter(): string[] {
  const folders = readdirSync(scratch).map((note) => readFileSync(join(scratch, note), "utf8"));
  assert.is(folders.length, 1);
  ok(dir, ["log"]);
  assert.equal(readdirSync(scratch), []);
  assert.not.ok(existsSync(folders[0]!));
  assert.equal(readdirSync(join(dir, ".git/redun/journal")), []);
  return logged(dir, ["--where", "task=killed"]).map(({ status }) => status);
}

killed.before(() => void cli(dir, ["exec", "--", "true"]));

killed("before its program starts: nothing ran, and nothing is recorded of it", async () => {
  writeFileSync(hold, "status");
  await killWhenHeld(["--", "touch", "ran"]);
  assert.equal(statusesAfter(), []);
  assert.not.ok(existsSync(join(dir, "ran")));
});

killed("when its program has ended, and git is asked what that wrote: INTERRUPTED", async () => {
  await killWhenHeld(["--", "sh", "-c", `echo status > '${hold}'`]);
  assert.equal(statusesAfter(), ["INTERRUPTED"]);
});

killed("when the record is about to be committed: as the program ended", async () => {
  const program = ["sh", "-c", `echo k=v >> "$REDUN_TAGS"; echo fast-import > '${hold}'; exit 3`];
  await killWhenHeld(["--out", "data.csv", "--", ...program]);
  assert.equal(statusesAfter(), ["FAILED", "INTERRUPTED"]);
  const job = recorded(dir).jobs.find(({ status }) => status === "FAILED")!;
  assert.equal(job.tags.filter(([key]) => ["k", "exit_status"].includes(key)).sort(), [
    ["exit_status", 3],
    ["k", "v"],
  ]);
});

killed.run();
