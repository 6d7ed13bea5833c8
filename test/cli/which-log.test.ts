/** Which log is meant, and where none can be written: nothing runs, and no ref moves. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, cli, logged, ok, workflowRepository } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, temporaryFolder } from "../support/repository.ts";

const MARKING = {
  "w.mjs": `import { writeFileSync } from "node:fs";
import { task } from "redun-git";
export const main = task(function main() { writeFileSync("ran", ""); return 1; });
`,
};
const RUN = ["run", "-q", "w.mjs", "main"];

/** A repository with a run in its log, on the branch `main`. */
const recorded = prepared(() => {
  const repository = workflowRepository(MARKING);
  repository.git("update-ref", "refs/heads/code", "HEAD");
  ok(repository.dir, RUN);
  repository.git("clean", "-qf");
  return repository;
});

/** Asserts that a command is refused, runs nothing and changes no ref, index or work tree. */
function refuses(
  { dir, git }: ReturnType<typeof recorded>,
  words: readonly string[],
  [code, about]: [string, RegExp],
  backend?: (typeof BACKENDS)[number],
): void {
  const state = () => [git("for-each-ref"), git("status", "--porcelain")];
  const before = state();
  const { status, stdout, stderr } = cli(dir, words, backend && { backend });
  const misuse = code === "USAGE" ? 2 : 1;
  assert.equal([status, stdout], [misuse, ""], `${words.join(" ")}: ${stderr}`);
  assert.match(stderr, about, words.join(" "));
  assert.match(stderr, new RegExp(`^error: .*\\[${code}\\]$`, "m"));
  assert.not.ok(existsSync(join(dir, "ran")), "a task has run");
  assert.equal(state(), before);
}

const which = suite("which log");

for (const backend of oneOf(BACKENDS)) {
  which(`what follows a remote's log is read, and not written (${backend})`, () => {
    const repository = recorded();
    const { dir, git } = repository;
    git("update-ref", "refs/redun/remotes/origin/main", "redun/main");
    const log = ["--log", "remotes/origin/main"];
    assert.is(logged(dir, log, { backend }).length, 1);
    const why: [string, RegExp] = ["BAD_REF", /only fetches write it/];
    ok(dir, ["tag", "add", "-", "b=2"]);
    for (const words of [
      RUN,
      ["tag", "add", "-", "a=1"],
      ["tag", "rm", "-", "user"],
      ["push", "."],
      ["push", "--dry-run", "."],
      ["pull", "."],
      ["merge", "main"],
    ]) {
      refuses(repository, [...log, ...words], why, backend);
    }
    refuses(repository, ["--log", "remotes", ...RUN], why, backend);
    refuses(repository, ["--ref", "refs/remotes/origin/records", ...RUN], why, backend);
  });

  which(`no log has a name below or above another's (${backend})`, () => {
    const repository = recorded();
    refuses(
      repository,
      ["--log", "main/sub", ...RUN],
      ["BAD_REF", /main is a log, .* below it/],
      backend,
    );
    refuses(repository, ["--log", "main/a/b", "merge", "main"], ["BAD_REF", /below it/], backend);
    ok(repository.dir, ["--log", "team/nightly", "merge", "main"]);
    refuses(
      repository,
      ["--log", "team", ...RUN],
      ["BAD_REF", /team\/nightly is a log, .* above/],
      backend,
    );
    assert.is(logged(repository.dir, ["--log", "team/nightly"]).length, 1);
  });

  which(`a branch of code is no log (${backend})`, () => {
    const repository = recorded();
    const { dir, git } = repository;
    const bare = temporaryFolder().dir;
    git("init", "-q", "--bare", bare);
    git("config", "redun.ref", "refs/heads/code");
    const why: [string, RegExp] = ["NOT_A_LOG", /refs\/heads\/code is not a log/];
    refuses(repository, RUN, why, backend);
    refuses(repository, ["merge", "main"], ["NOT_A_LOG", /is not a log/], backend);
    refuses(repository, ["merge", "redun/main"], why, backend);
    if (backend === "native") {
      refuses(repository, ["push", bare], why);
      refuses(repository, ["push", "--dry-run", bare], why);
      git("push", "-q", bare, "redun/main:refs/heads/code");
      refuses(repository, ["pull", bare], why);
    }
    assert.is(logged(dir, ["--log", "main"]).length, 1);
  });

  which(`a branch that is checked out is not written to, a log or not (${backend})`, () => {
    const repository = recorded();
    const { dir, git } = repository;
    refuses(
      repository,
      ["--ref", "refs/heads/main", ...RUN],
      ["BAD_REF", /main is checked out in/],
      backend,
    );

    git("config", "redun.ref", "refs/heads/provenance");
    ok(dir, RUN, { backend });
    git("clean", "-qf");
    ok(dir, ["tag", "add", "-", "a=1"], { backend });
    const linked = join(temporaryFolder().dir, "linked");
    git("worktree", "add", "-q", linked, "provenance");
    const why: [string, RegExp] = ["BAD_REF", /provenance is checked out in .*linked/];
    refuses(repository, RUN, why, backend);
    refuses(repository, ["tag", "add", "-", "b=2"], why, backend);
    refuses(repository, ["merge", "redun/main"], why, backend);
    assert.is(git("-C", linked, "status", "--porcelain"), "");
    assert.is(logged(dir, [], { backend }).length, 1);

    git("worktree", "remove", linked);
    ok(dir, ["merge", "redun/main"], { backend });
    ok(dir, RUN, { backend });
    assert.is(logged(dir, [], { backend }).length, 3);
  });
}

which("a log on a branch is pushed where that branch is not checked out", () => {
  const { dir, git } = recorded();
  const bare = temporaryFolder().dir;
  git("init", "-q", "--bare", "-b", "provenance", bare);
  git("config", "redun.ref", "refs/heads/provenance");
  ok(dir, RUN);
  assert.match(ok(dir, ["push", bare]), /^Pushed 1 execution/);
  git("--git-dir", bare, "config", "redun.ref", "refs/heads/provenance");
  ok(bare, ["tag", "add", "-", "seen=true"]);
  assert.match(ok(dir, ["pull", bare]), /1 tag edit/);
});

which("an invalid log name is a usage error, or the error names the setting", () => {
  const repository = recorded();
  const { git } = repository;
  for (const name of ["a b", "..", "x.lock", "HEAD", "a/HEAD", ""]) {
    refuses(repository, ["log", "--log", name], ["USAGE", /cannot be the name of a log/]);
  }
  refuses(repository, ["--ref", "HEAD", ...RUN], ["USAGE", /"HEAD" cannot/]);
  for (const key of ["redun.ref", "redun.log"]) {
    git("config", key, "a b");
    refuses(repository, ["log"], ["BAD_CONFIG", new RegExp(`git config ${key} is "a b"`)]);
  }
});

which("a run that can no longer be recorded does not block another log", () => {
  const { dir, git } = recorded();
  const child = `import { task } from "redun-git";
export const main = task(function main() {
  // The process that watches over this one would record its end.
  for (const pid of [process.ppid, process.pid]) process.kill(pid, "SIGKILL");
});
`;
  const killed = workflowRepository({ "w.mjs": child });
  cli(killed.dir, ["--ref", "refs/heads/provenance", ...RUN]);
  killed.git("update-ref", "refs/heads/provenance", "HEAD");
  assert.match(ok(killed.dir, ["push", "--ref", "refs/redun/main", dir]), /^Merged 1 execution/);
  killed.git("update-ref", "-d", "refs/heads/provenance");
  assert.is(logged(killed.dir, ["--ref", "refs/heads/provenance"])[0].status, "INTERRUPTED");
  assert.is(git("status", "--porcelain"), "");
});

for (const [words, hint] of [
  [["rerun"], "`redun-git rerun - --log nightly` runs the latest one again"],
  [["rerun", "JOB"], "`redun-git run --rerun JOB --log nightly` calls its task again"],
  [["diff", "TASK"], "`redun-git log --log nightly` lists executions."],
  [["rerun", "-~9"], "`redun-git log --log nightly` lists executions."],
  [["run", "--rerun", "TASK"], "`redun-git log --log nightly` lists executions."],
] as const) {
  which(`hints mean the log that was asked: ${words.join(" ")}`, () => {
    const { dir } = recorded();
    ok(dir, ["--log", "nightly", "merge", "main"]);
    const [job] = logged(dir, ["--job"]);
    const [task] = logged(dir, ["--task"]);
    const ids = (text: string) =>
      text.replace("JOB", job.id.slice(0, 8)).replace("TASK", task.id.slice(0, 8));
    const { stderr } = cli(dir, ["--log", "nightly", ...words.map(ids)]);
    assert.ok(stderr.includes(ids(hint)), stderr);
    // Of the log that is meant anyway, nothing is said.
    assert.not.match(cli(dir, words.map(ids)).stderr, /--log/);
  });
}

which.run();
