/** commit.gpgSign signs the log's commits as git signs the user's own. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRepository } from "../../src/git/files/repository.ts";

import { openNative } from "../../src/git/native/backend.ts";
import { cli, ok, workflowRepository } from "../support/cli.ts";
import {
  type TemporaryRepository,
  temporaryFolder,
  temporaryRepository,
} from "../support/repository.ts";
import { append, REF, rejects } from "./contract/support.ts";

const has = (program: string, ...args: string[]) => {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
};

const signing = suite("signing");
const withSsh = has("ssh-keygen", "-?") ? signing : signing.skip;
const withGpg = has("gpg", "--version") ? signing : signing.skip;
const keys = temporaryFolder();
let sshKey: string | undefined;

/** Has a repository sign with a key of ssh, made once; what it signs can be verified. */
function signWithSsh({ git }: Pick<TemporaryRepository, "git">): void {
  sshKey ??= (() => {
    const path = join(keys.dir, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
    const [type, key] = execFileSync("ssh-keygen", ["-y", "-f", path], { encoding: "utf8" }).split(
      " ",
    );
    writeFileSync(join(keys.dir, "allowed"), `test@example.com ${type} ${key}\n`);
    return path;
  })();
  git("config", "gpg.format", "ssh");
  git("config", "user.signingKey", `${sshKey}.pub`);
  git("config", "gpg.ssh.allowedSignersFile", join(keys.dir, "allowed"));
  git("config", "commit.gpgSign", "yes");
}

withSsh("runs and tags are signed by ssh; merges are not", () => {
  const repository = workflowRepository();
  const { dir, git } = repository;
  signWithSsh(repository);
  const run = ["run", "-q", "workflow.ts", "main"];
  ok(dir, run);
  git("verify-commit", REF);
  ok(dir, ["tag", "add", "-", "env=prod"]);
  git("verify-commit", REF);
  assert.match(git("log", "-1", "--format=%s|%an", REF), /^tag .*env=prod.*\|Test User$/);
  git("update-ref", "refs/redun/other", `${REF}~1`);
  ok(dir, [...run, "--greet", "Hi"].toSpliced(1, 0, "--log", "other"));
  git("verify-commit", "refs/redun/other");
  ok(dir, ["merge", "other"]);
  assert.is(git("log", "-1", "--format=%p", REF).split(" ").length, 2);
  assert.not.match(git("cat-file", "commit", REF), /^gpgsig/m);
  assert.match(ok(dir, ["log", "--count"]), /\b2 Execution/);
  assert.is(git("for-each-ref", "refs/redun-unsigned"), "");
  assert.is(git("fsck", "--strict", "--no-dangling"), "");
});

withSsh("a signed append is what an unsigned one is, but for its signature", async () => {
  const repo = temporaryRepository();
  const dates = {
    GIT_AUTHOR_DATE: "1700000000 +0530",
    GIT_COMMITTER_DATE: "1700000001 -0800",
  };
  const git = openNative(findRepository(repo.dir, { ...process.env, ...dates }));
  const message = "run ünal\n\nbody\n\nRedun-Execution: x\n";
  const first = await append(git, null, { "a/b": "1", c: "2" }, message);
  signWithSsh(repo);
  repo.git("config", "i18n.commitEncoding", "latin1");
  const second = await append(git, first, { "a/d": "3" }, message);
  const third = await append(git, second, {}, message);
  repo.git("config", "commit.gpgSign", "false");
  repo.git("update-ref", REF, first);
  const plain = await append(git, first, { "a/d": "3" }, message);
  const text = (oid: string) => repo.git("cat-file", "commit", oid);
  repo.git("verify-commit", second, third);
  assert.is(
    text(second).replace(/^gpgsig [\s\S]*?END SSH SIGNATURE-----\n(?: ?\n(?=\n))?/m, ""),
    text(plain),
  );
  assert.equal((await git.commit(second)).message, message);
  await git.close();
  repo.remove();
});

withSsh("a ref that has moved meanwhile is not overwritten", async () => {
  const repo = temporaryRepository();
  signWithSsh(repo);
  const git = openNative(findRepository(repo.dir));
  const first = await append(git, null, { a: "1" });
  const second = await append(git, first, { b: "2" });
  await rejects(append(git, first, { c: "3" }), "REF_MOVED");
  await rejects(append(git, null, { c: "3" }), "REF_MOVED");
  assert.is(await git.resolve(REF), second);
  await git.close();
  repo.remove();
});

withGpg("by openpgp, with the program of the settings", () => {
  const home = temporaryFolder();
  mkdirSync(join(home.dir, "gnupg"));
  chmodSync(join(home.dir, "gnupg"), 0o700);
  const program = join(home.dir, "gpg");
  writeFileSync(program, `#!/bin/sh\nexec gpg --homedir "${home.dir}/gnupg" "$@"\n`);
  chmodSync(program, 0o755);
  const parameters = ["--batch", "--passphrase", "", "--quick-gen-key"];
  execFileSync(program, [...parameters, "Test User <test@example.com>", "ed25519", "sign"], {
    stdio: "ignore",
  });
  const { dir, git } = workflowRepository();
  git("config", "gpg.program", program);
  git("config", "commit.gpgSign", "1");
  ok(dir, ["run", "-q", "workflow.ts", "main"]);
  git("verify-commit", REF);
  execFileSync("gpgconf", ["--homedir", join(home.dir, "gnupg"), "--kill", "all"]);
  home.remove();
});

signing("what cannot be signed is refused, and nothing is lost", () => {
  const { dir, git } = workflowRepository();
  ok(dir, ["run", "-q", "workflow.ts", "main"]);
  const tip = git("rev-parse", REF);
  git("config", "commit.gpgSign", "true");
  git("config", "gpg.program", "no-such-program");
  const { status, stderr } = cli(dir, ["tag", "add", "-", "a=1"]);
  assert.is(status, 1);
  assert.match(stderr, /could not be signed: .*no-such-program[\s\S]*\[SIGNING_FAILED\]/);
  assert.is(git("rev-parse", REF), tip);
  assert.is(git("for-each-ref", "refs/redun-unsigned"), "");
  cli(dir, ["run", "-q", "workflow.ts", "main"]);
  assert.is(git("rev-parse", REF), tip);
  git("config", "commit.gpgSign", "false");
  assert.match(ok(dir, ["log", "--count"]), /\b2 Execution/);
});

signing("a program that never answers is not waited for longer than is said", () => {
  const { dir, git } = workflowRepository();
  const { dir: folder, remove } = temporaryFolder();
  const program = join(folder, "sign");
  writeFileSync(program, `#!/bin/sh\necho >> "${folder}/asked"\nexec sleep 30\n`);
  chmodSync(program, 0o755);
  git("config", "commit.gpgSign", "true");
  git("config", "gpg.program", program);
  const env = { REDUN_GIT_SIGNING_TIMEOUT: "1" };
  for (const asked of [1, 3]) {
    const { status, stdout, stderr } = cli(dir, ["run", "workflow.ts", "main"], { env });
    assert.is(status, 1);
    assert.match(stdout, "Hello, World!");
    assert.match(stderr, /could not be signed: There was no answer within 1 second/);
    // The second run first tries to record the first one.
    assert.is(readFileSync(join(folder, "asked"), "utf8").length, asked);
  }
  const { stderr } = cli(dir, ["log", "--count"], { env });
  assert.is(stderr.match(/waits in its journal/g)?.length, 2);
  assert.is(readFileSync(join(folder, "asked"), "utf8").length, 4, "once for both");
  git("config", "commit.gpgSign", "false");
  assert.match(ok(dir, ["log", "--count"]), /\b2 Execution/);
  remove();
});

signing("a value that git refuses is refused", () => {
  const { dir, git } = workflowRepository();
  git("config", "commit.gpgSign", "maybe");
  const { status, stderr } = cli(dir, ["run", "-q", "workflow.ts", "main"]);
  assert.is(status, 1);
  assert.match(stderr, /commit\.gpgSign is "maybe", which is not a boolean/);
  git("config", "commit.gpgSign", "no");
  assert.match(ok(dir, ["log", "--count"]), /\b1 Execution/);
});

signing("without git it says that it does not sign, once", () => {
  const { dir, git } = workflowRepository();
  git("config", "commit.gpgSign", "true");
  const words = ["run", "-q", "workflow.ts", "main"];
  const { status, stderr } = cli(dir, words, { backend: "isomorphic" });
  assert.is(status, 0);
  assert.is(stderr.match(/are not signed: only git can sign/g)?.length, 1, stderr);
});

signing.run();
