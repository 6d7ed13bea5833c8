/** Merging on the command line: other logs, branches, bundles; several logs; what is refused. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  cli,
  jsonLines,
  logged,
  ok,
  record,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { prepared, temporaryRepository } from "../support/repository.ts";

const merge = suite("merge and logs");
const HELLO = {
  "w.mjs": `import { task } from "redun-git";
export const namespace = "hello";
export const main = task(function main(greet = "Hi") { return greet; });
`,
};

/** A log `main` of one run, and a log `nightly` of two, one of them tagged. */
const twoLogs = prepared(() => {
  const repository = workflowRepository(HELLO);
  const { dir } = repository;
  record(dir, ["w.mjs", "main"]);
  record(dir, ["--log", "nightly", "w.mjs", "main", "--greet", "one"]);
  record(dir, ["--log", "nightly", "w.mjs", "main", "--greet", "two"]);
  const [newest] = logged(dir, ["--log", "nightly"]);
  ok(dir, ["tag", "add", "--log", "nightly", newest.id, "approved=true"]);
  return repository;
});

for (const backend of oneOf(BACKENDS)) {
  merge(`one log is merged into another, ${backend}`, () => {
    const { dir, git } = twoLogs();
    const options = { backend };
    const main = git("rev-parse", "redun/main");
    const came = "redun/nightly into redun/main: 2 executions, 1 tag edit from 1 person\n";
    assert.is(ok(dir, ["merge", "--dry-run", "nightly"], options), `Would merge ${came}`);
    assert.is(git("rev-parse", "redun/main"), main);
    assert.is(logged(dir, [], options).length, 1);
    assert.is(ok(dir, ["merge", "nightly"], options), `Merged ${came}`);
    assert.is(logged(dir, [], options).length, 3);
    assert.is(logged(dir, ["-t", "approved=true"], options).length, 1);
    const tip = git("rev-parse", "redun/main");
    const nothing = "Nothing to merge: redun/main has everything that redun/nightly holds.\n";
    assert.is(ok(dir, ["merge", "nightly"], options), nothing);
    assert.is(git("rev-parse", "redun/main"), tip);
    const [told] = jsonLines(
      ok(dir, ["merge", "--log", "nightly", "main", "--format", "json"], options),
    );
    assert.equal([told.scenario, told.after, told.executions], ["behind", tip, 1]);
    git("fsck", "--strict", "--no-dangling");
  });
}

merge("a log goes by bundle where no network does", () => {
  const { dir, git } = twoLogs();
  const other = temporaryRepository();
  const bundle = `${other.dir}/stick.bundle`;
  git("bundle", "create", "-q", bundle, "redun/main");
  const first = git("rev-parse", "redun/main");
  ok(dir, ["merge", "nightly"]);
  git("bundle", "create", "-q", `${other.dir}/later.bundle`, "redun/main", `^${first}`);

  const early = cli(other.dir, ["merge", "later.bundle"]);
  assert.is(early.status, 1);
  assert.match(early.stderr, /continues a history .* \[BAD_BUNDLE\]/);
  assert.is(other.git("for-each-ref"), "");

  assert.match(ok(other.dir, ["merge", "stick.bundle"]), /: 1 execution from 1 person\n$/);
  assert.match(ok(other.dir, ["merge", "later.bundle"]), /: 2 executions, 1 tag edit from 1/);
  assert.is(other.git("rev-parse", "redun/main"), git("rev-parse", "redun/main"));
  assert.is(other.git("for-each-ref", "--format=%(refname)"), "refs/redun/main");
  assert.is(logged(other.dir).length, 3);

  const without = cli(other.dir, ["merge", "stick.bundle"], { backend: "isomorphic" });
  assert.is(without.status, 1);
  assert.match(without.stderr, /Without git, only http .*stick\.bundle is neither/);

  git("bundle", "create", "-q", bundle, "redun/nightly", "main");
  assert.match(ok(other.dir, ["merge", "stick.bundle"]), /\(redun\/nightly\)/);
  git("bundle", "create", "-q", bundle, "redun/nightly", "redun/main");
  assert.is(
    ok(other.dir, ["merge", "stick.bundle"]).replace(/^.*\n/, ""),
    "The file also holds nightly: `redun-git merge --log nightly stick.bundle`.\n",
  );
  const several = cli(other.dir, ["merge", "--log", "third", "stick.bundle"]);
  assert.match(several.stderr, /several refs: refs\/redun\/main, refs\/redun\/nightly/);
});

merge("tag edits come from a branch after review", () => {
  const { dir, git } = twoLogs();
  ok(dir, ["merge", "nightly"]);
  git("update-ref", "refs/heads/review", "redun/main");
  const [newest] = logged(dir);
  ok(dir, ["tag", "add", "--ref", "refs/heads/review", newest.id, "reviewed=true"]);
  assert.is(logged(dir, ["-t", "reviewed=true"]).length, 0);
  assert.is(
    ok(dir, ["merge", "review"]),
    "Merged review into redun/main: 1 tag edit from 1 person\n",
  );
  assert.is(logged(dir, ["-t", "reviewed=true"]).length, 1);
});

for (const backend of oneOf(BACKENDS)) {
  merge(`a state that no ref holds any more is taken by its commit, ${backend}`, () => {
    const { dir, git } = twoLogs();
    const tip = git("rev-parse", "redun/nightly");
    git("update-ref", "-d", "refs/redun/nightly");
    git("tag", "kept", `${tip}~1`);
    const came = (text: string) => text.replace(/^Merged \S+ into redun\/main: /, "");
    const one = "1 execution from 1 person\n";
    assert.is(came(ok(dir, ["merge", "kept~1"], { backend })), one);
    assert.is(came(ok(dir, ["merge", "kept"], { backend })), one);
    assert.is(
      came(ok(dir, ["merge", tip.slice(0, 12)], { backend })),
      "1 tag edit from 1 person\n",
    );
    assert.is(logged(dir).length, 3);
  });
}

merge("what is no log is refused, and changes nothing", () => {
  const { dir, git } = twoLogs();
  const refs = git("for-each-ref");
  for (const [source, code] of [
    ["refs/heads/main", "NOT_A_LOG"],
    [git("rev-parse", "HEAD"), "NOT_A_LOG"],
    ["HEAD", "NOT_A_LOG"],
    ["nowhere", "BAD_REF"],
    ["w.mjs", "BAD_BUNDLE"],
    [".", "BAD_BUNDLE"],
    ["a..b", "BAD_REF"],
    ["redun/nightly~1..redun/nightly", "BAD_REF"],
    ["0".repeat(40), "OBJECT_MISSING"],
  ] as const) {
    const { status, stdout, stderr } = cli(dir, ["merge", source]);
    assert.equal([status, stdout], [1, ""], source);
    assert.ok(stderr.includes(`[${code}]`), stderr);
  }
  assert.is(cli(dir, ["merge"]).status, 2);
  assert.is(git("for-each-ref"), refs);
});

merge("logs lists the logs, and what the remotes had", () => {
  const { dir, git } = twoLogs();
  const empty = temporaryRepository();
  assert.match(ok(empty.dir, ["logs"]), /^No logs yet/);
  git("update-ref", "refs/redun/remotes/origin/main", "redun/nightly");
  git("update-ref", "refs/redun/remotes/url-b872e69a3890/main", "redun/main");
  git("update-ref", "refs/redun/remotes/zoe/main", "redun/main");
  git("remote", "add", "origin", "/nowhere");
  git("config", "redun.log", "nightly");
  const lines = ok(dir, ["logs"]).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "(time)");
  assert.is(
    lines.replace(/index \d+\.\d MB/g, "index (size)"),
    `Logs:
  main     1 execution,  last change (time), index (size)
* nightly  2 executions, last change (time), index (size)

Of remotes, at the last fetch or push:
  origin/main            2 executions, last change (time)
  url-b872e69a3890/main  1 execution,  last change (time)  (of a URL or a path)
  zoe/main               1 execution,  last change (time)  (remote removed)
`,
  );
  for (const backend of oneOf(BACKENDS)) {
    const all = jsonLines(ok(dir, ["logs", "--format", "json"], { backend }));
    const told = all.map(({ ref, executions, isDefault }) => [ref, executions, isDefault]);
    assert.equal(told, [
      ["refs/redun/main", 1, false],
      ["refs/redun/nightly", 2, true],
      ["refs/redun/remotes/origin/main", 2, false],
      ["refs/redun/remotes/url-b872e69a3890/main", 1, false],
      ["refs/redun/remotes/zoe/main", 1, false],
    ]);
  }
});

merge.run();
