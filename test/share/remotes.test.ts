/** Remotes of every kind that people have: http with a login, ssh, shallow and partial clones. */
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { pullLog } from "../../src/share/pull.ts";
import { pushLog } from "../../src/share/push.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { BACKENDS } from "../support/cli.ts";
import { type Clone, clone, cloneIn, closeClones } from "../support/clone.ts";
import { oneOf } from "../support/effort.ts";
import { type HttpRemoteOptions, httpRemote } from "../support/http-remote.ts";
import { runGit, temporaryFolder, temporaryRepository } from "../support/repository.ts";
import { unless } from "../support/skipped.ts";
import { noSshd, sshRemote } from "../support/ssh-remote.ts";

const REF = "refs/redun/main";
const ORIGIN = remoteLogFor("origin", REF);
const push = (one: Clone) => pushLog(one.log, ORIGIN);
const pull = (one: Clone) => pullLog(one.log, ORIGIN);

const remotes = suite("kinds of remotes");

/** Two clones that push and pull through `url` end with the same log. */
async function exchange(ada: Clone, bob: Clone): Promise<void> {
  await ada.run("one");
  await push(ada);
  await bob.run("two");
  assert.is((await push(bob)).received.executions, 1);
  await pull(ada);
  assert.is(ada.git("rev-parse", REF), bob.git("rev-parse", REF));
  assert.equal(ada.runs(), ["one", "two"]);
  for (const one of [ada, bob]) {
    assert.is(one.git("fsck", "--strict", "--no-dangling", "--no-progress"), "");
  }
}

async function served(
  options: HttpRemoteOptions,
  body: (url: string, bare: ReturnType<typeof temporaryRepository>) => Promise<void>,
): Promise<void> {
  const bare = temporaryRepository({ bare: true });
  const server = await httpRemote(dirname(bare.dir), options);
  try {
    await body(`${server.url}/${basename(bare.dir)}`, bare);
  } finally {
    await server.close();
  }
}

remotes("file://", async () => {
  const url = `file://${temporaryRepository({ bare: true }).dir}`;
  await exchange(clone(url, "ada"), clone(url, "bob"));
});

for (const kind of oneOf(BACKENDS)) {
  remotes(`http with the login in the URL (${kind})`, () =>
    served({ login: "ada:s3cret" }, async (url) => {
      const withLogin = url.replace("http://", "http://ada:s3cret@");
      await exchange(clone(withLogin, "ada", kind), clone(withLogin, "bob", kind));
    }),
  );
}

remotes("http, native and isomorphic at one remote", () =>
  served({}, (url) => exchange(clone(url, "ada", "native"), clone(url, "bob", "isomorphic"))),
);

remotes("http with a credential helper", () =>
  served({ login: "ada:s3cret" }, async (url) => {
    const clones = ["ada", "bob"].map((name) => clone(url, name)) as [Clone, Clone];
    for (const one of clones) {
      const helper = "!f() { echo username=ada; echo password=s3cret; }; f";
      one.git("config", "credential.helper", helper);
    }
    await exchange(...clones);
  }),
);

remotes("without the right login nothing moves, and no password is shown", () =>
  served({ login: "ada:s3cret" }, async (url, bare) => {
    for (const kind of oneOf(BACKENDS)) {
      const ada = clone(url.replace("http://", "http://ada:wr0ng@"), "ada", kind);
      await ada.run("one");
      const error = await push(ada).catch((reason: unknown) => reason);
      assert.instance(error, RedunError);
      const { code, message, hint } = error as RedunError;
      assert.is(code, "REMOTE_FAILED");
      assert.not.match(`${message}${hint}`, "wr0ng");
      assert.match(hint ?? "", "would not let you in");
      assert.is(bare.git("for-each-ref"), "");
    }
  }),
);

remotes("a connection that dies in the middle of a push loses nothing", async () => {
  const bare = temporaryRepository({ bare: true });
  const ada = clone(null, "ada");
  for (let n = 0; n < 5; n++) await ada.run(`run ${n}`);
  const dying = await httpRemote(dirname(bare.dir), { diesAfter: 500 });
  ada.git("remote", "add", "origin", `${dying.url}/${basename(bare.dir)}`);
  const error = await push(ada).catch((reason: unknown) => reason);
  await dying.close();
  assert.is((error as RedunError).code, "REMOTE_FAILED", String(error));
  assert.is(bare.git("for-each-ref"), "");
  assert.is(ada.runs().length, 5);
  ada.git("remote", "set-url", "origin", bare.dir);
  assert.is((await push(ada)).sent.executions, 5);
});

for (const [what, options] of [
  ["shallow", ["--depth", "1"]],
  ["partial", ["--filter=blob:none"]],
] as const) {
  remotes(`a ${what} clone`, async () => {
    const bare = temporaryRepository({ bare: true });
    bare.git("config", "uploadpack.allowFilter", "true");
    const ada = clone(bare.dir, "ada");
    for (const n of [1, 2, 3]) {
      writeFileSync(join(ada.dir, "code"), `${n}`);
      ada.git("add", "code");
      ada.git("commit", "-q", "-m", `${n}`);
    }
    ada.git("push", "-q", "origin", "HEAD:main");
    await ada.run("zero");
    await push(ada);
    const { dir } = temporaryFolder();
    runGit(dir, ["clone", "-q", ...options, `file://${bare.dir}`, "."]);
    const git = (...args: string[]) => runGit(dir, args);
    const bob = cloneIn({ dir, git, remove() {} });
    await pull(bob);
    assert.is(bob.git("rev-list", "--objects", "--missing=print", REF).includes("\n?"), false);
    await bob.run("one");
    assert.is((await push(bob)).sent.executions, 1);
    await pull(ada);
    assert.equal(ada.runs(), ["one", "zero"]);
  });
}

unless(noSshd(), remotes)("ssh", async () => {
  const server = await sshRemote();
  process.env.GIT_SSH_COMMAND = server.command;
  try {
    const url = server.url + temporaryRepository({ bare: true }).dir;
    await exchange(clone(url, "ada"), clone(url, "bob"));
  } finally {
    delete process.env.GIT_SSH_COMMAND;
    server.close();
  }
});

remotes("without git, ssh and paths are refused in a sentence", async () => {
  for (const url of ["git@example.com:x.git", "/srv/x.git"]) {
    const ada = clone(url, "ada", "isomorphic");
    await ada.run("one");
    const error = (await push(ada).catch((reason: unknown) => reason)) as RedunError;
    assert.is(error.code, "REMOTE_FAILED");
    assert.match(error.message, "Without git, only http and https remotes can be reached");
  }
});

remotes.after(closeClones);
remotes.run();
