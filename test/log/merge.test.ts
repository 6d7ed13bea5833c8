/**
 * Merging two logs: the seven ways in which they can stand to each other, and what is refused.
 * All logs of a test stand in one repository, whose objects are then what an exchange would bring.
 */
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, RedunError } from "../../src/errors.ts";
import type { GitBackend, Oid } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { Log } from "../../src/log/log.ts";
import { type Merged, mergeLogs, planMerge } from "../../src/log/merge.ts";
import { isTurnOf } from "../support/effort.ts";
import { madeRun, madeTagEdit } from "../support/made-records.ts";
import { type TemporaryRepository, temporaryRepository } from "../support/repository.ts";

const OPEN = { native: openNative, isomorphic: openIsomorphic } as const;

interface World {
  readonly repo: TemporaryRepository;
  readonly git: GitBackend;
  /** The log of a name; it need not exist. */
  log(name: string): Log;
  /** Commits runs of these numbers to a log. */
  record(name: string, ...runs: number[]): Promise<Oid>;
  merge(into: string, from: string): Promise<Merged>;
  /** Asserts that a merge is refused, with this code and these words, and changes nothing. */
  refuses(into: string, from: string, code: ErrorCode, words: string): Promise<void>;
  tree(name: string): string;
  commits(name: string): number;
}

for (const [backend, open] of Object.entries(OPEN)) {
  const merge = suite(`merge, ${backend}`);
  const test = (title: string, body: (world: World) => Promise<void>) => {
    if (!isTurnOf(backend, Object.keys(OPEN), title)) return;
    merge(title, async () => {
      const repo = temporaryRepository({ commit: true });
      const git = open(findRepository(repo.dir));
      try {
        await body(worldOf(repo, git));
        assert.is(repo.git("fsck", "--strict", "--full", "--no-dangling", "--no-progress"), "");
      } finally {
        await git.close();
        repo.remove();
      }
    });
  };

  test("1. new: theirs is taken as it is", async ({ log, merge, record }) => {
    const theirs = await record("b", 1, 2);
    const { scenario, before, after, arrivals } = await merge("a", "b");
    assert.equal([scenario, before, after], ["new", null, theirs]);
    assert.is(await log("a").tip(), theirs);
    assert.is(arrivals.executions, 2);
    assert.equal(arrivals.people, ["Test User <test@example.com>"]);
  });

  test("2. ahead: nothing to do", async ({ log, merge, record }) => {
    await record("b", 1);
    await merge("a", "b");
    const ours = await record("a", 2);
    const { scenario, after, arrivals } = await merge("a", "b");
    assert.equal([scenario, after, await log("a").tip()], ["ahead", ours, ours]);
    assert.equal(arrivals, { executions: 0, tagEdits: 0, others: 0, people: [] });
  });

  test("3. behind: the ref moves forward", async ({ log, merge, record }) => {
    await record("b", 1);
    await merge("a", "b");
    const theirs = await record("b", 2, 3);
    const { scenario, after, arrivals } = await merge("a", "b");
    assert.equal([scenario, after, await log("a").tip()], ["behind", theirs, theirs]);
    assert.is(arrivals.executions, 2);
  });

  test("4. diverged: a merge commit that both sides make alike", async (world) => {
    const { git, merge, record, repo, log, tree } = world;
    await record("b", 1);
    await merge("a", "b");
    const ours = await record("a", 2);
    await log("b").append([madeTagEdit(madeRun(1).id, ["env", "prod"])], "tag");
    const theirs = await record("b", 3);
    const before = await log("a").tip();
    repo.git("update-ref", "refs/redun/c", theirs);
    const { scenario, after, arrivals } = await merge("a", "b");
    assert.equal([scenario, before], ["diverged", ours]);
    assert.equal([arrivals.executions, arrivals.tagEdits], [1, 1]);
    assert.equal((await git.commit(after)).parents, [ours, theirs].sort());
    repo.git("update-ref", "refs/redun/other", before!);
    assert.is((await merge("c", "other")).after, after);
    // Everyone else only follows.
    assert.is((await merge("b", "a")).scenario, "behind");
    assert.is((await merge("a", "b")).scenario, "equal");
    assert.is(tree("a"), tree("b"));
    const paths = repo.git("ls-tree", "-r", "--name-only", "refs/redun/a").split("\n");
    assert.is(paths.length, 1 + 3 * 2 + 1);
  });

  test("5. equal: nothing to do", async ({ merge, record }) => {
    const commit = await record("b", 1);
    await merge("a", "b");
    const { scenario, after } = await merge("a", "b");
    assert.equal([scenario, after], ["equal", commit]);
  });

  test("6. unrelated roots: as diverged", async ({ merge, record, repo }) => {
    const ours = await record("a", 1);
    const theirs = await record("b", 2);
    const { scenario, arrivals } = await merge("a", "b");
    assert.is(scenario, "diverged");
    assert.is(arrivals.executions, 1);
    assert.is(
      repo.git("log", "-1", "--format=%P", "refs/redun/a"),
      [ours, theirs].sort().join(" "),
    );
  });

  test("7. criss-cross: equal files of different commits are left alone", async (world) => {
    const { merge, record, repo, tree, commits } = world;
    for (const [at, name] of ["a", "b", "c"].entries()) await record(name, at);
    // Each pulls from the next at the same time: from where the next was before the round.
    for (let round = 0; round < 4; round++) {
      for (const name of ["a", "b", "c"]) {
        repo.git("update-ref", `refs/redun/old/${name}`, `refs/redun/${name}`);
      }
      for (const [name, next] of ["ab", "bc", "ca"]) await merge(name!, `old/${next}`);
    }
    assert.equal([tree("b"), tree("c")], [tree("a"), tree("a")]);
    const counts = ["a", "b", "c"].map(commits);
    assert.equal(
      counts,
      counts.map(() => Math.max(...counts)),
    );
    const { scenario, after, before } = await merge("a", "b");
    assert.equal([scenario, after], ["equal", before]);
    // What is recorded next goes around as ever.
    await record("b", 9);
    await merge("a", "b");
    await merge("c", "a");
    assert.is((await merge("b", "c")).scenario, "behind");
    assert.equal([tree("b"), tree("c")], [tree("a"), tree("a")]);
  });

  test("what was deleted on one side comes back, whoever merges", async (world) => {
    const { merge, record, repo, log, tree } = world;
    await record("a", 1, 2);
    await merge("b", "a");
    const whole = tree("a");
    const [path] = madeRun(1).files.map((file) => file.path);
    tamper(repo, "a", ({ remove }) => remove(path!));
    assert.is.not(tree("a"), whole);
    assert.is((await merge("b", "a")).scenario, "diverged");
    assert.is(tree("b"), whole);
    assert.is((await merge("a", "b")).scenario, "behind");
    assert.is(tree("a"), whole);
    // Here it is the log that lost something, and the other is older.
    const older = await log("a").tip();
    tamper(repo, "a", ({ remove }) => remove(path!));
    repo.git("update-ref", "refs/redun/older", older!);
    assert.is((await merge("a", "older")).scenario, "diverged");
    assert.is(tree("a"), whole);
  });

  test("a record with two contents is corruption: the path is named, nothing is taken", async (world) => {
    const { record, repo, refuses } = world;
    await record("a", 1);
    await record("b", 1, 2);
    const { path } = madeRun(1).files[0]!;
    for (const base of ["b", "a"]) {
      repo.git("update-ref", "refs/redun/forged", `refs/redun/${base}`);
      tamper(repo, "forged", ({ add }) => add("100644", "forged\n", path));
      await refuses("a", "forged", "LOG_CORRUPT", path);
    }
  });

  test("a record that is not what its name says is refused, be it ever so new", async (world) => {
    const { log, merge, record, repo, refuses } = world;
    await record("b", 1, 2);
    const { path, text } = madeRun(2).files[0]!;
    const forged = text.replace("laptop", "server");
    tamper(repo, "b", ({ add }) => add("100644", forged, path));
    await refuses("a", "b", "LOG_CORRUPT", path);
    await record("a", 3);
    await refuses("a", "b", "LOG_CORRUPT", path);
    // One that was imported brings its name with it, which is none that git could give.
    const import_ = (id: string, folder: string) => {
      repo.git("update-ref", "refs/redun/b", "refs/redun/b~1");
      const there = path.replace(/[^/]+\/[^/]+\/execution/, `${folder}/${id}/execution`);
      tamper(repo, "b", ({ add }) => add("100644", `id: ${id}\n${text}`, there));
      return there;
    };
    const gits = "1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c1f0c";
    await refuses("a", "b", "LOG_CORRUPT", import_(gits, "1f"));
    await refuses("a", "b", "LOG_CORRUPT", import_("run-0042", "xx"));
    const id = "run-0042";
    const there = import_(id, "ru");
    await merge("a", "b");
    assert.is(repo.git("show", `${log("a").ref}:${there}`).split("\n")[0], `id: ${id}`);
  });

  test("files of others are carried along; two contents of one are a conflict", async (world) => {
    const { merge, record, repo, refuses, tree } = world;
    await record("a", 1);
    await record("b", 2);
    tamper(repo, "b", ({ add }) => add("100644", "read me\n", "docs/README"));
    assert.is((await merge("a", "b")).arrivals.others, 1);
    assert.is(repo.git("show", "refs/redun/a:docs/README"), "read me");
    assert.is(repo.git("ls-tree", "-r", "--name-only", "refs/redun/a").split("\n").length, 6);
    tamper(repo, "b", ({ add }) => add("100644", "otherwise\n", "docs/README"));
    await refuses("a", "b", "FILE_CONFLICT", "docs/README");
    await record("c", 3);
    tamper(repo, "c", ({ add }) => add("100644", "a file\n", "docs"));
    await refuses("a", "c", "FILE_CONFLICT", "docs");
    await refuses("c", "a", "FILE_CONFLICT", "docs");
    assert.is.not(tree("a"), tree("c"));
  });

  test("links, submodules and scripts do not come in", async ({ record, repo, refuses }) => {
    await record("a", 1);
    for (const [mode, words] of [
      ["120000", "a symbolic link"],
      ["160000", "a submodule"],
      ["100755", "a file of mode 100755"],
    ]) {
      for (const path of [`tasks/ab/${"ab".repeat(20)}.yaml`, "tools/x"]) {
        await record("b", 2);
        tamper(repo, "b", ({ add }) => add(mode!, "target", path));
        await refuses("a", "b", "BAD_RECORD", `${path}, which is ${words}`);
        await refuses("new", "b", "BAD_RECORD", path);
        repo.git("update-ref", "-d", "refs/redun/b");
      }
    }
  });

  test("our own links and scripts stay what they are", async ({ record, repo, merge, log }) => {
    await record("b", 2);
    for (const name of ["a", "c"]) {
      await record(name, 1);
      tamper(repo, name, ({ add }) => {
        add("120000", "target", "link");
        add("100755", "echo", "script");
        add("160000", "", "module");
      });
      // So that each of the two is once the first parent.
      const isFirst = async () => (await log(name).tip())! < (await log("b").tip())!;
      for (let run = 3; (await isFirst()) !== (name === "a"); run++) await record(name, run);
      await merge(name, "b");
      const kept = repo.git("ls-tree", `refs/redun/${name}`, "link", "script", "module");
      assert.equal(
        kept.split("\n").map((line) => line.slice(0, 6)),
        ["120000", "160000", "100755"],
      );
    }
  });

  test("what is no log, or too new for us, is refused", async ({ record, repo, refuses, log }) => {
    await record("a", 1);
    repo.git("update-ref", "refs/redun/code", "HEAD");
    await refuses("a", "code", "NOT_A_LOG", "code is not a log");
    await refuses("new", "code", "NOT_A_LOG", "code is not a log");
    await record("b", 2);
    for (const [text, code] of [
      ["format: redun-git\nversion: 3\n", "FORMAT_TOO_NEW"],
      ["format: other\nversion: 1\n", "BAD_RECORD"],
      ["[]\n", "BAD_RECORD"],
    ] as const) {
      tamper(repo, "b", ({ add }) => add("100644", text, "format.yaml"));
      await refuses("a", "b", code, "b ");
      const { ref } = log("b");
      await refuses("b", "a", code, ref);
    }
  });

  test("of two format files of one version both sides keep the same", async (world) => {
    const { record, repo, merge, tree } = world;
    await record("a", 1);
    await record("b", 2);
    tamper(repo, "b", ({ add }) =>
      add("100644", "# ours\nformat: redun-git\nversion: 1\n", "format.yaml"),
    );
    repo.git("update-ref", "refs/redun/c", "refs/redun/a");
    await merge("a", "b");
    await merge("b", "c");
    assert.is(tree("a"), tree("b"));
    assert.is((await merge("c", "b")).scenario, "behind");
    assert.is((await merge("a", "c")).scenario, "equal");
  });

  test("a merge against other writers: nothing is lost", async ({ record, merge, repo, log }) => {
    await record("a", 1);
    await record("b", 2, 3);
    const theirs = { commit: (await log("b").tip())!, name: "b" };
    await Promise.all([
      mergeLogs(log("a"), theirs),
      record("a", 4, 5, 6),
      mergeLogs(log("a"), theirs),
    ]);
    await merge("a", "b");
    assert.is(repo.git("ls-tree", "-r", "--name-only", "refs/redun/a").split("\n").length, 13);
  });

  merge.run();
}

function worldOf(repo: TemporaryRepository, git: GitBackend): World {
  const log = (name: string) => new Log(git, `refs/redun/${name}`);
  return {
    repo,
    git,
    log,
    async record(name, ...runs) {
      const writer = new Log(openIsomorphic(git.repository), log(name).ref);
      for (const run of runs) await writer.append(madeRun(run).files, `run ${run}\n`);
      return (await log(name).tip())!;
    },
    async merge(into, from) {
      const commit = (await log(from).tip())!;
      const planned = await planMerge(log(into), { commit, name: from });
      const { after, ...merged } = await mergeLogs(log(into), { commit, name: from });
      assert.equal(planned, merged, "the plan says what happens");
      assert.is(await log(into).tip(), after);
      return { ...merged, after };
    },
    async refuses(into, from, code, words) {
      const before = repo.git("for-each-ref");
      const commit = (await log(from).tip())!;
      const error = await mergeLogs(log(into), { commit, name: from }).catch((reason) => reason);
      assert.instance(error, RedunError, String(error));
      assert.is(error.code, code, error.message);
      assert.ok(error.message.includes(words), error.message);
      assert.is(repo.git("for-each-ref"), before);
    },
    tree: (name) => repo.git("rev-parse", `refs/redun/${name}^{tree}`),
    commits: (name) => Number(repo.git("rev-list", "--count", `refs/redun/${name}`)),
  };
}

interface Edit {
  add(mode: string, text: string, path: string): void;
  remove(path: string): void;
}

/** Commits to a log what redun-git never would, by one `git fast-import`. */
function tamper(repo: TemporaryRepository, name: string, edit: (edit: Edit) => void): void {
  const ref = `refs/redun/${name}`;
  const lines = [`commit ${ref}`, "committer Eve <eve@example.com> 1700000000 +0000", "data 0"];
  lines.push(`from ${ref}^0`);
  edit({
    add(mode, text, path) {
      if (mode === "160000") lines.push(`M ${mode} ${"1".repeat(40)} ${path}`);
      else lines.push(`M ${mode} inline ${path}`, `data ${text.length}`, text);
    },
    remove: (path) => lines.push(`D ${path}`),
  });
  const input = `${lines.join("\n")}\n\ndone\n`;
  execFileSync("git", ["fast-import", "--quiet", "--done"], { cwd: repo.dir, input });
}

const sha256 = suite("merge, SHA-256");

sha256("diverged logs, with git", async () => {
  const repo = temporaryRepository({ objectFormat: "sha256" });
  const git = openNative(findRepository(repo.dir));
  try {
    const { log, merge, tree } = worldOf(repo, git);
    for (const [at, name] of ["a", "b"].entries()) {
      await log(name).append(madeRun(at, "sha256").files, "run\n");
    }
    const { scenario, after } = await merge("a", "b");
    assert.equal([scenario, after.length], ["diverged", 64]);
    assert.is((await merge("b", "a")).scenario, "behind");
    assert.is(tree("a"), tree("b"));
    assert.is(repo.git("fsck", "--strict", "--no-dangling", "--no-progress"), "");
  } finally {
    await git.close();
    repo.remove();
  }
});

sha256.run();
