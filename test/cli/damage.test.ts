/** What is damaged or gone costs the answers that need it, with a sentence, and nothing else. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, CLI, cli, ok, record, workflowRepository } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, runGit, temporaryFolder } from "../support/repository.ts";

const REF = "refs/redun/main";
const RUN = ["run", "-q", "w.mjs", "main"];

const recorded = prepared(() => {
  const repository = workflowRepository({
    "w.mjs": `import { task } from "redun-git";
export const main = task(function main(name = "you") { return name; });
`,
  });
  for (const name of ["one", "two"]) record(repository.dir, ["w.mjs", "main", "--name", name]);
  return repository;
});

const damage = suite("damage");

for (const backend of oneOf(BACKENDS)) {
  damage(`one damaged record is left out, each answer says so, and it heals (${backend})`, () => {
    const { dir, git } = recorded();
    const listed = git("ls-tree", "-r", REF).split("\n");
    const oid = /blob ([0-9a-f]+)\t\S+\/execution\.yaml$/m.exec(listed.join("\n"))![1]!;
    const path = join(dir, ".git/objects", oid.slice(0, 2), oid.slice(2));
    const whole = readFileSync(path);
    chmodSync(path, 0o644);
    writeFileSync(path, "junk");
    rmSync(join(dir, ".git/redun/index"), { recursive: true });
    for (let time = 0; time < 2; time++) {
      const { status, stdout, stderr } = cli(dir, ["log", "--count"], { backend });
      assert.equal([status, stdout.trim()], [0, "1 Execution"]);
      assert.match(
        stderr,
        /^warning: \d records? (is|are) missing or damaged here, and in no answer/,
      );
      assert.match(stderr, "`git fsck`");
    }
    ok(dir, RUN, { backend });
    assert.match(cli(dir, ["log", "--count"], { backend }).stdout, /\b2 Execution/);
    writeFileSync(path, whole);
    const { stdout, stderr } = cli(dir, ["log", "--count"], { backend });
    assert.match(stdout, /\b3 Execution/);
    assert.not.match(stderr, /warning: /);
  });

  damage(`a tip that is damaged is an error that says what helps (${backend})`, () => {
    const { dir, git } = recorded();
    const tip = git("rev-parse", REF);
    const path = join(dir, ".git/objects", tip.slice(0, 2), tip.slice(2));
    chmodSync(path, 0o644);
    writeFileSync(path, "junk");
    rmSync(join(dir, ".git/redun/index"), { recursive: true });
    for (const words of [["log"], ["logs"], ["tag", "add", "-", "a=1"], RUN]) {
      const { status, stdout, stderr } = cli(dir, words, { backend });
      assert.equal([status, stdout], [1, ""], words.join(" "));
      assert.match(stderr, /^error: .*\[[A-Z_]+\]\n[\s\S]*`git fsck`/, `${words}: ${stderr}`);
      assert.not.match(stderr, /Please report/);
      assert.ok(
        stderr.split("\n").every((line) => line.length < 200),
        stderr,
      );
    }
  });
}

damage("queries and tags do without git's own index, and a run names what is damaged", () => {
  const { dir } = recorded();
  ok(dir, ["tag", "add", "-", "a=1"]);
  const tip = runGit(dir, ["rev-parse", REF]);
  runGit(dir, ["update-ref", REF, `${REF}~1`]);
  ok(dir, ["log"]);
  runGit(dir, ["update-ref", REF, tip]);
  writeFileSync(join(dir, ".git/index"), "garbage");
  assert.match(ok(dir, ["log", "-"]), /a=1/);
  ok(dir, ["tag", "add", "-", "b=1"]);
  const { status, stderr } = cli(dir, RUN);
  assert.is(status, 1);
  assert.match(stderr, /index file smaller than expected[\s\S]*`git reset` makes it anew/);
});

damage("in a folder that was deleted every command says so", () => {
  for (const words of ["log", "run w.mjs main", "push", "logs", "tag add - a=1", "init"]) {
    const { dir } = temporaryFolder();
    const script = `cd '${dir}' && rmdir '${dir}' && exec '${process.execPath}' '${CLI}' ${words}`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    assert.equal([status, stdout], [1, ""], words);
    assert.match(stderr, /^error: The current directory no longer exists\. \[NOT_A_REPOSITORY\]\n/);
  }
});

damage("in a hook that decides about a push, what cannot be written is reported, and kept", () => {
  const { dir, git } = recorded();
  const bare = temporaryFolder();
  runGit("/", ["clone", "-q", "--bare", dir, bare.dir]);
  runGit(bare.dir, ["fetch", "-q", dir, `${REF}:${REF}`]);
  const hook = join(bare.dir, "hooks/pre-receive");
  const tag = `"${process.execPath}" "${CLI}" tag add - a=1`;
  writeFileSync(hook, `#!/bin/sh\n${tag}\necho "status $?"\n`);
  chmodSync(hook, 0o755);
  git("commit", "-q", "--allow-empty", "-m", "more");
  const { stderr } = spawnSync("git", ["push", bare.dir, "HEAD:refs/heads/main"], {
    cwd: dir,
    encoding: "utf8",
  });
  assert.match(stderr, /cannot be written by a hook that decides about a push/);
  assert.match(stderr, /remote: Do it in `post-receive`/);
  assert.match(stderr, /remote: status 1/);
  execFileSync("git", ["fsck", "--strict", "--no-dangling"], { cwd: bare.dir, stdio: "ignore" });
  bare.remove();
});

for (const backend of oneOf(BACKENDS)) {
  damage(`a log that another program removed or moved back is told, once (${backend})`, () => {
    const { dir, git } = recorded();
    ok(dir, ["log"], { backend });
    const tip = git("rev-parse", REF);
    for (const words of [
      ["-d", REF],
      [REF, `${tip}~1`],
    ]) {
      git("update-ref", ...words);
      const { status, stderr } = cli(dir, ["log"], { backend });
      assert.is(status, 0);
      assert.match(stderr, "warning: refs/redun/main was removed or rewritten in this clone");
      const merge = /redun-git (merge [0-9a-f]{12})/.exec(stderr)![1]!;
      assert.is(cli(dir, ["log"], { backend }).stderr, "");
      ok(dir, merge.split(" "), { backend });
      assert.is(git("rev-parse", REF), tip);
      const healed = cli(dir, ["log", "--count"], { backend });
      assert.equal([healed.stdout.trim(), healed.stderr], ["2 Execution", ""]);
    }
  });
}

damage.run();
