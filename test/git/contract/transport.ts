import { chmodSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { GitBackend, Oid } from "../../../src/git/backend.ts";
import { httpRemote } from "../../support/http-remote.ts";
import { type TemporaryRepository, temporaryRepository } from "../../support/repository.ts";
import { append, assertSound, type Contract, filesAt, REF, rejects } from "./support.ts";

const TRACKING = "refs/redun/remotes/origin/main";
const REFSPEC = `+${REF}:${TRACKING}`;

/** How a backend reaches the remotes of these tests: those without git know only http. */
export type Reach = "path" | "http";

/** What a backend does with a remote: a bare repository, and another clone that pushes to it. */
export function transportContract(contract: Contract, reach: Reach): void {
  const test = (
    title: string,
    body: (git: GitBackend, repo: TemporaryRepository, remote: Remote) => Promise<void>,
  ) =>
    contract(
      title,
      async (git, repo) => {
        const bare = temporaryRepository({ bare: true });
        const server = reach === "http" ? await httpRemote(dirname(bare.dir)) : null;
        const url = server ? `${server.url}/${basename(bare.dir)}` : bare.dir;
        repo.git("remote", "add", "origin", url);
        try {
          await body(git, repo, { ...bare, url });
        } finally {
          await server?.close();
          bare.remove();
        }
      },
      { commit: true },
    );

  test("push makes the remote's ref, and then moves it", async (git, repo, bare) => {
    const first = await append(git, null, { a: "1" });
    const refs = repo.git("for-each-ref");
    assert.equal(await push(git, first, null), LANDED);
    assert.is(bare.git("rev-parse", REF), first);
    const second = await append(git, first, { b: "2" });
    assert.equal(await push(git, second, first, bare.url), LANDED);
    assert.ok((await push(git, second, second, bare.url)).landed, "though it was there");
    assert.equal(filesAt(bare), { a: "1", b: "2" });
    assertSound(bare);
    repo.git("update-ref", REF, first);
    assert.is(repo.git("for-each-ref"), refs, "no other ref of ours is made");
  });

  test("push never loses what others pushed", async (git, repo, bare) => {
    const first = await append(git, null, { a: "1" });
    await push(git, first, null);
    const theirs = otherClone(bare, "theirs");
    const ours = await append(git, first, { b: "2" });
    const refused = async (expected: string | null) =>
      assert.is((await push(git, ours, expected)).landed, false);
    await refused(first);
    await refused(null);
    await git.fetch({ remote: "origin", refspecs: [REFSPEC] });
    await refused(first);
    await refused(theirs);
    assert.is((await push(git, first, theirs)).landed, false);
    assert.is(bare.git("rev-parse", REF), theirs);
    assert.is(repo.git("rev-parse", REF), ours);
  });

  test("push does not bring back what was taken from the remote", async (git, _repo, bare) => {
    const first = await append(git, null, { a: "1" });
    const second = await append(git, first, { b: "2" });
    await push(git, second, null);
    const third = await append(git, second, { c: "3" });
    bare.git("update-ref", REF, first);
    assert.is((await push(git, third, second)).landed, false);
    bare.git("update-ref", "-d", REF);
    assert.is((await push(git, third, second)).landed, false);
    assert.equal(await push(git, third, null), LANDED);
  });

  test("fetch moves the tracking ref and nothing else", async (git, repo, bare) => {
    const theirs = otherClone(bare, "1");
    const refs = repo.git("for-each-ref");
    assert.is(await git.fetch({ remote: "origin", refspecs: [REFSPEC] }), true);
    assert.is(repo.git("for-each-ref"), `${refs}\n${theirs} commit\t${TRACKING}`);
    assert.is(await git.resolve(TRACKING), theirs);
    assert.equal(filesAt(repo, TRACKING), { "1": "1" });
    assertSound(repo);
    const later = otherClone(bare, "2");
    assert.is(await git.fetch({ remote: bare.url, refspecs: [REFSPEC] }), true);
    assert.is(await git.resolve(TRACKING), later);
    assert.equal(filesAt(repo, TRACKING), { "1": "1", "2": "2" });
  });

  test("fetch follows a remote that was rewritten", async (git, repo, bare) => {
    otherClone(bare, "1");
    await git.fetch({ remote: "origin", refspecs: [REFSPEC] });
    bare.git("update-ref", "-d", REF);
    const rewritten = otherClone(bare, "2");
    await git.fetch({ remote: "origin", refspecs: [REFSPEC] });
    assert.is(await git.resolve(TRACKING), rewritten);
    assert.equal(filesAt(repo, TRACKING), { "2": "2" });
  });

  test("fetch of what the remote does not have", async (git, repo) => {
    const refs = repo.git("for-each-ref");
    assert.is(await git.fetch({ remote: "origin", refspecs: [REFSPEC] }), false);
    assert.is(repo.git("for-each-ref"), refs);
  });

  test("fetch of every ref of a pattern", async (git, repo, bare) => {
    const theirs = otherClone(bare, "1");
    bare.git("update-ref", "refs/redun/team/nightly", theirs);
    bare.git("update-ref", "refs/redun/remotes/elsewhere/main", theirs);
    const refspecs = ["+refs/redun/*:refs/redun/remotes/origin/*", "^refs/redun/remotes/*"];
    assert.is(await git.fetch({ remote: "origin", refspecs }), true);
    assert.equal(repo.git("for-each-ref", "--format=%(refname)", "refs/redun").split("\n"), [
      "refs/redun/remotes/origin/main",
      "refs/redun/remotes/origin/team/nightly",
    ]);
  });

  test("the settings of a mirror move no ref", async (git, repo, bare) => {
    otherClone(bare, "1");
    repo.git("config", "remote.origin.fetch", "+refs/*:refs/*");
    const ours = await append(git, null, { b: "2" });
    await git.fetch({ remote: "origin", refspecs: [REFSPEC] });
    assert.is(await git.resolve(REF), ours);
  });

  test("the user's own pre-push hook does not run", async (git, repo, bare) => {
    hook(join(repo.dir, ".git/hooks/pre-push"), "exit 1");
    const commit = await append(git, null, { a: "1" });
    assert.equal(await push(git, commit, null), LANDED);
    assert.is(bare.git("rev-parse", REF), commit);
  });

  test("a hook that refuses is quoted", async (git, repo, bare) => {
    hook(join(bare.dir, "hooks/pre-receive"), "echo 'not on a Sunday' >&2; exit 1");
    const commit = await append(git, null, { a: "1" });
    const pushed = push(git, commit, null);
    const error = await rejects(pushed, "PUSH_REJECTED");
    assert.match(error.message, "not on a Sunday");
    assert.is(repo.git("rev-parse", REF), commit);
  });

  test("a remote that is not there", async (git) => {
    const commit = await append(git, null, { a: "1" });
    for (const remote of ["nowhere", "http://127.0.0.1:1/x.git"]) {
      await rejects(push(git, commit, null, remote), "REMOTE_FAILED");
      await rejects(git.fetch({ remote, refspecs: [REFSPEC] }), "REMOTE_FAILED");
    }
  });
}

type Remote = TemporaryRepository & { readonly url: string };

const LANDED = { landed: true, said: [] };

function push(git: GitBackend, commit: Oid, expected: Oid | null, remote = "origin") {
  return git.push({ remote, commit, ref: REF, expected });
}

/** Adds a file, named after itself, to the remote's log as another clone would; the new commit. */
function otherClone(bare: TemporaryRepository, name: string): string {
  const clone = temporaryRepository();
  const parents: string[] = [];
  if (bare.git("for-each-ref", REF)) {
    clone.git("fetch", "-q", bare.dir, REF);
    clone.git("read-tree", "FETCH_HEAD");
    parents.push("-p", clone.git("rev-parse", "FETCH_HEAD"));
  }
  writeFileSync(join(clone.dir, name), name);
  clone.git("add", name);
  const commit = clone.git("commit-tree", clone.git("write-tree"), ...parents, "-m", name);
  clone.git("push", "-q", bare.dir, `${commit}:${REF}`);
  clone.remove();
  return commit;
}

function hook(path: string, script: string): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}
