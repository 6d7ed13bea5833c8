import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { RedunError } from "../../../src/errors.ts";
import type { GitBackend } from "../../../src/git/backend.ts";
import {
  append,
  assertSound,
  type Contract,
  changesOf,
  contents,
  describeChanges,
  filesAt,
  namedAfterThemselves,
  REF,
  rejects,
} from "./support.ts";

export function appendContract(test: Contract): void {
  test("append makes a ref that did not exist", async (git, repo) => {
    assert.is(await git.resolve(REF), null);
    const commit = await append(git, null, { "a.txt": "one\n" }, "first");
    assert.is(await git.resolve(REF), commit);
    assert.is(repo.git("rev-parse", REF), commit);
    assert.is(repo.git("show", `${REF}:a.txt`), "one");
    assert.is(repo.git("rev-list", "--count", REF), "1");
  });

  test("append keeps the files that it does not name", async (git, repo) => {
    const first = await append(git, null, { "a/b/c.txt": "1", "a/d.txt": "2", z: "3" });
    const second = await append(git, first, { "a/b/e.txt": "4", z: "5" });
    assert.equal(filesAt(repo), { "a/b/c.txt": "1", "a/b/e.txt": "4", "a/d.txt": "2", z: "5" });
    assert.equal((await git.commit(second)).parents, [first]);
    assertSound(repo);
  });

  test(
    "append keeps what others put into the tree: links, scripts, odd names",
    async (git, repo) => {
      const blob = repo.git("hash-object", "-w", "README");
      const head = repo.git("rev-parse", "HEAD");
      repo.git("update-index", "--add", "--cacheinfo", `120000,${blob},link`);
      repo.git("update-index", "--add", "--cacheinfo", `100755,${blob},dir/script`);
      repo.git("update-index", "--add", "--cacheinfo", `160000,${head},module`);
      const before = repo.git("ls-tree", "-r", repo.git("write-tree"));
      const commit = repo.git("commit-tree", repo.git("write-tree"), "-m", "by git");
      repo.git("update-ref", REF, commit);
      await append(git, commit, { "dir/new": "1" });
      const after = repo.git("ls-tree", "-r", REF).split("\n");
      assert.equal(
        after.filter((line) => !line.endsWith("dir/new")),
        before.split("\n"),
      );
    },
    { commit: true },
  );

  test("append sorts trees as git does", async (git, repo) => {
    const names = ["a/x", "a-b", "a.b", "a0", "B", "é", "日本/ü", "a b/\t'\"\\c", "z\u{1f600}"];
    const commit = await append(git, null, namedAfterThemselves(names));
    await append(git, commit, namedAfterThemselves(["a.", "a/y", "a-", "aa"]));
    assertSound(repo);
    assert.is(Object.keys(filesAt(repo)).length, 13);
    const found = await changesOf(git, null, commit);
    assert.equal(found.map(({ path }) => path).sort(), [...names].sort());
  });

  test("append puts a file in place of a folder, and the reverse", async (git, repo) => {
    const first = await append(git, null, { "a/b": "1", c: "2" });
    const second = await append(git, first, { a: "3", "c/d": "4" });
    assert.equal(filesAt(repo), { a: "3", "c/d": "4" });
    assert.equal(await describeChanges(git, first, second), [
      "added a",
      "added c/d",
      "deleted a/b",
      "deleted c",
    ]);
    assertSound(repo);
  });

  test("append takes any bytes, none, and many", async (git, repo) => {
    const files = [
      { path: "binary", bytes: Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251) },
      { path: "empty", bytes: new Uint8Array() },
      { path: "line ends", bytes: Buffer.from("a\r\nb\0\n\xff", "latin1") },
    ];
    const commit = await git.append({ ref: REF, expected: null, files, message: "bytes" });
    for (const { path, bytes } of files) {
      const oid = repo.git("rev-parse", `${commit}:${path}`);
      assert.ok(Buffer.from(bytes).equals((await contents(git, [oid]))[0]!), path);
      assert.is(repo.git("cat-file", "-s", oid), String(bytes.length));
    }
    assertSound(repo);
  });

  test("append takes many files at once", async (git, repo) => {
    const names = Array.from({ length: 400 }, (_, index) => `d${index % 7}/f${index}`);
    const commit = await append(git, null, namedAfterThemselves(names));
    assert.is(repo.git("ls-tree", "-r", "--name-only", REF).split("\n").length, 400);
    assert.is((await changesOf(git, null, commit)).length, 400);
  });

  test("append of no files makes a commit of the same tree", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, {}, "nothing");
    assert.is((await git.commit(second)).tree, (await git.commit(first)).tree);
    assertSound(repo);
  });

  test("append writes what plain git prints", async (git, repo) => {
    const commit = await append(git, null, { "runs/one.yaml": "kind: execution\n" }, "run one\n");
    const [change] = await changesOf(git, null, commit);
    assert.is(repo.git("show", change!.oid), "kind: execution");
    assert.is(repo.git("log", "--format=%s", REF), "run one");
  });

  for (const path of ["", "/a", "a/", "a//b", ".", "a/../b", "..", ".git/x", "a/.GIT"]) {
    test(`append refuses the path ${JSON.stringify(path)}`, async (git) => {
      await rejects(append(git, null, { [path]: "x" }));
      assert.is(await git.resolve(REF), null);
    });
  }

  test("append refuses a ref that is elsewhere", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" });
    const refs = repo.git("for-each-ref");
    await rejects(append(git, first, { c: "3" }), "REF_MOVED");
    await rejects(append(git, null, { c: "3" }), "REF_MOVED");
    assert.is(repo.git("for-each-ref"), refs);
    assert.equal(readdirSync(join(repo.dir, ".git/refs/redun")), ["main"]);
    await append(git, second, { c: "3" });
  });

  test("a ref that was deleted or moved back meanwhile: refused, or all of it is kept", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" });
    for (const move of [
      ["-d", REF],
      [REF, first],
    ]) {
      repo.git("update-ref", ...move);
      const third = await append(git, second, { c: "3" }).catch((error) => error);
      if (typeof third === "string") assert.equal(filesAt(repo), { a: "1", b: "2", c: "3" });
      else assert.is(third.code, "REF_MOVED");
    }
  });

  test(
    "append refuses a ref below another ref",
    async (git, repo) => {
      repo.git("update-ref", "refs/redun/log", "HEAD");
      await rejects(append(git, null, { a: "1" }, "x", "refs/redun/log/main"), "BAD_REF");
      repo.git("pack-refs", "--all");
      await rejects(append(git, null, { a: "1" }, "x", "refs/redun/log/main"), "BAD_REF");
    },
    { commit: true },
  );

  test("append refuses a ref that is the folder of another", async (git, repo) => {
    await append(git, null, { a: "1" }, "x", `${REF}/deep`);
    await rejects(append(git, null, { a: "1" }), "BAD_REF");
    repo.git("pack-refs", "--all");
    await rejects(append(git, null, { a: "1" }), "BAD_REF");
  });

  test("append refuses a name that git does not allow", async (git) => {
    for (const ref of ["refs/.redun/main", "refs/redun/a..b", "refs/redun/a.lock", "refs/redun/"]) {
      await rejects(append(git, null, { a: "1" }, "x", ref), "BAD_REF");
    }
  });

  test("append fits where deleted refs left empty folders", async (git, repo) => {
    mkdirSync(join(repo.dir, ".git", REF, "empty", "folders"), { recursive: true });
    assert.is(await append(git, null, { a: "1" }), repo.git("rev-parse", REF));
  });

  test("append follows a symbolic ref", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    repo.git("symbolic-ref", "refs/redun/alias", REF);
    const second = await append(git, first, { b: "2" }, "x", "refs/redun/alias");
    assert.is(await git.resolve(REF), second);
    assert.is(repo.git("symbolic-ref", "refs/redun/alias"), REF);
  });

  test("appends at the same time in one process lose nothing", async (git, repo) => {
    const writer = async (label: string) => {
      for (let turn = 0; turn < 4; turn++) await appendRetrying(git, { [`${label}/${turn}`]: "x" });
    };
    await Promise.all(["a", "b", "c"].map(writer));
    assert.is(Object.keys(filesAt(repo)).length, 12);
  });
}

async function appendRetrying(git: GitBackend, files: Record<string, string>): Promise<void> {
  for (;;) {
    try {
      await append(git, await git.resolve(REF), files);
      return;
    } catch (error) {
      if (!(error instanceof RedunError && error.code === "REF_MOVED")) throw error;
    }
  }
}
