import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  append,
  type Contract,
  changesOf,
  contents,
  describeChanges,
  namedAfterThemselves,
  REF,
  rejects,
  texts,
} from "./support.ts";

export function readContract(test: Contract): void {
  test("a reader may stop in the middle, and the backend be closed at once", async (git, repo) => {
    const paths = Array.from({ length: 900 }, (_, at) => `tags/${at % 300}/${at}/x.yaml`);
    const commit = await append(git, null, Object.fromEntries(paths.map((path) => [path, "1"])));
    const unheard: unknown[] = [];
    const listener = (reason: unknown) => void unheard.push(reason);
    process.on("unhandledRejection", listener);
    try {
      for (const from of [null, commit]) {
        let count = 0;
        for await (const _ of git.changes(from, commit)) if (++count === 3) break;
        await git.close();
      }
      const blob = repo.git("rev-parse", `${commit}:tags/0/0/x.yaml`);
      for await (const _ of git.read(paths.map(() => blob))) break;
      await git.close();
      await new Promise((done) => setTimeout(done, 20));
    } finally {
      process.off("unhandledRejection", listener);
    }
    assert.equal(unheard, []);
  });

  test("changes are added, modified, deleted, at any depth", async (git, repo) => {
    const first = await append(git, null, {
      "a/keep": "1",
      "a/edit": "1",
      "b/c/gone": "1",
      x: "1",
    });
    writeFileSync(join(repo.dir, "x"), "2");
    repo.git("read-tree", REF);
    repo.git("rm", "-q", "--cached", "b/c/gone");
    repo.git("update-index", "--add", "x");
    const middle = repo.git("commit-tree", repo.git("write-tree"), "-p", first, "-m", "by git");
    repo.git("update-ref", REF, middle);
    const last = await append(git, middle, { "a/edit": "2", "new/deep/er": "1" });

    const found = await changesOf(git, first, last);
    assert.equal(await describeChanges(git, first, last), [
      "added new/deep/er",
      "deleted b/c/gone",
      "modified a/edit",
      "modified x",
    ]);
    const oidOf = (path: string) => found.find((change) => change.path === path)?.oid;
    assert.is(oidOf("b/c/gone"), repo.git("rev-parse", `${first}:b/c/gone`));
    assert.is(oidOf("a/edit"), repo.git("rev-parse", `${last}:a/edit`));
  });

  test("changes from null are the whole tree, and none where nothing changed", async (git) => {
    const commit = await append(git, null, { "a/edit": "1", "a/keep": "1", "b/c/d": "1", x: "1" });
    const whole = ["added a/edit", "added a/keep", "added b/c/d", "added x"];
    assert.equal(await describeChanges(git, null, commit), whole);
    assert.equal(await describeChanges(git, commit, commit), []);
  });

  test("a tree of many folders is listed whole", async (git, repo) => {
    const names = Array.from(
      { length: 300 },
      (_, n) => `${"abc"[n % 3]}/${n % 40}/é${n}/${n % 7}/x`,
    );
    const commit = await append(git, null, namedAfterThemselves(["a/top", "b.txt", ...names]));
    const found = await changesOf(git, null, commit);
    const listed = repo.git("ls-tree", "-r", "-z", commit).split("\0").filter(Boolean);
    const lines = found.map(({ mode, oid, path }) => `${mode} blob ${oid}\t${path}`);
    assert.equal(lines.sort(), listed.sort());
  });

  test("read gives contents in the order asked for", async (git) => {
    const names = Array.from({ length: 700 }, (_, index) => `f${index}`);
    const commit = await append(git, null, namedAfterThemselves(names));
    const found = (await changesOf(git, null, commit)).reverse();
    const asked = [...found, ...found.slice(0, 50)];
    const read = await texts(
      git,
      asked.map(({ oid }) => oid),
    );
    assert.equal(
      read,
      asked.map(({ path }) => path),
    );
  });

  test("read takes ids as they come, and none", async (git) => {
    const commit = await append(git, null, { a: "1", b: "2" });
    async function* ids() {
      for await (const { oid } of git.changes(null, commit)) yield oid;
    }
    const read: string[] = [];
    for await (const { bytes } of git.read(ids())) read.push(Buffer.from(bytes).toString());
    assert.equal(read.sort(), ["1", "2"]);
    assert.equal(await texts(git, []), []);
  });

  test("read can be left early, and the backend used on", async (git) => {
    const commit = await append(git, null, namedAfterThemselves(["a", "b", "c", "d"]));
    const oids = (await changesOf(git, null, commit)).map(({ oid }) => oid);
    for await (const _ of git.read(oids)) break;
    assert.is((await texts(git, oids)).length, 4);
  });

  test("a missing object is OBJECT_MISSING", async (git) => {
    const absent = "0123456789012345678901234567890123456789";
    const commit = await append(git, null, { a: "1" });
    const [present] = await changesOf(git, null, commit);
    await rejects(contents(git, [present!.oid, absent, present!.oid]), "OBJECT_MISSING");
    await rejects(git.commit(absent), "OBJECT_MISSING");
    assert.equal(await texts(git, [present!.oid]), ["1"]);
  });

  test("readPath gives one file of a commit, or null", async (git) => {
    const commit = await append(git, null, { "a/b c/ü.txt": "text", top: "1" });
    const read = async (path: string) => {
      const bytes = await git.readPath(commit, path);
      return bytes && Buffer.from(bytes).toString();
    };
    assert.is(await read("a/b c/ü.txt"), "text");
    assert.is(await read("top"), "1");
    for (const path of ["nothing", "a", "a/b c", "a/b c/x", "top/x", "x/y/z"]) {
      assert.is(await read(path), null, path);
    }
  });

  test("commit gives tree, parents, identities and message", async (git, repo) => {
    const message =
      "run main [DONE] 3 jobs\n\nÜber mehrere Zeilen — 日本 🎉\n\nRedun-Execution: 6dc9\n";
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" }, message);
    const info = await git.commit(second);
    assert.is(info.message, message);
    assert.is(info.tree, repo.git("rev-parse", `${second}^{tree}`));
    assert.equal(info.parents, [first]);
    const raw = repo.git("cat-file", "commit", second);
    assert.ok(
      raw.includes(`\nauthor ${info.author}\ncommitter ${info.committer}\n\n${message.trim()}`),
    );
    assert.match(info.author, /^Test User <test@example\.com> \d{10} [+-]\d{4}$/);
    assert.equal((await git.commit(first)).parents, []);
  });

  test(
    "commit reads merges",
    async (git, repo) => {
      const [tree, head] = [repo.git("rev-parse", "HEAD^{tree}"), repo.git("rev-parse", "HEAD")];
      const other = repo.git("commit-tree", tree, "-p", head, "-m", "other");
      const merge = repo.git("commit-tree", tree, "-p", head, "-p", other, "-m", "merge");
      assert.equal((await git.commit(merge)).parents, [head, other]);
      assert.is((await git.commit(merge)).message, "merge\n");
    },
    { commit: true },
  );

  test(
    "what another process has just written is seen",
    async (git, repo) => {
      const first = await append(git, null, { a: "1" });
      await texts(git, [(await changesOf(git, null, first))[0]!.oid]);
      writeFileSync(join(repo.dir, "late"), "late");
      assert.equal(await texts(git, [repo.git("hash-object", "-w", "late")]), ["late"]);
      repo.git("update-ref", REF, "HEAD");
      assert.is(await git.resolve(REF), repo.git("rev-parse", "HEAD"));
      repo.git("update-ref", "-d", REF);
      assert.is(await git.resolve(REF), null);
    },
    { commit: true },
  );

  test("what was being read when it was closed disturbs nobody who reads later", async (git) => {
    const names = namedAfterThemselves(
      Array.from({ length: 600 }, (_, n) => `${n}`.padStart(200, "f")),
    );
    const all = await changesOf(git, null, await append(git, null, names));
    const oids = all.map(({ oid }) => oid);
    const left = git.read(oids)[Symbol.asyncIterator]();
    await left.next();
    const closed = git.close();
    assert.equal(
      await texts(git, oids),
      all.map(({ path }) => path),
    );
    await closed;
  });

  test("a closed backend can be used again", async (git) => {
    const commit = await append(git, null, { a: "1" });
    await git.close();
    assert.is((await git.commit(commit)).message, "a test\n");
    await git.close();
    await git.close();
  });
}
