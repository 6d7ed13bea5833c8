/** The commands of docs/forgetting.md, in real clones: what was redacted is in none of them then. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, ok, workflowRepository } from "../support/cli.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const text = readFileSync(new URL("../../docs/forgetting.md", import.meta.url), "utf8");
const [anew, follow, host] = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);

const WORKFLOW = `
  import { task } from "redun-git";
  export const main = task((name) => name.length);`;

const test = suite("docs/forgetting.md");

test("a clone that had only the old records is told of no loss when the history begins anew", () => {
  const ours = workflowRepository({ "workflow.mjs": WORKFLOW });
  ok(ours.dir, ["run", "-q", "workflow.mjs", "main", "--name", "Rosebud Kane"]);
  const remote = temporaryRepository();
  const theirs = temporaryRepository();
  for (const { git } of [ours, theirs]) git("remote", "add", "origin", remote.dir);
  ok(ours.dir, ["push", "origin"]);
  ok(theirs.dir, ["pull", "origin"]);
  const [job] = jsonLines(ok(ours.dir, ["log", "--job", "--format", "json"]));
  ok(ours.dir, ["redact", job.id, "--arg", "name"]);
  sh(ours, anew!);
  const pulled = cli(theirs.dir, ["pull", "origin"]);
  assert.is(pulled.status, 0);
  assert.not.match(`${pulled.stdout}${pulled.stderr}`, /REWRITTEN|rewritten|lost/);
  assert.match(ok(theirs.dir, ["log", "-"]), /--name REDACTED/);
});

test("its commands begin the history anew, in each clone and at the host", () => {
  const ours = workflowRepository({ "workflow.mjs": WORKFLOW });
  ok(ours.dir, ["run", "-q", "workflow.mjs", "main", "--name", "Rosebud Kane"]);
  const remote = temporaryRepository();
  const theirs = temporaryRepository();
  for (const { git } of [ours, theirs]) git("remote", "add", "origin", remote.dir);
  ok(ours.dir, ["push", "origin"]);
  ok(theirs.dir, ["pull", "origin"]);
  const start = ours.git("ls-tree", "-r", "redun/main").split("\n");
  const secret = start.find((line) => line.endsWith("execution.yaml"))!.split(/\s/)[2]!;

  const [job] = jsonLines(ok(ours.dir, ["log", "--job", "--format", "json"]));
  ok(ours.dir, ["redact", job.id, "--arg", "name"]);
  ok(ours.dir, ["push", "origin"]);
  ok(theirs.dir, ["tag", "add", "-", "seen=true"]);
  ok(theirs.dir, ["push", "origin"]);
  ok(ours.dir, ["pull", "origin"]);
  for (const one of [ours, theirs, remote]) assert.ok(has(one, secret), "the history has it");

  sh(ours, anew!);
  sh(ours, follow!);
  sh(theirs, follow!);
  sh(remote, host!);
  for (const one of [ours, theirs, remote]) {
    assert.not.ok(has(one, secret));
    assert.is(one.git("rev-list", "--count", "refs/redun/main"), "1");
  }
  for (const { dir } of [ours, theirs]) {
    assert.match(ok(dir, ["log", "-"]), /--name REDACTED.*seen=true/);
    assert.match(ok(dir, ["verify"]), /ok {3}history/);
  }
  // Work goes on, from both.
  ok(theirs.dir, ["tag", "add", "-", "again=true"]);
  ok(theirs.dir, ["push", "origin"]);
  ok(ours.dir, ["tag", "add", "-", "ours=true"]);
  ok(ours.dir, ["push", "origin"]);
  ok(theirs.dir, ["pull", "origin"]);
  assert.match(ok(theirs.dir, ["log", "-"]), /again=true.*ours=true.*seen=true/);
  for (const one of [ours, theirs, remote]) assert.not.ok(has(one, secret));
});

function sh({ dir }: TemporaryRepository, commands: string): void {
  execFileSync("sh", ["-e", "-c", commands], { cwd: dir, stdio: "pipe" });
}

function has({ dir }: TemporaryRepository, object: string): boolean {
  try {
    execFileSync("git", ["cat-file", "-e", object], { cwd: dir, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

test.run();
