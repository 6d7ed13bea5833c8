import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, cli, jsonLines, ok } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, type TemporaryRepository, temporaryFolder } from "../support/repository.ts";
import { sampleLog } from "../support/sample.ts";
import { unless } from "../support/skipped.ts";
import { NO_SSH_KEYGEN, signWithNewKey } from "../support/ssh-key.ts";

const REF = "refs/redun/main";
const sample = await sampleLog([{ argv: ["run", "one"] }, { argv: ["run", "two"], fails: true }]);
const copy = prepared(() => sample);

/** Removes a file of the newest commit's tree by another commit. Returns that. */
function removeOutcome({ dir, git }: TemporaryRepository): { path: string; commit: string } {
  const env = { ...process.env, GIT_INDEX_FILE: join(dir, ".git/other") };
  const run = (...args: string[]) =>
    execFileSync("git", args, { cwd: dir, env, encoding: "utf8" }).trim();
  const path = git("ls-tree", "-r", "--name-only", REF)
    .split("\n")
    .find((path) => /outcome/.test(path))!;
  run("read-tree", REF);
  run("update-index", "--force-remove", path);
  const commit = run("commit-tree", "-m", "forget", "-p", REF, run("write-tree"));
  git("update-ref", REF, commit);
  return { path, commit };
}

const verify = suite("verify");

for (const backend of oneOf(BACKENDS)) {
  verify(`a whole log has a line for each check, ${backend}`, () => {
    const { dir, remove } = copy();
    assert.match(
      ok(dir, ["verify"], { backend }),
      /^refs\/redun\/main at \w{8}: 2 commits, \d+ files\n( {2}ok {3}\w+ +.*\n){5}$/,
    );
    const [found] = jsonLines(ok(dir, ["verify", "--format", "json"], { backend }));
    assert.equal([found.ok, found.commits, found.index, found.problems], [true, 2, "equal", []]);
    remove();
  });
}

verify("what is wrong is named with its commit, and the status is 1", () => {
  const repository = copy();
  const { path, commit } = removeOutcome(repository);
  const { status, stdout } = cli(repository.dir, ["verify"]);
  assert.is(status, 1);
  assert.match(stdout, `\n  BAD  history     1 problem\n`);
  assert.match(
    stdout,
    `\ncommit ${commit} ${path}\n    This commit removed it, and a log only grows.\n`,
  );
  assert.match(stdout, `The first bad commit is ${commit}: `);
  assert.is(cli(repository.dir, ["verify", `${commit}..`]).status, 0);
  assert.is(cli(repository.dir, ["verify", `${commit}~1..`]).status, 1);
  assert.is(cli(repository.dir, ["verify", "redun/main~1"]).status, 0);
  repository.remove();
});

verify("it changes nothing: no index is made", () => {
  const repository = copy();
  rmSync(join(repository.dir, ".git/redun"), { recursive: true });
  const before = repository.git("for-each-ref");
  assert.match(ok(repository.dir, ["verify"]), "there is none yet");
  assert.is(repository.git("for-each-ref"), before);
  assert.is(repository.git("ls-files", "--others", ".git/redun"), "");
  repository.remove();
});

verify("mistakes are told", () => {
  const { dir, git, remove } = copy();
  const said = (...args: string[]) => {
    const { status, stderr } = cli(dir, ["verify", ...args]);
    return `${status} ${stderr}`;
  };
  assert.match(said("a...b"), /^2 .*"a\.\.\.b" is not a range/);
  assert.match(said("nowhere"), /^1 .*"nowhere" names no commit/);
  git("branch", "other");
  assert.match(said("--ref", "refs/heads/other"), /^1 .*is not a log/);
  assert.match(said("--log", "none"), /^0 $/);
  remove();
});

verify("it hands over to rerun", () => {
  const { dir, remove } = copy();
  const { status, stdout } = cli(dir, ["verify", "redun/main~1..", "--rerun-all", "-q"]);
  // Its script is not there: it was started by a test.
  assert.is(status, 1);
  assert.match(stdout, /\nRerun of \w{8}: {2}run two\n/);
  remove();
});

unless(NO_SSH_KEYGEN, verify)("signatures count by git's own rules", () => {
  const { dir, git, remove } = copy();
  const keys = temporaryFolder();
  const unsigned = git("rev-parse", REF);
  signWithNewKey(git, keys.dir, "test@example.com");
  ok(dir, ["tag", "add", "-", "env=prod"]);
  const signed = ["verify", "--signatures", `${unsigned}..`];
  assert.match(ok(dir, signed), /ok +signatures +1 commit with a good signature\n/);
  const all = cli(dir, ["verify", "--signatures"]);
  assert.is(all.status, 1);
  assert.match(all.stdout, /BAD +signatures +2 problems\n/);
  assert.match(all.stdout, "It is not signed.");
  // Whose key it is decides, not that it is one.
  writeFileSync(join(keys.dir, "allowed"), "");
  assert.match(cli(dir, signed).stdout, /Its signature.*not known, or not trusted/);
  git("config", "--unset", "gpg.ssh.allowedSignersFile");
  assert.match(cli(dir, signed).stdout, "git here is not set up to check that");
  const without = cli(dir, signed, { backend: "isomorphic" });
  assert.is(without.status, 1);
  assert.match(without.stderr, "Signatures cannot be checked without git.");
  keys.remove();
  remove();
});

verify.run();
