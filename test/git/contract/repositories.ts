import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../../support/repository.ts";
import { conflict } from "./head.ts";
import {
  append,
  assertSound,
  type Contract,
  changesOf,
  describeChanges,
  filesAt,
  type Open,
  REF,
  rejects,
  texts,
  withBackend,
} from "./support.ts";

const COMMITTED = { commit: true };

/** The shapes that repositories come in, and what an append leaves alone. */
export function repositoriesContract(test: Contract, open: Open, name: string): void {
  test("packed refs are read and appended onto", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    repo.git("pack-refs", "--all");
    assert.is(await git.resolve(REF), first);
    await rejects(append(git, null, { b: "2" }), "REF_MOVED");
    const second = await append(git, first, { b: "2" });
    assert.is(await git.resolve(REF), second);
    assert.is(repo.git("rev-parse", REF), second);
    repo.git("pack-refs", "--all");
    assert.is(await git.resolve(REF), second);
    assert.equal(filesAt(repo), { a: "1", b: "2" });
  });

  test("packed objects are read and appended onto, before and after git gc", async (git, repo) => {
    const long = "the same long line, so that git packs it as a delta\n".repeat(50);
    const first = await append(git, null, { "a/one": long, "a/two": `${long}2` });
    const oids = (await changesOf(git, null, first)).map(({ oid }) => oid);
    const before = await texts(git, oids);
    repo.git("gc", "-q", "--prune=now");
    assert.equal(await texts(git, oids), before);
    const second = await append(git, first, { "a/one": long, "a/three": `${long}3` });
    repo.git("gc", "-q", "--prune=now");
    repo.git("repack", "-q", "-a", "-d", "-f");
    assert.equal(await texts(git, oids), before);
    assert.equal(await describeChanges(git, first, second), ["added a/three"]);
    assert.equal(Object.keys(filesAt(repo)), ["a/one", "a/three", "a/two"]);
    assertSound(repo);
  });

  test(
    "a bare repository",
    async (git, repo) => {
      const first = await append(git, null, { a: "1" });
      await append(git, first, { b: "2" });
      assert.equal(filesAt(repo), { a: "1", b: "2" });
      assertSound(repo);
    },
    { bare: true },
  );

  test(
    "linked work trees and sub-folders share the log",
    async (git, repo) => {
      const folder = temporaryFolder();
      const path = join(folder.dir, "tree");
      repo.git("worktree", "add", "-q", path);
      const first = await withBackend(open, path, (linked) => append(linked, null, { a: "1" }));
      assert.is(await git.resolve(REF), first);
      const second = await append(git, first, { b: "2" });
      await withBackend(open, path, async (linked) => {
        assert.is(await linked.resolve(REF), second);
        assert.equal(await describeChanges(linked, first, second), ["added b"]);
      });
      assert.equal(filesAt(repo), { a: "1", b: "2" });
      assertSound(repo);
      folder.remove();
    },
    COMMITTED,
  );

  test(
    "append leaves index, work tree, HEAD and other refs alone",
    async (git, repo) => {
      const before = snapshot(repo.dir);
      const first = await append(git, null, { README: "not the work tree's", b: "2" });
      await append(git, first, { c: "3" });
      assert.equal(snapshot(repo.dir), before);
    },
    COMMITTED,
  );

  test(
    "append leaves a merge in progress alone",
    async (git, repo) => {
      conflict(repo);
      const before = snapshot(repo.dir);
      const status = repo.git("status", "--porcelain=v2", "--branch");
      const first = await append(git, null, { a: "1" });
      await append(git, first, { b: "2" });
      await git.head();
      assert.equal(snapshot(repo.dir), before);
      assert.is(repo.git("status", "--porcelain=v2", "--branch"), status);
    },
    COMMITTED,
  );

  test(
    "head writes no index",
    async (git, repo) => {
      repo.git("update-index", "--refresh");
      const before = readFileSync(join(repo.dir, ".git/index"));
      await git.head();
      assert.ok(readFileSync(join(repo.dir, ".git/index")).equals(before));
    },
    COMMITTED,
  );

  test("a reflog is kept where git keeps one", async (git, repo) => {
    const first = await append(git, null, { a: "1" });
    assert.is(repo.git("reflog", "show", REF), "", "none for refs/redun by default");
    const other = await append(git, null, { a: "1" }, "x", "refs/heads/log");
    await append(git, other, { b: "2" }, "x", "refs/heads/log");
    assert.is(repo.git("reflog", "show", "log").split("\n").length, 2);
    repo.git("config", "core.logAllRefUpdates", "always");
    await append(git, first, { b: "2" });
    repo.git("config", "core.logAllRefUpdates", "false");
    await append(git, (await git.resolve(REF))!, { c: "3" });
    assert.is(repo.git("reflog", "show", REF).split("\n").length, 2);
    assert.is(repo.git("rev-parse", `${REF}@{1}`), repo.git("rev-parse", `${REF}^`));
  });

  test("an unwritable repository is REPOSITORY_UNWRITABLE", async (_git, repo) => {
    // Root may write everywhere, so there a child does it as the user "nobody".
    const nobody = process.getuid?.() === 0 ? 65534 : undefined;
    if (nobody) chmodSync(repo.dir, 0o755);
    if (nobody) eachFile(repo.dir, (path) => chownSync(path, nobody, nobody));
    const folders = allFolders(join(repo.dir, ".git"));
    for (const path of folders) chmodSync(path, 0o555);
    const result = spawnSync(
      process.execPath,
      ["--import", "tsx", CHILD, name, repo.dir, REF, "x", "1"],
      {
        encoding: "utf8",
        env: { ...process.env, HOME: "/nonexistent", XDG_CONFIG_HOME: "/nonexistent" },
        ...(nobody && { uid: nobody, gid: nobody }),
      },
    );
    for (const path of folders) chmodSync(path, 0o755);
    assert.is(result.stdout, "REPOSITORY_UNWRITABLE", result.stderr);
    assert.equal(
      folders.flatMap((path) => readdirSync(path).filter((name) => /tmp|lock/.test(name))),
      [],
    );
  });
}

const CHILD = fileURLToPath(new URL("append-child.ts", import.meta.url));

/** Bytes of everything that belongs to the user, and of all refs but our own. */
function snapshot(dir: string): Record<string, string> {
  const files: Record<string, string> = {};
  eachFile(dir, (path) => {
    const name = path.slice(dir.length);
    const ours = /^\/\.git\/(?:objects|redun)(?:\/|$)|^\/\.git\/refs\/redun/.test(name);
    if (!ours && lstatSync(path).isFile()) files[name] = readFileSync(path, "latin1");
  });
  return files;
}

function eachFile(path: string, visit: (path: string) => void): void {
  if (lstatSync(path).isDirectory()) {
    for (const name of readdirSync(path)) eachFile(join(path, name), visit);
  }
  visit(path);
}

function allFolders(dir: string): string[] {
  const found: string[] = [];
  eachFile(dir, (path) => {
    if (lstatSync(path).isDirectory()) found.push(path);
  });
  return found;
}
