/** Remotes that are several places, one that is two, mirrors, and names that pass to another place. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RedunError } from "../../src/errors.ts";
import { loadConfig } from "../../src/git/files/config.ts";
import { type Delivery, deliver, destinations } from "../../src/share/destinations.ts";
import { remoteStates } from "../../src/share/distance.ts";
import { fetchLog } from "../../src/share/fetch.ts";
import { pullLog } from "../../src/share/pull.ts";
import { pushLog } from "../../src/share/push.ts";
import { lastSeen, remoteLogFor } from "../../src/share/remotes.ts";
import { BACKENDS } from "../support/cli.ts";
import { type Clone, clone, cloneIn, closeClones } from "../support/clone.ts";
import { oneOf } from "../support/effort.ts";
import { runGit, temporaryFolder, temporaryRepository } from "../support/repository.ts";

const REF = "refs/redun/main";
const bare = () => temporaryRepository({ bare: true });
const configOf = (one: Clone) => loadConfig(one.backend.repository);
const there = (one: Clone, remote = "origin") => remoteLogFor(remote, REF, configOf(one));

/** What the command line does for `redun-git push <remote>`. */
function push(one: Clone, remote = "origin"): Promise<Delivery[]> {
  const places = destinations(configOf(one), remote, REF);
  return deliver(one.log, configOf(one), places, (place) => pushLog(one.log, place));
}

/** Where each push went, and how many executions it brought there; the code of an error. */
function told(deliveries: readonly Delivery[]): [string, number | string][] {
  return deliveries.map((one) => [
    one.remote.name,
    "pushed" in one ? one.pushed.sent.executions : one.error.code,
  ]);
}

const several = suite("several push URLs");

several("each gets what it lacks, whatever the others have", async () => {
  const [a, b] = [bare(), bare()];
  const ada = clone(a.dir, "ada");
  await ada.run("one");
  assert.equal(told(await push(ada)), [["origin", 1]]);
  for (const { dir } of [a, b]) ada.git("remote", "set-url", "--add", "--push", "origin", dir);
  await ada.run("two");
  assert.equal(told(await push(ada)), [
    ["origin", 1],
    [b.dir, 2],
  ]);
  // Somebody else pushes to the second alone: nothing of it is lost, and the first gets it.
  const bob = clone(b.dir, "bob");
  await bob.run("bob's");
  await push(bob);
  await ada.run("three");
  assert.equal(told(await push(ada)), [
    ["origin", 1],
    [b.dir, 1],
  ]);
  assert.equal(told(await push(ada)), [
    ["origin", 1],
    [b.dir, 0],
  ]);
  const tip = ada.git("rev-parse", REF);
  assert.equal(
    [a, b].map(({ git }) => git("rev-parse", REF)),
    [tip, tip],
  );
  assert.is(await lastSeen(ada.log, there(ada)), tip);
});

several("one that refuses or is gone is named, the others get theirs, and it heals", async () => {
  const [a, b, c] = [bare(), bare(), bare()];
  const ada = clone(a.dir, "ada");
  const nowhere = join(temporaryFolder().dir, "nowhere.git");
  for (const dir of [nowhere, b.dir, a.dir, c.dir]) {
    ada.git("remote", "set-url", "--add", "--push", "origin", dir);
  }
  const hook = join(b.dir, "hooks/pre-receive");
  writeFileSync(hook, "#!/bin/sh\nexit 1\n");
  chmodSync(hook, 0o755);
  await ada.run("one");
  const first = await push(ada);
  assert.equal(told(first), [
    [nowhere, "REMOTE_FAILED"],
    [b.dir, "PUSH_REJECTED"],
    ["origin", 1],
    [c.dir, 1],
  ]);
  for (const one of first) if ("error" in one) assert.match(one.error.message, one.remote.name);
  rmSync(hook);
  runGit("/", ["init", "-q", "--bare", nowhere]);
  assert.equal(told(await push(ada)), [
    [nowhere, 1],
    [b.dir, 1],
    ["origin", 0],
    [c.dir, 0],
  ]);
});

several("URLs are rewritten as git does, and the remote's other settings hold", async () => {
  const [a, b] = [bare(), bare()];
  const ada = clone(`first:${a.dir}`, "ada");
  ada.git("config", "--add", "remote.origin.url", `second:${b.dir}`);
  ada.git("config", "url./.insteadOf", "first:/");
  ada.git("config", "--add", "url./.insteadOf", "second:/");
  const program = join(temporaryFolder().dir, "receive-pack");
  writeFileSync(program, '#!/bin/sh\necho "$@" >> "$0.log"\nexec git receive-pack "$@"\n');
  chmodSync(program, 0o755);
  ada.git("config", "remote.origin.receivepack", program);
  await ada.run("one");
  assert.equal(
    told(await push(ada)).map(([, sent]) => sent),
    [1, 1],
  );
  assert.is(b.git("rev-parse", REF), ada.git("rev-parse", REF));
  assert.is(runGit("/", ["hash-object", `${program}.log`]).length, 40, "it was asked");
});

for (const kind of oneOf(BACKENDS)) {
  several(`a push URL that is another place than the URL (${kind})`, async () => {
    const [upstream, fork] = [bare(), bare()];
    const ada = clone(upstream.dir, "ada");
    await ada.run("one");
    await push(ada);
    ada.git("config", "remote.origin.pushurl", fork.dir);
    await ada.run("two");
    if (kind === "isomorphic") {
      // Without git no path can be reached: it says so of the push URL.
      const one = cloneIn(ada, kind);
      assert.equal(told(await push(one)), [[fork.dir, "REMOTE_FAILED"]]);
      return;
    }
    assert.equal(told(await push(ada)), [[fork.dir, 2]]);
    assert.equal(told(await push(ada)), [[fork.dir, 0]]);
    assert.is(fork.git("rev-parse", REF), ada.git("rev-parse", REF));
    // What is at the URL itself is asked there, not guessed.
    const [origin] = await remoteStates(ada.log, configOf(ada));
    assert.is(origin?.logs[0]?.ahead.executions, 1);
  });
}

several(
  "what pushInsteadOf says is another place, of which the URL's own knows nothing",
  async () => {
    const [upstream, fork] = [bare(), bare()];
    const ada = clone(upstream.dir, "ada");
    await ada.run("one");
    await push(ada);
    ada.git("config", `url.${fork.dir}.pushInsteadOf`, upstream.dir);
    await ada.run("two");
    for (const sent of [2, 0]) assert.equal(told(await push(ada)), [[fork.dir, sent]]);
    assert.is(fork.git("rev-parse", REF), ada.git("rev-parse", REF));
    const { rewritten } = await fetchLog(ada.log, there(ada));
    assert.is(rewritten, null);
    const [origin] = await remoteStates(ada.log, configOf(ada));
    assert.is(origin?.logs[0]?.ahead.executions, 1);
    // As git has it: where one URL is replaced, it does not push to the others.
    ada.git("config", "--add", "remote.origin.url", bare().dir);
    assert.equal(told(await push(ada)), [[fork.dir, 0]]);
  },
);

several("another insteadOf is another place, and the same one comes back as it was", async () => {
  const [team, fork] = [bare(), bare()];
  const ada = clone("place:log", "ada");
  ada.git("config", `url.${team.dir}.insteadOf`, "place:log");
  await ada.run("one");
  assert.equal(told(await push(ada)), [["origin", 1]]);
  ada.git("config", "--unset", `url.${team.dir}.insteadOf`);
  ada.git("config", `url.${fork.dir}.insteadOf`, "place:log");
  const { rewritten } = await fetchLog(ada.log, there(ada));
  assert.is(rewritten, null, "the fork has lost nothing");
  assert.equal(told(await push(ada)), [["origin", 1]]);
  ada.git("config", `url.file://${fork.dir}.insteadOf`, "place:log");
  assert.equal(told(await push(ada)), [["origin", 0]]);
});

several("a remote that has our commit already gets nothing, and that is said", async () => {
  const a = bare();
  const ada = clone(a.dir, "ada");
  await ada.run("one");
  ada.git("push", "-q", a.dir, `${REF}:${REF}`);
  assert.equal(told(await push(ada)), [["origin", 0]]);
  assert.is(await lastSeen(ada.log, there(ada)), ada.git("rev-parse", REF));
});

several.after(closeClones);
several.run();

const mirrors = suite("mirrors");

async function mirror() {
  const hub = bare();
  const ada = clone(hub.dir, "ada");
  await ada.run("one");
  await push(ada);
  const { dir } = temporaryFolder();
  runGit("/", ["clone", "-q", "--mirror", hub.dir, dir]);
  const git = (...args: string[]) => runGit(dir, args);
  return { hub, ada, own: cloneIn({ dir, git, remove() {} }) };
}

mirrors("nothing is recorded where the next fetch would take it away", async () => {
  const { ada, own } = await mirror();
  const error = await own.run("two").catch((reason) => reason);
  assert.instance(error, RedunError);
  assert.match(error.message, "`git fetch` sets refs/redun/main to what origin has");
  // It follows what others record.
  await ada.run("three");
  await push(ada);
  await pullLog(own.log, there(own));
  assert.equal(own.runs(), ["one", "three"]);
});

mirrors("told to leave logs alone, it records, fetches, prunes and pushes", async () => {
  const { hub, ada, own } = await mirror();
  own.git("config", "--add", "remote.origin.fetch", "^refs/redun/*");
  const one = cloneIn(own);
  await one.run("two");
  one.git("fetch", "-q", "--prune");
  one.git("remote", "update", "--prune");
  assert.equal(one.runs(), ["one", "two"]);
  await ada.run("three");
  await push(ada);
  assert.equal(told(await push(one)), [["origin", 1]]);
  assert.is(hub.git("rev-parse", REF), one.git("rev-parse", REF));
  assert.equal(one.runs(), ["one", "three", "two"]);
});

mirrors("refspecs that move logs without a mirror are seen as well", async () => {
  const ada = clone(bare().dir, "ada");
  for (const [spec, prune, isRefused] of [
    ["+refs/redun/*:refs/redun/*", "false", true],
    ["refs/redun/*:refs/redun/*", "false", false],
    ["refs/redun/*:refs/redun/*", "true", true],
    ["+refs/heads/*:refs/remotes/origin/*", "true", false],
    ["+refs/redun/main:refs/redun/main", "false", true],
    ["+refs/redun/nightly:refs/redun/main", "false", true],
    ["+refs/redun/main:refs/redun/nightly", "false", false],
  ] as const) {
    ada.git("config", "--replace-all", "remote.origin.fetch", spec);
    ada.git("config", "remote.origin.prune", prune);
    const one = cloneIn(ada);
    const refused = await one.run(spec).then(
      () => false,
      (error) => error.code === "BAD_REF",
    );
    assert.is(refused, isRefused, `${spec} ${prune}`);
  }
});

mirrors.after(closeClones);
mirrors.run();

const names = suite("names that pass to another place");

/** A clone that has pushed and pulled, and a fork that has nothing of it. */
async function begun() {
  const [team, fork] = [bare(), bare()];
  const ada = clone(team.dir, "ada");
  await ada.run("one");
  await push(ada);
  return { team, fork, ada };
}

names("a new remote of the old name starts clean, and the renamed one is known", async () => {
  const { team, fork, ada } = await begun();
  ada.git("remote", "rename", "origin", "upstream");
  ada.git("remote", "add", "origin", fork.dir);
  assert.is(await lastSeen(ada.log, there(ada)), null, "nothing is known of the fork");
  const tip = ada.git("rev-parse", REF);
  assert.equal(told(await push(ada)), [["origin", 1]]);
  await ada.run("two");
  assert.equal(told(await push(ada)), [["origin", 1]]);
  assert.equal(told(await push(ada, "upstream")), [["upstream", 1]]);
  assert.equal(
    [team, fork].map(({ git }) => git("rev-parse", REF)),
    [ada.git("rev-parse", REF), ada.git("rev-parse", REF)],
  );
  // That its log was moved back by force is still seen under the new name.
  team.git("update-ref", REF, tip);
  assert.equal(told(await push(ada, "upstream")), [["upstream", "REMOTE_REWRITTEN"]]);
});

names("with a fork that has a log of its own, and after remove and add", async () => {
  for (const way of ["rename", "remove"]) {
    const { fork, ada } = await begun();
    const bob = clone(fork.dir, "bob");
    await bob.run("bob's");
    await push(bob);
    ada.git(
      "remote",
      ...(way === "rename" ? ["rename", "origin", "upstream"] : ["remove", "origin"]),
    );
    ada.git("remote", "add", "origin", fork.dir);
    const { rewritten } = await fetchLog(ada.log, there(ada));
    assert.is(rewritten, null, way);
    assert.equal(told(await push(ada)), [["origin", 1]], way);
  }
});

names("the same place by another URL stays known, with what is undecided", async () => {
  const { team, ada } = await begun();
  await ada.run("two");
  await push(ada);
  team.git("update-ref", REF, `${REF}~1`);
  const refused = [["origin", "REMOTE_REWRITTEN"]];
  assert.equal(told(await push(ada)), refused);
  ada.git("remote", "set-url", "origin", `file://${team.dir}`);
  assert.equal(told(await push(ada)), refused);
  assert.is(team.git("rev-list", "--count", REF), "1");
});

names.after(closeClones);
names.run();
