import * as assert from "uvu/assert";
import type { GitBackend, History, ListedCommit } from "../../../src/git/backend.ts";
import { type TemporaryRepository, temporaryFolder } from "../../support/repository.ts";
import { type Contract, type Open, rejects, withBackend, withEnvironment } from "./support.ts";

export function historyContract(test: Contract, open: Open): void {
  test("a commit of a history: id, tree, author, time and subject", async (git, repo) => {
    await commits(repo, ["one\ntwo lines\n\nand a body", "ä ✓"]);
    const [newest, oldest] = await listed(git, { revision: "HEAD" });
    assert.equal(oldest, {
      oid: repo.git("rev-parse", "HEAD~1"),
      tree: repo.git("rev-parse", "HEAD~1^{tree}"),
      parents: [],
      author: "Test User <test@example.com>",
      authored: new Date(START * 1000),
      committed: new Date(START * 1000),
      subject: "one two lines",
    });
    assert.is(newest?.subject, "ä ✓");
    assert.equal(newest?.parents, [oldest?.oid]);
  });

  test("when its author made a commit, and when it was committed", async (git, repo) => {
    const dates = { GIT_AUTHOR_DATE: `${START} -0700`, GIT_COMMITTER_DATE: `${START + 60} +0100` };
    await withEnvironment(dates, async () => {
      repo.git("commit", "-q", "--allow-empty", "-m", "amended");
    });
    const [found] = await listed(git, { revision: "HEAD" });
    assert.equal(
      [found?.authored, found?.committed],
      [new Date(START * 1000), new Date((START + 60) * 1000)],
    );
  });

  test("a message of blank lines, or none", async (git, repo) => {
    const tree = repo.git("write-tree");
    for (const [at, message] of ["", "\n\n  spaces  \n\nbody\n"].entries()) {
      repo.git("update-ref", `refs/heads/m${at}`, repo.git("commit-tree", tree, "-m", message));
    }
    assert.equal(await subjects(git, "m0"), [repo.git("log", "-1", "--format=%s", "m0")]);
    assert.equal(await subjects(git, "m1"), [repo.git("log", "-1", "--format=%s", "m1")]);
  });

  test("a revision by every kind of name; alone, or with all that led to it", async (git, repo) => {
    await fork(repo);
    repo.git("tag", "light", "main~1");
    repo.git("tag", "-a", "-m", "a tag", "heavy", "main");
    repo.git("update-ref", "refs/remotes/origin/main", "topic");
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
    const id = repo.git("rev-parse", "topic");
    for (const packed of [false, true]) {
      if (packed) repo.git("gc", "-q");
      for (const [name, subject] of [
        ["main", "m2"],
        ["HEAD", "m2"],
        ["@", "m2"],
        ["main~1", "m1"],
        ["main~", "m1"],
        ["main^", "m1"],
        ["main~1^0~1", "base"],
        ["heads/topic", "t2"],
        ["refs/heads/topic", "t2"],
        ["light", "m1"],
        ["heavy", "m2"],
        ["heavy~2", "base"],
        ["origin/main", "t2"],
        ["origin", "t2"],
        [id, "t2"],
        [id.slice(0, 9), "t2"],
        [`${id}~1`, "t1"],
      ] as const) {
        assert.equal(await subjects(git, name, { alone: true }), [subject], name);
        assert.equal(await subjects(git, name, { alone: true, limit: 2 }), [subject], name);
      }
    }
    assert.equal(await subjects(git, "main"), ["m2", "m1", "base"]);
    assert.equal(await subjects(git, "main", { limit: 2 }), ["m2", "m1"]);
    assert.equal(await subjects(git, "main", { limit: 0 }), []);
  });

  test("ranges, with or without `alone`", async (git, repo) => {
    await fork(repo);
    repo.git("switch", "-q", "main");
    for (const alone of [false, true]) {
      assert.equal(await subjects(git, "main..topic", { alone }), ["t2", "t1"]);
      assert.equal(await subjects(git, "topic..main", { alone }), ["m2", "m1"]);
      assert.equal(await subjects(git, "topic..", { alone }), ["m2", "m1"]);
      assert.equal(await subjects(git, "..topic", { alone }), ["t2", "t1"]);
      assert.equal(await subjects(git, "main...topic", { alone }), ["t2", "m2", "t1", "m1"]);
      assert.equal(await subjects(git, "main..main", { alone }), []);
      assert.equal(await subjects(git, "main..main~1", { alone }), []);
      assert.equal(await subjects(git, "main..topic", { alone, limit: 1 }), ["t2"]);
    }
  });

  test("a range over a merge has what the merge brought in", async (git, repo) => {
    await fork(repo);
    repo.git("switch", "-q", "main");
    await withEnvironment(dated(START + 100), async () => {
      repo.git("merge", "-q", "-m", "merged", "topic");
    });
    const found = await subjects(git, "main~1..main");
    assert.equal(found, ["merged", "t2", "t1"]);
    assert.equal(await subjects(git, "main^2", { alone: true }), ["t2"]);
    assert.equal(await subjects(git, "topic..main"), ["merged", "m2", "m1"]);
  });

  test("as git lists it, over many merges", async (git, repo) => {
    await tangle(repo, 40);
    for (const range of ["side", "main..side", "side..main", "main...side", "main~5..side~3"]) {
      const expected = repo.git("rev-list", "--format=%s", range).split("\n");
      assert.equal(
        await subjects(git, range),
        expected.filter((line) => !line.startsWith("commit ")).filter(Boolean),
        range,
      );
    }
  });

  // git itself goes wrong over clocks that are years apart.
  test("ranges over commits whose clocks differ by minutes", async (git, repo) => {
    await commits(repo, ["base"]);
    const tree = repo.git("rev-parse", "HEAD^{tree}");
    const tips: string[] = [repo.git("rev-parse", "HEAD")];
    for (let at = 1; at < 30; at++) {
      const parents = [tips[at - 1]!, ...(at % 4 === 0 ? [tips[at - 3]!] : [])];
      await withEnvironment(dated(START + at * 10 + ((at * 7919) % 7) * 30), async () => {
        const named = parents.flatMap((parent) => ["-p", parent]);
        tips.push(repo.git("commit-tree", tree, ...named, "-m", `c${at}`));
      });
    }
    for (const [a, b] of [
      [29, 3],
      [3, 29],
      [12, 20],
      [20, 12],
    ] as const) {
      const range = `${tips[a]}..${tips[b]}`;
      const [left, right] = [a, b].map((at) => repo.git("rev-list", tips[at]!).split("\n"));
      const expected = right!.filter((oid) => !left!.includes(oid)).sort();
      const found = (await listed(git, { revision: range })).map(({ oid }) => oid).sort();
      assert.equal(found, expected);
      assert.is(await git.isAncestor(tips[a]!, tips[b]!), a <= b);
    }
  });

  test("a shallow clone ends where its commits do", async (_git, repo) => {
    await commits(repo, ["a", "b", "c", "d"]);
    const clone = temporaryFolder();
    repo.git("clone", "-q", "--depth=2", `file://${repo.dir}`, `${clone.dir}/c`);
    await withBackend(open, `${clone.dir}/c`, async (git) => {
      assert.equal(await subjects(git, "HEAD"), ["d", "c"]);
      await rejects(listed(git, { revision: "HEAD~3" }), "UNKNOWN_REVISION");
    });
    clone.remove();
  });

  test("a revision that names no commit is refused", async (git, repo) => {
    await rejects(listed(git, { revision: "HEAD" }), "UNKNOWN_REVISION");
    await commits(repo, ["a"]);
    const unknown = "1234567890123456789012345678901234567890";
    for (const revision of [
      "nope",
      "",
      "HEAD~1",
      "HEAD^2",
      "HEAD..nope",
      "nope..HEAD",
      unknown,
      `${unknown}..HEAD`,
      `HEAD..${unknown}`,
      "12345",
      "--all",
      "-n1",
      "HEAD HEAD",
      "../x",
      "refs/heads",
    ]) {
      await rejects(listed(git, { revision }), "UNKNOWN_REVISION");
    }
  });

  test("settings of `git log` make no difference", async (git, repo) => {
    await commits(repo, ["a", "b"]);
    repo.git("config", "log.showSignature", "true");
    repo.git("config", "log.decorate", "full");
    repo.git("config", "format.pretty", "fuller");
    repo.git("config", "i18n.logOutputEncoding", "latin1");
    assert.equal(await subjects(git, "HEAD"), ["b", "a"]);
  });
}

const START = 1_700_000_000;

async function listed(git: GitBackend, history: History): Promise<ListedCommit[]> {
  const found: ListedCommit[] = [];
  for await (const commit of git.history(history)) found.push(commit);
  return found;
}

async function subjects(
  git: GitBackend,
  revision: string,
  options: Omit<History, "revision"> = {},
): Promise<string[]> {
  return (await listed(git, { revision, ...options })).map(({ subject }) => subject);
}

function dated(seconds: number) {
  return { GIT_COMMITTER_DATE: `${seconds} +0100`, GIT_AUTHOR_DATE: `${seconds} +0100` };
}

/** Commits without files, ten seconds between each. */
async function commits(
  repo: TemporaryRepository,
  messages: readonly string[],
  start = START,
): Promise<void> {
  for (const [at, message] of messages.entries()) {
    await withEnvironment(dated(start + at * 10), async () => {
      repo.git("commit", "-q", "--allow-empty", "-m", message);
    });
  }
}

/** `main` and `topic`, each two commits ahead of `base`, in turns. */
async function fork(repo: TemporaryRepository): Promise<void> {
  await commits(repo, ["base"]);
  repo.git("switch", "-q", "-c", "topic");
  await commits(repo, ["t1", "t2"], START + 20);
  repo.git("switch", "-q", "main");
  await commits(repo, ["m1", "m2"], START + 15);
}

/** Two branches that merge each other now and then. */
async function tangle(repo: TemporaryRepository, count: number): Promise<void> {
  await commits(repo, ["base"]);
  const tree = repo.git("rev-parse", "HEAD^{tree}");
  const tips = { main: repo.git("rev-parse", "HEAD"), side: repo.git("rev-parse", "HEAD") };
  for (let at = 1; at <= count; at++) {
    const [mine, other] = at % 3 === 0 ? (["side", "main"] as const) : (["main", "side"] as const);
    const merges = at % 5 === 0 && tips.main !== tips.side ? ["-p", tips[other]] : [];
    await withEnvironment(dated(START + at * 10), async () => {
      tips[mine] = repo.git("commit-tree", tree, "-p", tips[mine], ...merges, "-m", `c${at}`);
    });
  }
  repo.git("update-ref", "refs/heads/main", tips.main);
  repo.git("update-ref", "refs/heads/side", tips.side);
}
