/** What people are told when a remote fails or refuses: git's own words, well laid out. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRepository } from "../../src/git/files/repository.ts";
import { openNative } from "../../src/git/native/backend.ts";
import { pushRejected, remoteFailed } from "../../src/git/transport-errors.ts";
import { temporaryRepository } from "../support/repository.ts";
import { rejects } from "./contract/support.ts";

const errors = suite("errors of remotes");

errors("one line of words goes behind what happened, several below", () => {
  const ends = ["fatal: the remote end hung up unexpectedly", "error: failed to push some refs"];
  const said = (...lines: string[]) => remoteFailed("push", "origin", [...lines, ...ends]).message;
  assert.is(said("fatal: it is closed"), "Could not push to origin: it is closed");
  assert.is(said("remote: Mon", "error: 500"), "Could not push to origin\n  remote: Mon\n  500");
  assert.is(said(), "Could not push to origin: the remote end hung up unexpectedly");
  assert.is(
    remoteFailed("fetch", "https://ada:secret@h/x", []).message,
    "Could not fetch from https://h/x: it ended without a word",
  );
});

errors("a refusal says why, and the remote's words stand below", () => {
  const push = { remote: "origin", ref: "refs/redun/main", commit: "", expected: null };
  const why = "[remote rejected] (pre-receive hook declined)";
  const said = [
    "remote: frozen",
    "remote:   until Monday",
    "error: failed to push some refs to 'x'",
  ];
  assert.is(
    pushRejected(push, why, said).message,
    "origin refused refs/redun/main: pre-receive hook declined\n  frozen\n    until Monday",
  );
  assert.match(pushRejected(push, "unpacker error", []).hint!, /read-only for you, or lack room/);
});

for (const [said, hint] of [
  ["fatal: unable to access 'http://h/': The requested URL returned error: 403", /let you in/],
  ["git@h: Permission denied (publickey).", /let you in/],
  ["Host key verification failed.", /let you in/],
  ["error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413", /higher limit/],
  ["HTTP Error: 413 Payload Too Large", /higher limit/],
  ["error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500", /was reached/],
  ["HTTP Error: 429 Too Many Requests", /was reached/],
  ["fatal: repository 'http://h/x/' not found", /git remote -v/],
  ["fatal: write error: No space left on device", /disk or quota/],
  ["ssh: connect to host h port 22: Connection refused", /when the remote can be reached/],
  ["fatal: unable to access 'http://h/': Could not resolve host: h", /can be reached/],
  ["fatal: the remote end hung up unexpectedly", /kept here. Try again, and ask/],
] as const) {
  errors(`a hint that fits: ${said}`, () => {
    assert.match(remoteFailed("push", "origin", [said]).hint!, hint);
  });
}

errors("a damaged object is no full disk, nor is one that the remote does not take", async () => {
  const repo = temporaryRepository({ commit: true });
  const remote = temporaryRepository({ bare: true });
  const git = openNative(findRepository(repo.dir));
  const hash = (type: string, input: string | Buffer) =>
    execFileSync("git", ["hash-object", "-t", type, "-w", "--literally", "--stdin"], {
      cwd: repo.dir,
      input,
      encoding: "utf8",
    }).trim();
  const push = (tree: string) => {
    const commit = repo.git("commit-tree", tree, "-m", "x");
    const ref = "refs/redun/main";
    return git.push({ remote: remote.dir, ref, commit, expected: null });
  };
  const blob = hash("blob", randomBytes(3000).toString("hex"));
  const entry = Buffer.concat([Buffer.from("100644 a\0"), Buffer.from(blob, "hex")]);
  const odd = hash("tree", Buffer.concat([entry, entry]));
  remote.git("config", "receive.fsckObjects", "true");
  assert.match((await rejects(push(odd), "PUSH_REJECTED")).hint!, "is malformed");

  const path = join(repo.dir, ".git/objects", blob.slice(0, 2), blob.slice(2));
  chmodSync(path, 0o644);
  writeFileSync(path, readFileSync(path).fill(0, 20, 60));
  const good = hash("tree", entry);
  assert.match((await rejects(push(good), "PUSH_REJECTED")).hint!, "An object is damaged");
  await git.close();
  repo.remove();
  remote.remove();
});

errors("what ssh says is heard, though its lines end like progress", async () => {
  const repo = temporaryRepository();
  const ssh = join(repo.dir, "ssh");
  writeFileSync(ssh, "#!/bin/sh\nprintf 'Permission denied (publickey).\\r\\n' >&2; exit 255\n");
  chmodSync(ssh, 0o755);
  repo.git("config", "core.sshCommand", ssh);
  repo.git("config", "ssh.variant", "simple");
  const git = openNative(findRepository(repo.dir));
  const asked = git.remoteRefs({ remote: "ssh://h/x.git", patterns: [] });
  const { message, hint } = await rejects(asked, "REMOTE_FAILED");
  assert.is(message, "Could not fetch from ssh://h/x.git: Permission denied (publickey).");
  assert.match(hint!, "let you in");
  await git.close();
});

errors.run();
