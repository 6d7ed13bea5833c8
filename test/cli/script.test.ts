/** Scripts of a workflow that the command line runs. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, cli, start, workflowRepository } from "../support/cli.ts";
import { jobTree } from "../support/job-tree.ts";
import { recorded } from "../support/recorded.ts";
import { until } from "../support/until.ts";

const WORKFLOW = `
import { out, script, task } from "redun-git";
export const stepped = task(() => script\`
  redun-git step first -- sh -c 'echo said'
  echo > \${out("made.txt")}
\`);
export const waiting = task(() => script\`
  sleep 300 & echo $! > pid.tmp; mv pid.tmp pid; wait
\`);
`;

const scripts = suite("script in a run");

function repository() {
  const repo = workflowRepository({ "w.mjs": WORKFLOW });
  const bin = join(repo.dir, ".git/bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "redun-git"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(join(bin, "redun-git"), 0o755);
  return { ...repo, env: { PATH: `${bin}:${process.env.PATH}` } };
}

scripts("a step in it is a job below it, and what it prints is its own", () => {
  const { dir, env } = repository();
  const { status, stdout, stderr } = cli(dir, ["run", "w.mjs", "stepped"], { env });
  assert.is(status, 0, stderr);
  assert.match(stdout, /^File\(path=made\.txt/);
  assert.equal(jobTree(recorded(dir).jobs), [
    "stepped DONE",
    ["redun.script DONE", ["first DONE"]],
  ]);
});

scripts("Ctrl-C ends what it started", async () => {
  const { dir } = repository();
  const { child, ended } = start(dir, ["run", "w.mjs", "waiting"]);
  await until(() => existsSync(join(dir, "pid")));
  const pid = Number(readFileSync(join(dir, "pid"), "utf8"));
  child.kill("SIGINT");
  assert.is((await ended).status, 130);
  assert.is(recorded(dir).outcomes[0]!.status, "INTERRUPTED");
  await until(() => !isAlive(pid));
});

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

scripts.run();
