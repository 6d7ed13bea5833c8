/** `init`: plain git carries the log to the remotes that were set up, and to no others. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLI, cli, ok } from "../support/cli.ts";
import { type Clone, clone, closeClones } from "../support/clone.ts";
import {
  type TemporaryRepository,
  temporaryFolder,
  temporaryRepository,
} from "../support/repository.ts";
import { until } from "../support/until.ts";

const init = suite("init");

function team() {
  const bare = temporaryRepository({ bare: true });
  return { bare, ada: clone(bare.dir, "ada"), bob: clone(bare.dir, "bob") };
}

/** A clone of two remotes, `origin` and `backup`. */
function twoRemotes() {
  const { bare, ada } = team();
  const backup = temporaryRepository({ bare: true });
  ada.git("remote", "add", "backup", backup.dir);
  return { origin: bare, backup, ada };
}

init("plain git carries the log, and all is taken back without a trace", async () => {
  const { bare, ada, bob } = team();
  const before = ada.git("config", "--local", "--list");
  const shown = ok(ada.dir, ["init", "--dry-run"]);
  assert.is(ada.git("config", "--local", "--list"), before);
  assert.match(shown, "remote.origin.fetch = refs/redun/*:refs/redun/remotes/origin/*");
  for (const one of [ada, bob])
    assert.match(ok(one.dir, ["init"]), "Done.\n`git fetch` and `git pull` fetch");
  assert.match(ok(ada.dir, ["init"]), "set up already");
  await ada.run("one");
  pushCode(ada, "origin");
  assert.is(bare.git("rev-parse", REF), ada.git("rev-parse", REF));
  assert.is(bare.git("rev-parse", "topic"), ada.git("rev-parse", "HEAD"));
  bob.git("fetch", "-q");
  assert.match(ok(bob.dir, ["incoming"]), "one");
  assert.is(bob.git("for-each-ref", "refs/redun/remotes/origin/remotes"), "");
  ok(ada.dir, ["init", "--undo"]);
  assert.is(ada.git("config", "--local", "--list"), before);
  assert.not.ok(existsSync(join(ada.dir, HOOK)));
});

init("git push takes the log to remotes that were set up, not to others or URLs", async () => {
  const { origin, backup, ada } = twoRemotes();
  await ada.run("one");
  ok(ada.dir, ["init"]);
  pushCode(ada, "backup");
  pushCode(ada, backup.dir);
  assert.is(backup.git("for-each-ref", "--format=%(refname)"), "refs/heads/topic");
  pushCode(ada, "origin");
  assert.is(origin.git("rev-parse", REF), ada.git("rev-parse", REF));
  ok(ada.dir, ["init", "--remote", "backup"]);
  pushCode(ada, "backup");
  assert.is(backup.git("rev-parse", REF), ada.git("rev-parse", REF));
});

init("git fetch refuses a log that was rewritten by force, and we still notice", async () => {
  const { bare, ada } = team();
  ok(ada.dir, ["init"]);
  for (const name of ["one", "two"]) await ada.run(name);
  ok(ada.dir, ["push"]);
  bare.git("update-ref", REF, `${REF}~1`);
  assert.throws(() => ada.git("fetch", "origin"), /\[rejected\].*non-fast-forward/);
  assert.match(cli(ada.dir, ["fetch"]).stderr, "rewritten by force: it has lost 1 execution");
  ada.git("fetch", "--prune", "origin");
  assert.match(cli(ada.dir, ["push"]).stderr, "REMOTE_REWRITTEN");
});

init("one remote is taken back, or all; the hook goes with the last", () => {
  const { ada } = twoRemotes();
  const before = ada.git("config", "--local", "--list");
  const hook = join(ada.dir, HOOK);
  ok(ada.dir, ["init", "--remote", "backup", "--auto-push"]);
  const one = ada.git("config", "--local", "--list");
  ok(ada.dir, ["init"]);
  assert.match(ok(ada.dir, ["init", "--undo", "--remote", "origin"]), /remote\.origin.*\nDone/s);
  assert.is(ada.git("config", "--local", "--list"), one);
  assert.ok(existsSync(hook));
  assert.match(ok(ada.dir, ["init", "--undo", "--remote", "origin"]), "nothing to undo");
  ok(ada.dir, ["init"]);
  const undone = ok(ada.dir, ["init", "--undo"]);
  for (const text of ["remote.origin.fetch", "remote.backup.redunAutoPush", hook]) {
    assert.match(undone, text);
  }
  assert.is(ada.git("config", "--local", "--list"), before);
  assert.not.ok(existsSync(hook));
  assert.match(cli(ada.dir, ["init", "--undo", "--remote", "bakup"]).stderr, /UNKNOWN_REMOTE/);
});

init("a hook of the user's is left alone, and needs one line", async () => {
  const { bare, ada } = team();
  const hook = join(ada.dir, HOOK);
  writeFileSync(hook, "#!/bin/sh\n");
  chmodSync(hook, 0o755);
  const said = ok(ada.dir, ["init"]);
  assert.match(said, "One thing is left to you");
  assert.not.match(said, "Done");
  const line = said
    .slice(said.indexOf(hook) + hook.length + 1)
    .split("\n")[0]!
    .trim();
  writeFileSync(hook, `#!/bin/sh\n${line}\necho passed >&2; exit 1\n`);
  assert.match(ok(ada.dir, ["init"]), "set up already");
  await ada.run("one");
  assert.throws(() => pushCode(ada, "origin"), /passed/);
  assert.is(bare.git("rev-parse", REF), ada.git("rev-parse", REF));
  assert.match(ok(ada.dir, ["init", "--undo"]), `from your own hook, ${hook}\n`);
  assert.ok(existsSync(hook));
});

init("nothing is written into hooks that are shared or committed", () => {
  const { ada } = team();
  const folder = temporaryFolder().dir;
  for (const path of [folder, ".husky", "~/hooks"]) {
    ada.git("config", "core.hooksPath", path);
    const hook = join(
      path.replace("~", homedir()).replace(".husky", `${ada.dir}/.husky`),
      "pre-push",
    );
    assert.match(ok(ada.dir, ["init"]), `add this line to your own hook, ${hook}\n  `);
    assert.not.ok(existsSync(hook));
  }
});

init("the hook finds redun-git in the project's node_modules, and does without", async () => {
  const { bare, ada } = team();
  ok(ada.dir, ["init"]);
  await ada.run("one");
  ada.git("commit", "-q", "--allow-empty", "-m", "code");
  const bin = join(ada.dir, "node_modules/.bin");
  ada.git("push", "-q", "origin", "HEAD:refs/heads/first");
  assert.is(bare.git("for-each-ref", "refs/redun"), "");
  mkdirSync(bin, { recursive: true });
  symlinkSync(CLI, join(bin, "redun-git"));
  ada.git("push", "-q", "origin", "HEAD:refs/heads/second");
  assert.is(bare.git("rev-parse", REF), ada.git("rev-parse", REF));
});

init(
  "with auto-push a run goes to the remote given to init, and a failure is reported later",
  async () => {
    const { origin, backup, ada } = twoRemotes();
    writeFileSync(join(ada.dir, "w.mjs"), WORKFLOW);
    const run = () => ok(ada.dir, ["run", "-q", "w.mjs", "main"]);
    ok(ada.dir, ["init", "--remote", "backup", "--auto-push"]);
    run();
    await until(() => backup.git("for-each-ref", REF) !== "");
    assert.is(origin.git("for-each-ref"), "", "no other remote was asked for");
    ada.git("remote", "set-url", "backup", "/nowhere");
    run();
    await until(() => failures(ada).length > 0);
    const warning = `warning: The push of ${REF} to backup after a run failed at `;
    const told = () => cli(ada.dir, ["remote"]).stderr;
    assert.match(told(), warning);
    assert.match(told(), "\n  Could not push to backup: ");
    ok(ada.dir, ["init", "--auto-push"]);
    run();
    await until(() => origin.git("for-each-ref", REF) !== "");
    await until(() => !readdirSync(join(ada.dir, ".git/redun")).some((name) => /lock$/.test(name)));
    assert.match(told(), warning, "what landed elsewhere does not make up for it");
    assert.match(cli(ada.dir, ["push", "origin"]).stderr, warning);
    const again = cli(ada.dir, ["push", "backup"]).stderr;
    assert.not.match(again, "warning", "the same is about to be said");
    assert.match(again, "Could not push to backup");
    ada.git("remote", "set-url", "backup", backup.dir);
    ok(ada.dir, ["push", "backup"]);
    assert.is(told(), "");
  },
);

init("a failure of a remote that was removed is not told", async () => {
  const { ada } = team();
  await ada.run("one");
  ada.git("remote", "set-url", "origin", "/nowhere");
  assert.is(cli(ada.dir, ["push", "--background"]).status, 1);
  assert.is(failures(ada).length, 1);
  ada.git("remote", "remove", "origin");
  assert.is(cli(ada.dir, ["remote"]).stderr, "");
});

init("a renamed remote keeps its log apart from a new one of the old name", async () => {
  const { bare, ada, bob } = team();
  await ada.run("one");
  ok(ada.dir, ["push"]);
  const before = bob.git("config", "--local", "--list");
  ok(bob.dir, ["init"]);
  bob.git("fetch", "-q");
  ok(bob.dir, ["pull"]);
  const fork = temporaryRepository({ bare: true });
  bob.git("remote", "rename", "origin", "upstream");
  bob.git("remote", "add", "origin", fork.dir);
  assert.match(ok(bob.dir, ["remote"]), /^upstream .*\n {2}main: the same as here$/m);
  assert.match(ok(bob.dir, ["remote"]), /^origin .*\n {2}main: nothing fetched yet/m);
  await bob.run("two");
  // The hook goes on serving the one that was set up, and no other.
  pushCode(bob, "origin");
  assert.is(fork.git("for-each-ref", "refs/redun"), "");
  pushCode(bob, "upstream");
  assert.is(bare.git("rev-parse", REF), bob.git("rev-parse", REF));
  const shown = ok(bob.dir, ["init", "--remote", "upstream"]);
  assert.match(shown, "remotes/origin/* (removed: its former name)");
  assert.equal(bob.git("config", "--get-all", "remote.upstream.fetch").split("\n").sort(), [
    "+refs/heads/*:refs/remotes/upstream/*",
    "^refs/redun/remotes/*",
    "refs/redun/*:refs/redun/remotes/upstream/*",
  ]);
  assert.match(ok(bob.dir, ["push", "upstream"]), "upstream has everything");
  assert.match(ok(bob.dir, ["push", "origin"]), "Pushed 2 executions");
  bob.git("fetch", "-q", "upstream");
  assert.match(ok(bob.dir, ["incoming", "upstream"]), "Nothing incoming");
  ok(bob.dir, ["init", "--undo"]);
  bob.git("remote", "remove", "origin");
  bob.git("remote", "rename", "upstream", "origin");
  assert.is(bob.git("config", "--local", "--list"), before);
});

init("what was written under a former name is taken back", async () => {
  const { ada } = team();
  const before = ada.git("config", "--local", "--list");
  ok(ada.dir, ["init", "--auto-push"]);
  ada.git("remote", "rename", "origin", "team/one");
  ok(ada.dir, ["init", "--undo"]);
  ada.git("remote", "rename", "team/one", "origin");
  assert.is(ada.git("config", "--local", "--list"), before);
  assert.not.ok(existsSync(join(ada.dir, HOOK)));
});

init("a mirror is set to leave logs alone, and is a mirror again after that", async () => {
  const { ada } = team();
  ada.git("config", "--replace-all", "remote.origin.fetch", "+refs/*:refs/*");
  const before = ada.git("config", "--local", "--list");
  assert.match(ok(ada.dir, ["init"]), "remote.origin.fetch = ^refs/redun/*");
  await ada.run("one");
  pushCode(ada, "origin");
  ada.git("fetch", "-q", "--prune", "--update-head-ok");
  assert.equal(ada.runs(), ["one"]);
  ok(ada.dir, ["init", "--undo"]);
  assert.is(ada.git("config", "--local", "--list"), before);
});

init("a failure at a remote that has its name no more is not told", async () => {
  const { ada } = team();
  await ada.run("one");
  ada.git("remote", "set-url", "origin", "/nowhere");
  assert.is(cli(ada.dir, ["push", "--background"]).status, 1);
  assert.match(cli(ada.dir, ["remote"]).stderr, "/nowhere");
  ada.git("remote", "set-url", "origin", temporaryRepository({ bare: true }).dir);
  assert.is(cli(ada.dir, ["remote"]).stderr, "");
});

init.after(closeClones);
init.run();

const REF = "refs/redun/main";
const HOOK = ".git/hooks/pre-push";
const WORKFLOW = `import { task } from "redun-git"; export const main = task({ name: "main" }, () => 1);`;

function failures({ dir }: TemporaryRepository): string[] {
  const folder = join(dir, ".git/redun/push-failures");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
}

/** Pushes a new commit with plain git, as after `npm install -g redun-git`. */
function pushCode(one: Clone, remote: string): void {
  const folder = temporaryFolder();
  symlinkSync(CLI, join(folder.dir, "redun-git"));
  one.git("commit", "-q", "--allow-empty", "-m", "code");
  const before = process.env.PATH;
  process.env.PATH = `${folder.dir}:${before}`;
  try {
    one.git("push", "-q", remote, "HEAD:refs/heads/topic");
  } finally {
    process.env.PATH = before;
    rmSync(folder.dir, { recursive: true });
  }
}
