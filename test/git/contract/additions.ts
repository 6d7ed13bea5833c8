import { execFileSync } from "node:child_process";
import * as assert from "uvu/assert";
import type { AdditionsRequest, GitBackend, Oid } from "../../../src/git/backend.ts";
import { someOf } from "../../support/effort.ts";
import type { TemporaryRepository } from "../../support/repository.ts";
import { append, type Contract, REF } from "./support.ts";

/** `subject: path path`, with the newest first. */
async function told(git: GitBackend, request: AdditionsRequest): Promise<string[]> {
  const lines: string[] = [];
  for await (const { commit, files } of git.additions(request)) {
    const { message } = await git.commit(commit);
    const paths = files.map(({ path }) => path).sort();
    lines.push(`${message.trim()}: ${paths.join(" ")}`);
  }
  return lines;
}

/** git reads a small number as something else than seconds since 1970. */
const EPOCH = 1_700_000_000;

/** A commit of plain git, on parents, of a tree with these files. */
function commitTree(
  repo: TemporaryRepository,
  message: string,
  time: number,
  parents: readonly Oid[],
  files: readonly string[],
): Oid {
  repo.git("read-tree", "--empty");
  const blob = repo.git("rev-parse", "HEAD:README");
  for (const path of files)
    repo.git("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
  const tree = repo.git("write-tree");
  const env = process.env.GIT_COMMITTER_DATE;
  process.env.GIT_COMMITTER_DATE = `${EPOCH + time} +0000`;
  try {
    const flags = parents.flatMap((parent) => ["-p", parent]);
    return repo.git("commit-tree", tree, ...flags, "-m", message);
  } finally {
    if (env === undefined) delete process.env.GIT_COMMITTER_DATE;
    else process.env.GIT_COMMITTER_DATE = env;
  }
}

export function additionsContract(test: Contract): void {
  test("commits that brought files under paths, the newest first", async (git, repo) => {
    // Settings for people, each of which would change what `git log` prints.
    for (const [name, value] of [
      ["log.showSignature", "true"],
      ["log.follow", "true"],
      ["log.showRoot", "false"],
      ["log.diffMerges", "separate"],
      ["log.decorate", "full"],
      ["diff.renames", "copies"],
      ["diff.relative", "true"],
      ["color.ui", "always"],
      ["format.pretty", "fuller"],
      ["core.quotePath", "true"],
    ]) {
      repo.git("config", name!, value!);
    }
    const a = await append(git, null, { "tags/a": "1", "x/ü b": "1", format: "1" }, "a\n");
    const b = await append(git, a, { other: "2" }, "b\n");
    const c = await append(git, b, { "tags/c/d": "1", "tags/e": "1" }, "c\n");
    const d = await append(git, c, { "tags/a": "changed", "x/ü b": "changed" }, "d\n");

    const history = (from: Oid | null, paths: string[]) => told(git, { from, to: d, paths });
    assert.equal(await history(null, ["tags"]), ["c: tags/c/d tags/e", "a: tags/a"]);
    assert.equal(await history(null, ["tags/e", "x"]), ["c: tags/e", "a: x/ü b"]);
    assert.equal(await history(null, ["x/ü b"]), ["a: x/ü b"]);
    assert.equal(await history(a, ["tags"]), ["c: tags/c/d tags/e"]);
    assert.equal(await history(d, ["tags"]), []);
    const known = new Set([c]);
    assert.equal(await told(git, { from: null, to: d, paths: ["tags"], known }), [
      "c: ",
      "a: tags/a",
    ]);
    assert.equal(await history(null, ["tags/*", ":/tags", "nothing"]), []);
    for await (const found of git.additions({ from: a, to: d, paths: ["tags/e"] })) {
      assert.is(found.commit, c);
      assert.is(found.time, Number(repo.git("show", "-s", "--format=tformat:%ct", c)));
      assert.is(found.files[0]!.oid, repo.git("rev-parse", `${c}:tags/e`));
    }
  });

  test("few changes in a long line of commits are all found", async (git) => {
    let tip = await append(git, null, { format: "1" }, "begin\n");
    for (let n = 0; n < 20; n++) {
      const path = [3, 4, 11, 19].includes(n) ? `tags/${n}` : `x/${n}`;
      tip = await append(git, tip, { [path]: "1" }, `${n}\n`);
    }
    assert.equal(await told(git, { from: null, to: tip, paths: ["tags"] }), [
      "19: tags/19",
      "11: tags/11",
      "4: tags/4",
      "3: tags/3",
    ]);
    assert.equal(await told(git, { from: null, to: tip, paths: ["x/0", "nowhere", "x/18"] }), [
      "18: x/18",
      "0: x/0",
    ]);
  });

  test(
    "of a merge only what no parent has; what both sides brought is told of both",
    async (git, repo) => {
      const begin = commitTree(repo, "begin", 1000, [], ["tags/0"]);
      const left = commitTree(repo, "left", 1010, [begin], ["tags/0", "tags/l", "tags/both"]);
      const right = commitTree(repo, "right", 1020, [begin], ["tags/0", "tags/both"]);
      const merge = commitTree(
        repo,
        "merge",
        1030,
        [left, right],
        ["tags/0", "tags/l", "tags/both", "tags/evil"],
      );
      repo.git("update-ref", REF, merge);
      const history = (request: Partial<AdditionsRequest>) =>
        told(git, { from: null, to: merge, paths: ["tags"], ...request });
      assert.equal(await history({}), [
        "merge: tags/evil",
        "right: tags/both",
        "left: tags/both tags/l",
        "begin: tags/0",
      ]);
      assert.equal(await history({ from: right }), ["merge: tags/evil", "left: tags/both tags/l"]);
      assert.equal(await history({ since: EPOCH + 1015 }), [
        "merge: tags/evil",
        "right: tags/both",
      ]);
    },
    { commit: true },
  );

  test("folders that git would walk for ever, in a commit long ago, hold up nothing", async (git, repo) => {
    const mktree = (lines: readonly string[]) => {
      const input = lines.join("\n");
      return execFileSync("git", ["mktree"], { cwd: repo.dir, input, encoding: "utf8" }).trim();
    };
    const blob = (input: string) => {
      const args = ["hash-object", "-w", "--stdin"];
      return execFileSync("git", args, { cwd: repo.dir, input, encoding: "utf8" }).trim();
    };
    const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
    const bomb = (innermost: string) => {
      let inside = innermost;
      for (let level = 0; level < 24; level++) {
        inside = `040000 tree ${mktree(names.map((name) => `${inside}\t${name}`))}`;
      }
      return inside;
    };
    let tip = await append(git, null, { format: "1" }, "begin\n");
    const begun = repo.git("rev-parse", `${tip}^{tree}`);
    const commit = (tree: Oid) => {
      tip = repo.git("commit-tree", "-p", tip, "-m", "planted", tree);
    };
    // Of files, and of nothing at all: there git finds no difference at which it could stop.
    const innermost = [
      `100644 blob ${blob("x\n")}`,
      `100644 blob ${blob("y\n")}`,
      `040000 tree ${mktree([])}`,
    ];
    for (const one of someOf(innermost)) {
      commit(mktree([...repo.git("ls-tree", begun).split("\n"), `${bomb(one)}\ttags`]));
    }
    commit(begun);
    repo.git("update-ref", REF, tip);
    tip = await append(git, tip, { "tags/a/b": "1" }, "tag\n");
    const found = new Map<Oid, number>();
    for await (const { commit, files } of git.additions({ from: null, to: tip, paths: ["tags"] })) {
      found.set(commit, files.length);
    }
    assert.is(found.get(tip), 1);
    for (const count of found.values()) assert.ok(count < 200_000, String(count));
  });

  test("a folder that grows by one file in each of many commits", async (git, repo) => {
    // More than the 64 MiB of folders that git is given to compare at a time.
    const COMMITS = 900;
    const name = (number: number) => `tags/a/${String(number).padStart(60, "0")}`;
    const stream = Array.from({ length: COMMITS }, (_, at) => [
      `commit ${REF}`,
      `committer a <a@b.c> ${EPOCH + at} +0000`,
      "data 0",
      `M 100644 inline ${name(at)}`,
      "data 1",
      String(at % 10),
      "",
    ]);
    const input = stream.flat().join("\n");
    execFileSync("git", ["fast-import", "--quiet"], { cwd: repo.dir, input });
    const to = (await git.resolve(REF))!;
    const found: string[] = [];
    for await (const { files } of git.additions({ from: null, to, paths: ["tags"] })) {
      found.push(...files.map(({ path }) => path));
    }
    assert.equal(
      found.reverse(),
      Array.from({ length: COMMITS }, (_, at) => name(at)),
    );
  });
}
