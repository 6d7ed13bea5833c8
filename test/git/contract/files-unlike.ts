import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { GitBackend } from "../../../src/git/backend.ts";
import { runGit, type TemporaryRepository, temporaryRepository } from "../../support/repository.ts";
import type { Contract } from "./support.ts";

const COMMITTED = { commit: true };

/** Which files of the work tree a commit does not hold as they are. */
export function filesUnlikeContract(test: Contract): void {
  test(
    "files that are as the commit has them, and others",
    async (git, repo) => {
      write(repo, { "a/same.ts": "1\n", "changed.ts": "1\n", "hidden.ts": "1\n", "bit.ts": "1\n" });
      write(repo, { ".gitignore": "ignored.ts\n", "ünal x.ts": "1\n" });
      commitAll(repo);
      repo.git("update-index", "--assume-unchanged", "hidden.ts");
      write(repo, {
        "changed.ts": "2\n",
        "hidden.ts": "2\n",
        "ignored.ts": "3\n",
        "new.ts": "4\n",
      });
      write(repo, { "a/intended.ts": "5\n" });
      repo.git("add", "--intent-to-add", "a/intended.ts");
      chmodSync(join(repo.dir, "bit.ts"), 0o755);
      const all = ["a/same.ts", "bit.ts", "changed.ts", "hidden.ts", "ignored.ts", "new.ts"];
      const more = ["a/intended.ts", "ünal x.ts"];
      assert.equal(await unlike(git, repo, [...all, ...more]), {
        "a/intended.ts": id(repo, "a/intended.ts"),
        "changed.ts": id(repo, "changed.ts"),
        "hidden.ts": id(repo, "hidden.ts"),
        "ignored.ts": id(repo, "ignored.ts"),
        "new.ts": id(repo, "new.ts"),
      });
      assert.equal(await unlike(git, repo, []), {});
    },
    COMMITTED,
  );

  test("what was loaded counts, not what the file says later", async (git, repo) => {
    write(repo, { "w.ts": "1\n" });
    commitAll(repo);
    const commit = repo.git("rev-parse", "HEAD");
    const bytes = Buffer.from("2\n");
    const blob = "0cfbf08886fca9a91cb753ec8734c84fcbe52c9f";
    assert.equal(await git.filesUnlike(commit, [{ path: "w.ts", bytes }]), [
      { path: "w.ts", oid: blob },
    ]);
  });

  test("line ends are those that git would store", async (git, repo) => {
    repo.git("config", "core.autocrlf", "true");
    write(repo, { "w.ts": "1\r\n2\r\n" });
    commitAll(repo);
    assert.is(repo.git("show", "HEAD:w.ts"), "1\n2");
    assert.equal(await unlike(git, repo, ["w.ts"]), {});
    write(repo, { "w.ts": "1\r\n3\r\n" });
    assert.equal(await unlike(git, repo, ["w.ts"]), { "w.ts": id(repo, "w.ts") });
  });

  test("files of a submodule are those of its commit", async (git, repo) => {
    const inner = temporaryRepository({ commit: true });
    write(inner, { "lib/a.ts": "1\n" });
    commitAll(inner);
    const allowed = ["-c", "protocol.file.allow=always"];
    repo.git(...allowed, "submodule", "--quiet", "add", inner.dir, "deps/inner");
    write(repo, { "w.ts": "1\n" });
    commitAll(repo);
    const files = ["w.ts", "deps/inner/lib/a.ts"];
    assert.equal(await unlike(git, repo, files), {});
    write(repo, { "deps/inner/lib/a.ts": "2\n", "deps/inner/new.ts": "3\n" });
    assert.equal(await unlike(git, repo, [...files, "deps/inner/new.ts"]), {
      "deps/inner/lib/a.ts": id(repo, "deps/inner/lib/a.ts"),
      "deps/inner/new.ts": id(repo, "deps/inner/new.ts"),
    });
    // Committed there, and not here.
    runGit(join(repo.dir, "deps/inner"), ["commit", "-qam", "2"]);
    assert.equal(await unlike(git, repo, files), {
      "deps/inner/lib/a.ts": id(repo, "deps/inner/lib/a.ts"),
    });
    inner.remove();
  });

  test("files of a repository that only lies there", async (git, repo) => {
    write(repo, { "w.ts": "1\n" });
    commitAll(repo);
    mkdirSync(join(repo.dir, "other"));
    runGit(join(repo.dir, "other"), ["init", "-q"]);
    write(repo, { "other/a.ts": "1\n" });
    runGit(join(repo.dir, "other"), ["add", "."]);
    runGit(join(repo.dir, "other"), ["commit", "-qm", "x"]);
    assert.equal(await unlike(git, repo, ["w.ts", "other/a.ts"]), {
      "other/a.ts": id(repo, "other/a.ts"),
    });
  });
}

/** Of filters other than line ends only git knows. */
export function filesUnlikeNative(test: Contract): void {
  test("a file behind a filter is what git would store", async (git, repo) => {
    repo.git("config", "filter.up.clean", "tr a-z A-Z");
    write(repo, { ".gitattributes": "*.ts filter=up\n", "w.ts": "a\n" });
    commitAll(repo);
    assert.equal(await unlike(git, repo, ["w.ts"]), {});
  });
}

async function unlike(
  git: GitBackend,
  repo: TemporaryRepository,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const files = paths.map((path) => ({ path, bytes: readFileSync(join(repo.dir, path)) }));
  const found = await git.filesUnlike(repo.git("rev-parse", "HEAD"), files);
  return Object.fromEntries(found.map(({ path, oid }) => [path, oid]).sort());
}

function write({ dir }: TemporaryRepository, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

function commitAll({ git }: TemporaryRepository): void {
  git("add", "-A");
  git("commit", "-qm", "all");
}

const id = ({ git }: TemporaryRepository, path: string) => git("hash-object", "--", path);
