import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { temporaryFolder } from "../../support/repository.ts";
import { append, type Contract, type Open, withBackend } from "./support.ts";

const COMMITTED = { commit: true };

export function headContract(test: Contract, open: Open): void {
  const nothing = { commit: null, tree: null, branch: "main", dirty: false };

  test("head of an empty repository", async (git, repo) => {
    assert.equal(await git.head(), nothing);
    writeFileSync(join(repo.dir, "a"), "1");
    assert.equal(await git.head(), nothing);
    repo.git("add", "a");
    assert.equal(await git.head(), { ...nothing, dirty: true });
  });

  test(
    "head of a clean repository, on a branch with a slash, and detached",
    async (git, repo) => {
      const commit = repo.git("rev-parse", "HEAD");
      const clean = {
        commit,
        tree: repo.git("rev-parse", "HEAD^{tree}"),
        branch: "main",
        dirty: false,
      };
      assert.equal(await git.head(), clean);
      repo.git("switch", "-q", "-c", "topic/one");
      assert.equal(await git.head(), { ...clean, branch: "topic/one" });
      repo.git("pack-refs", "--all");
      assert.equal(await git.head(), { ...clean, branch: "topic/one" });
      repo.git("switch", "-q", "--detach");
      assert.equal(await git.head(), { ...clean, branch: null });
    },
    COMMITTED,
  );

  test(
    "dirty: changed, staged, removed, added files; not untracked ones",
    async (git, repo) => {
      const readme = join(repo.dir, "README");
      const dirty = async () => (await git.head()).dirty;
      writeFileSync(join(repo.dir, "untracked"), "x");
      assert.is(await dirty(), false);
      writeFileSync(readme, "changed in the work tree\n");
      assert.is(await dirty(), true);
      repo.git("add", "README");
      assert.is(await dirty(), true);
      repo.git("checkout", "-q", "HEAD", "--", "README");
      assert.is(await dirty(), false);
      rmSync(readme);
      assert.is(await dirty(), true);
      repo.git("rm", "-q", "--cached", "README");
      assert.is(await dirty(), true);
      repo.git("reset", "-q", "--hard");
      repo.git("add", "untracked");
      assert.is(await dirty(), true);
      repo.git("reset", "-q", "--hard");
      writeFileSync(join(repo.dir, "untracked"), "x");
      repo.git("add", "--intent-to-add", "untracked");
      assert.is(await dirty(), true);
    },
    COMMITTED,
  );

  test(
    "not dirty: a file that was only touched, or written again as it was",
    async (git, repo) => {
      const path = join(repo.dir, "README");
      utimesSync(path, new Date(), new Date("2020-01-01T00:00:00Z"));
      assert.is((await git.head()).dirty, false);
      writeFileSync(path, "a repository for a test\n");
      assert.is((await git.head()).dirty, false);
    },
    COMMITTED,
  );

  test(
    "dirty: an executable bit in the index",
    async (git, repo) => {
      repo.git("update-index", "--chmod=+x", "README");
      assert.is((await git.head()).dirty, true);
    },
    COMMITTED,
  );

  test(
    "dirty in folders, for every version of the index",
    async (git, repo) => {
      mkdirSync(join(repo.dir, "a/b"), { recursive: true });
      const names = ["a/b/c", "a/b/cc", "a-b", "a.c", "a/b/ü", "x"];
      for (const name of names) writeFileSync(join(repo.dir, name), name);
      repo.git("add", ".");
      repo.git("commit", "-q", "-m", "more");
      for (const version of ["2", "4"]) {
        repo.git("update-index", "--index-version", version);
        writeFileSync(join(repo.dir, "a/b/cc"), "a/b/cc");
        assert.is((await git.head()).dirty, false, `version ${version}, clean`);
        writeFileSync(join(repo.dir, "a/b/cc"), "other");
        assert.is((await git.head()).dirty, true, `version ${version}, dirty`);
        writeFileSync(join(repo.dir, "a/b/cc"), "a/b/cc");
      }
      writeFileSync(join(repo.dir, "a/b/cc"), "other");
      repo.git("update-index", "--skip-worktree", "a/b/cc");
      assert.is((await git.head()).dirty, false, "skip-worktree");
    },
    COMMITTED,
  );

  test(
    "dirty: a merge conflict",
    async (git, repo) => {
      conflict(repo);
      assert.is((await git.head()).dirty, true);
    },
    COMMITTED,
  );

  test(
    "head of a bare repository is never dirty",
    async (git, repo) => {
      assert.is(git.repository.workTree, null);
      assert.equal(await git.head(), nothing);
      const commit = await append(git, null, { a: "1" }, "x", "refs/heads/main");
      const { tree } = await git.commit(commit);
      assert.equal(await git.head(), { commit, tree, branch: "main", dirty: false });
      assert.is(repo.git("rev-parse", "HEAD"), commit);
    },
    { bare: true },
  );

  test(
    "head of a linked work tree is its own",
    async (git, repo) => {
      const linked = temporaryFolder();
      repo.git("worktree", "add", "-q", "-b", "side", join(linked.dir, "tree"));
      const path = join(linked.dir, "tree");
      repo.git("-C", path, "commit", "-q", "--allow-empty", "-m", "side");
      await withBackend(open, path, async (side) => {
        const head = await side.head();
        assert.is(head.branch, "side");
        assert.is(head.commit, repo.git("rev-parse", "side"));
        assert.is(head.dirty, false);
        writeFileSync(join(path, "README"), "changed");
        assert.is((await side.head()).dirty, true);
      });
      assert.is((await git.head()).branch, "main");
      assert.is((await git.head()).dirty, false);
      linked.remove();
    },
    COMMITTED,
  );

  test(
    "a branch is checked out in one work tree, or in none",
    async (git, repo) => {
      const folder = temporaryFolder();
      const path = join(folder.dir, "a tree");
      repo.git("branch", "other");
      repo.git("worktree", "add", "-q", "-b", "topic/side", path);
      await withBackend(open, path, async (linked) => {
        for (const one of [git, linked]) {
          assert.is(await one.checkedOut("refs/heads/main"), repo.dir);
          assert.is(await one.checkedOut("refs/heads/topic/side"), path);
          assert.is(await one.checkedOut("refs/heads/other"), null);
          assert.is(await one.checkedOut("refs/heads/side"), null);
        }
      });
      repo.git("switch", "-q", "--detach");
      assert.is(await git.checkedOut("refs/heads/main"), null);
      folder.remove();
    },
    COMMITTED,
  );

  test(
    "a bare repository has checked out nothing, but its work trees have",
    async (git, repo) => {
      const commit = await append(git, null, { a: "1" }, "x", "refs/heads/main");
      assert.is(await git.checkedOut("refs/heads/main"), null);
      const folder = temporaryFolder();
      const path = join(folder.dir, "tree");
      repo.git("worktree", "add", "-q", "-b", "side", path, commit);
      assert.is(await git.checkedOut("refs/heads/side"), path);
      await withBackend(open, path, async (linked) => {
        assert.is(await linked.checkedOut("refs/heads/main"), null);
        assert.is(await linked.checkedOut("refs/heads/side"), path);
      });
      folder.remove();
    },
    { bare: true },
  );

  test(
    "head from a sub-folder",
    async (git, repo) => {
      mkdirSync(join(repo.dir, "deep/er"), { recursive: true });
      await withBackend(open, join(repo.dir, "deep/er"), async (inner) => {
        assert.equal(await inner.head(), await git.head());
        writeFileSync(join(repo.dir, "README"), "changed above");
        assert.is((await inner.head()).dirty, true);
      });
    },
    COMMITTED,
  );

  test(
    "tracked: which of some paths are in the index, whatever is in their names",
    async (git, repo) => {
      const names = ["plain", "in a/blank b", "star*", "[x]", ":(top)odd", "ü"];
      for (const name of [...names, "untracked"]) {
        mkdirSync(dirname(join(repo.dir, name)), { recursive: true });
        writeFileSync(join(repo.dir, name), "x");
      }
      for (const name of names) repo.git("add", "--", `:(literal)${name}`);
      const asked = [...names, "untracked", "gone", "starless"];
      assert.equal([...(await git.tracked(asked))].sort(), [...names].sort());
      assert.equal([...(await git.tracked([]))], []);
    },
    COMMITTED,
  );

  test(
    "changed files: new and different ones, not those that are ignored or gone",
    async (git, repo) => {
      writeFileSync(join(repo.dir, ".gitignore"), "*.log\n");
      writeFileSync(join(repo.dir, "removed"), "x");
      writeFileSync(join(repo.dir, "same"), "x");
      repo.git("add", ".");
      repo.git("commit", "-q", "-m", "more");
      rmSync(join(repo.dir, "removed"));
      mkdirSync(join(repo.dir, "new/deep"), { recursive: true });
      writeFileSync(join(repo.dir, "new/deep/ü b"), "x");
      writeFileSync(join(repo.dir, "run.log"), "x");
      writeFileSync(join(repo.dir, "README"), "changed");
      writeFileSync(join(repo.dir, "staged"), "x");
      repo.git("add", "staged");
      const changed = await git.changedFiles();
      // Without git nobody says what is ignored.
      if (changed) assert.equal([...changed].sort(), ["README", "new/deep/ü b", "staged"]);
    },
    COMMITTED,
  );
}

/** Leaves a repository of one commit in the middle of a merge conflict over README. */
export function conflict(repo: { dir: string; git(...args: string[]): string }): void {
  const commit = (branch: string, text: string) => {
    repo.git("switch", "-q", branch);
    writeFileSync(join(repo.dir, "README"), text);
    repo.git("commit", "-q", "-a", "-m", branch);
  };
  repo.git("branch", "other");
  commit("main", "ours\n");
  commit("other", "theirs\n");
  try {
    repo.git("merge", "main");
  } catch {
    return;
  }
  throw new Error("the merge should have stopped at a conflict");
}
