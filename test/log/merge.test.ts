/**
 * Merging two logs: the seven ways in which they can stand to each other, and what is refused.
 * All logs of a test stand in one repository, whose objects are then what an exchange would bring.
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { GitBackend, Oid } from "../../src/git/backend.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { openIsomorphic } from "../../src/git/isomorphic/backend.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { Log } from "../../src/log/log.ts";
import { type Merged, mergeLogs, planMerge } from "../../src/log/merge.ts";
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
  tree(name: string): string;
  commits(name: string): number;
}

for (const [backend, open] of Object.entries(OPEN)) {
  const merge = suite(`merge, ${backend}`);
  const test = (title: string, body: (world: World) => Promise<void>) => {
    merge(title, async () => {
      const repo = temporaryRepository();
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

  merge.run();
}

function worldOf(repo: TemporaryRepository, git: GitBackend): World {
  const log = (name: string) => new Log(git, `refs/redun/${name}`);
  return {
    repo,
    git,
    log,
    async record(name, ...runs) {
      for (const run of runs) await log(name).append(madeRun(run).files, `run ${run}\n`);
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
    tree: (name) => repo.git("rev-parse", `refs/redun/${name}^{tree}`),
    commits: (name) => Number(repo.git("rev-list", "--count", `refs/redun/${name}`)),
  };
}
