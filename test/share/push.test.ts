/** Logs that are pushed to and pulled from bare repositories, by path. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ErrorCode, RedunError } from "../../src/errors.ts";
import { Log } from "../../src/log/log.ts";
import { countBetween } from "../../src/log/record-counts.ts";
import { fetchLog, logsOfRemote, previewFetch } from "../../src/share/fetch.ts";
import { pullAndDrop, pullLog } from "../../src/share/pull.ts";
import { giveBack, pushLog } from "../../src/share/push.ts";
import { remoteLogFor } from "../../src/share/remotes.ts";
import { dropLost } from "../../src/share/rewritten.ts";
import { BACKENDS } from "../support/cli.ts";
import { type Clone, clone, cloneIn, closeClones } from "../support/clone.ts";
import { oneOf } from "../support/effort.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";

const REF = "refs/redun/main";
const ORIGIN = remoteLogFor("origin", REF);
const push = (one: Clone) => pushLog(one.log, ORIGIN);
const pull = (one: Clone) => pullLog(one.log, ORIGIN);

/** A bare repository and clones of it, by their owners' names. */
function team(...names: string[]) {
  const bare = temporaryRepository({ bare: true });
  return { bare, clones: names.map((name) => clone(bare.dir, name)) as [Clone, Clone, Clone] };
}

const share = suite("push and pull");

share("a lock that stays at the remote is reported, not retried for a minute", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  await ada.run("one");
  await push(ada);
  await ada.run("two");
  writeFileSync(join(bare.dir, `${REF}.lock`), "");
  const error = await push(ada).catch((error: unknown) => error as RedunError);
  assert.is((error as RedunError).code, "REMOTE_BUSY");
  assert.match(
    (error as RedunError).message,
    /though nobody else moves it: .*main\.lock': File exists/,
  );
  rmSync(join(bare.dir, `${REF}.lock`));
  assert.is((await push(ada)).sent.executions, 1);
});

share("a name in the way at the remote is reported at once", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  await ada.run("one");
  await push(ada);
  ada.git("push", "-q", bare.dir, `${REF}:refs/redun/team`);
  const below = "refs/redun/team/gpu";
  ada.git("update-ref", below, REF);
  const log = new Log(ada.backend, below);
  const error = await pushLog(log, remoteLogFor("origin", below)).catch((error: unknown) => error);
  assert.is((error as RedunError).code, "PUSH_REJECTED");
  assert.match((error as RedunError).message, /has refs\/redun\/team, so it cannot have .*\/gpu/);
});

share("the first push makes the remote's log, and a pull brings it to another clone", async () => {
  const { bare, clones } = team("ada", "bob");
  const [ada, bob] = clones;
  const id = await ada.run("one");
  await ada.tag(id, "env", "prod");
  const { before, after, sent, received, rounds } = await push(ada);
  assert.equal([before, after], [null, bare.git("rev-parse", REF)]);
  assert.equal(sent, { executions: 1, tagEdits: 1, others: 0, people: ["ada <ada@example.com>"] });
  assert.equal(received.executions, 0);
  assert.is(rounds, 1);
  assert.is(ada.git("rev-parse", ORIGIN.tracking), after);

  const { merged } = await pull(bob);
  assert.equal(merged?.arrivals, sent);
  assert.is(bob.git("rev-parse", REF), after);
  assert.equal(bob.runs(), ["one"]);
});

share("pushing again sends nothing", async () => {
  const { clones } = team("ada", "bob");
  const [ada, bob] = clones;
  await ada.run("one");
  await push(ada);
  const again = await push(ada);
  assert.equal([again.sent.executions, again.before], [0, again.after]);
  assert.is((await push(bob)).received.executions, 1, "pushing nothing pulls");
  assert.equal(bob.runs(), ["one"]);
});

share("nothing recorded anywhere", async () => {
  const [ada] = team("ada").clones;
  assert.is((await push(ada)).after, null);
  assert.is((await pull(ada)).merged, null);
});

share("what others pushed meanwhile is merged, and everyone ends with the same log", async () => {
  const { bare, clones } = team("ada", "bob", "cyd");
  for (const [at, one] of clones.entries()) await one.run(`run ${at}`);
  const [ada, bob, cyd] = clones;
  await push(ada);
  assert.equal((await push(bob)).received.people, ["ada <ada@example.com>"]);
  const { sent, received } = await push(cyd);
  assert.equal([sent.executions, received.executions, received.people.length], [1, 2, 2]);
  for (const one of clones) await pull(one);
  const tips = [bare, ...clones].map((one) => one.git("rev-parse", REF));
  assert.is(new Set(tips).size, 1);
  assert.equal(ada.runs(), ["run 0", "run 1", "run 2"]);
});

share("one new run is one push, without a fetch before it", async () => {
  const [ada] = team("ada").clones;
  await ada.run("one");
  await push(ada);
  await ada.run("two");
  assert.is((await push(ada)).rounds, 1);
});

share("six pushers at once all land", async () => {
  const { bare } = team();
  const clones = Array.from({ length: 6 }, (_, at) => clone(bare.dir, `p${at}`));
  for (const [at, one] of clones.entries()) await one.run(`run ${at}`);
  const pushed = await Promise.all(clones.map(push));
  assert.ok(pushed.every(({ rounds }) => rounds <= 15));
  const [first] = clones;
  await pull(first!);
  assert.equal(first!.runs(), ["run 0", "run 1", "run 2", "run 3", "run 4", "run 5"]);
  assert.is(bare.git("fsck", "--strict", "--no-dangling", "--no-progress"), "");
});

share("a fetch leaves the log alone, a preview every ref", async () => {
  const { clones } = team("ada", "bob");
  const [ada, bob] = clones;
  await ada.run("one");
  await push(ada);
  const refs = bob.git("for-each-ref");
  const tip = await ada.log.tip();
  assert.equal(await previewFetch(bob.log, ORIGIN), { after: tip, isRewritten: false });
  assert.is((await countBetween(bob.log.backend, null, tip)).executions, 1);
  assert.is(bob.git("for-each-ref"), refs);
  assert.equal(await fetchLog(bob.log, ORIGIN), { before: null, after: tip, rewritten: null });
  assert.is(await bob.log.tip(), null);
  assert.equal(await fetchLog(bob.log, ORIGIN), { before: tip, after: tip, rewritten: null });
});

share("the logs of a remote are all but what it tracks", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  await ada.run("one");
  await push(ada);
  bare.git("update-ref", "refs/redun/team/nightly", REF);
  bare.git("update-ref", "refs/redun/remotes/x/main", REF);
  assert.equal(await logsOfRemote(ada.log, "origin"), [REF, "refs/redun/team/nightly"]);
});

share("a path serves as a remote, and is remembered", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  ada.git("remote", "remove", "origin");
  await ada.run("one");
  const there = remoteLogFor(bare.dir, REF);
  assert.match(there.tracking, /^refs\/redun\/remotes\/url-[0-9a-f]{12}\/main$/);
  await pushLog(ada.log, there);
  await ada.run("two");
  assert.is((await pushLog(ada.log, there)).rounds, 1);
});

share.after(closeClones);
share.run();

const rewritten = suite("a remote that was rewritten by force");

/** Two clones that have both of two runs, and a remote that has lost the second. */
async function rewind() {
  const { bare, clones } = team("ada", "bob");
  const [ada, bob] = clones;
  await ada.run("one");
  await ada.run("two");
  await push(ada);
  await pull(bob);
  bare.git("update-ref", REF, `${REF}~1`);
  return { bare, ada, bob };
}

rewritten("is noticed before anything is pushed, until the user has decided", async () => {
  const { bare, ada } = await rewind();
  await ada.run("three");
  for (const _ of ["noticed", "remembered"]) {
    const error = await refused(push(ada), "REMOTE_REWRITTEN");
    assert.match(error.hint ?? "", "`redun-git push --give-back origin`");
    assert.match(error.hint ?? "", "`redun-git pull --drop origin`");
  }
  assert.is(bare.git("rev-list", "--count", REF), "1");
  assert.equal(ada.runs(), ["one", "three", "two"]);
  assert.ok((await previewFetch(ada.log, ORIGIN)).isRewritten);
});

rewritten("gets back what it lost, if the user says so", async () => {
  const { bare, ada, bob } = await rewind();
  await ada.run("three");
  await refused(push(bob), "REMOTE_REWRITTEN");
  assert.is((await giveBack(ada.log, ORIGIN)).sent.executions, 2);
  assert.is(bare.git("rev-list", "--count", REF), "3");
  // Bob, who had noticed as well, has nothing to decide any more.
  assert.is((await push(bob)).received.executions, 1);
});

for (const kind of oneOf(BACKENDS)) {
  rewritten(`what it lost is dropped here as well, if the user says so (${kind})`, async () => {
    const { bare, ada, bob } = await rewind();
    await ada.run("three");
    await refused(push(ada), "REMOTE_REWRITTEN");
    const one = kind === "native" ? ada : cloneIn(ada, kind);
    const tip = await one.log.tip();
    const done = await dropLost(one.log, ORIGIN);
    assert.equal([done.before, done.after], [tip, await one.log.tip()]);
    assert.equal([done.dropped.executions, done.dropped.people.length], [1, 1]);
    assert.equal(one.runs(), ["one", "three"], "what was never there stays");
    assert.is((await push(ada)).sent.executions, 1);
    assert.equal(
      [ada, bare].map((at) => at.git("rev-list", "--count", REF)),
      ["2", "2"],
    );
    // Nothing of one's own: the log is theirs again.
    const dropped = await pullAndDrop(bob.log, ORIGIN);
    assert.equal([dropped.after, bob.runs()], [await ada.log.tip(), ["one", "three"]]);
    assert.is(
      ada.git("for-each-ref", "--format=%(refname)", `${ORIGIN.tracking}*`, "refs/redun/remotes"),
      ORIGIN.tracking,
    );
    assert.is((await pullAndDrop(bob.log, ORIGIN)).dropped.executions, 0);
  });
}

rewritten("is reported by a pull, and both sides are kept", async () => {
  const { bare, ada, bob } = await rewind();
  const forged = bare.git("commit-tree", "-m", "forged", `${REF}^{tree}`);
  bare.git("update-ref", REF, forged);
  const cyd = clone(bare.dir, "cyd");
  await cyd.run("three");
  await push(cyd);
  const { fetched, merged } = await pull(bob);
  assert.is(fetched.rewritten?.lost.executions, 1);
  assert.is(merged?.arrivals.executions, 1);
  assert.equal(bob.runs(), ["one", "three", "two"]);
  // Whoever never merged what is lost has it in a ref.
  ada.git("update-ref", "-d", REF);
  const found = await fetchLog(ada.log, ORIGIN);
  assert.equal(ada.runs(found.rewritten?.kept[0]), ["one", "two"]);
});

rewritten("a history written anew that holds the same records has lost nothing", async () => {
  const { bare, ada } = await rewind();
  const tree = ada.git("rev-parse", `${REF}^{tree}`);
  bare.git("update-ref", REF, bare.git("commit-tree", "-m", "forged", tree));
  assert.is((await fetchLog(ada.log, ORIGIN)).rewritten, null);
  assert.is((await push(ada)).sent.executions, 0);
});

const KEPT = /^refs\/redun\/remotes\/origin\.rewritten\/main-[0-9a-f]{8}$/;

rewritten("a log that was deleted is reported by a fetch, and what it had is kept", async () => {
  const { bare, clones } = team("ada", "bob");
  const [ada, bob] = clones;
  await ada.run("one");
  await push(ada);
  await fetchLog(bob.log, ORIGIN);
  bare.git("update-ref", "-d", REF);
  for (const [one, kept] of [
    [ada, null],
    [bob, KEPT],
  ] as const) {
    const { after, rewritten } = await fetchLog(one.log, ORIGIN);
    assert.equal([after, rewritten?.lost.executions], [null, 1]);
    assert.ok(kept === null ? rewritten?.kept.length === 0 : kept.test(rewritten?.kept[0] ?? ""));
    assert.is(await one.log.backend.resolve(ORIGIN.tracking), null);
    const again = (await fetchLog(one.log, ORIGIN)).rewritten;
    assert.equal(again?.kept ?? null, kept && rewritten?.kept);
  }
  const [former] = (await bob.log.backend.refs(ORIGIN.former)).keys();
  assert.equal(bob.runs(former), ["one"]);
});

rewritten("a log that was deleted is made again", async () => {
  const { bare, ada } = await rewind();
  bare.git("update-ref", "-d", REF);
  assert.is((await push(ada)).before, null);
  assert.is(bare.git("rev-list", "--count", REF), "2");
});

rewritten.after(closeClones);
rewritten.run();

const refusal = suite("a remote that refuses");

refusal("a hook's words are passed on, and nothing is lost", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  await ada.run("one");
  const hook = join(bare.dir, "hooks/pre-receive");
  writeFileSync(hook, "#!/bin/sh\necho 'provenance is frozen until Monday'\nexit 1\n");
  chmodSync(hook, 0o755);
  const error = await refused(push(ada), "PUSH_REJECTED");
  assert.match(error.message, "provenance is frozen until Monday");
  assert.equal(ada.runs(), ["one"]);
  rmSync(hook);
  assert.is((await push(ada)).sent.executions, 1);
});

refusal("a protected ref", async () => {
  const { bare, clones } = team("ada");
  await clones[0].run("one");
  bare.git("config", "receive.hideRefs", "refs/redun");
  const error = await refused(push(clones[0]), "PUSH_REJECTED");
  assert.match(error.message, "hidden ref");
});

refusal("a remote that is full", async () => {
  const { bare, clones } = team("ada");
  const [ada] = clones;
  for (const name of ["one", "two", "three"]) await ada.run(name);
  const limit = `#!/bin/sh\nulimit -f 0\nexec git receive-pack "$@"\n`;
  const program = join(temporaryFolder().dir, "receive-pack");
  writeFileSync(program, limit);
  chmodSync(program, 0o755);
  ada.git("config", "remote.origin.receivepack", program);
  const error = await refused(push(ada), "PUSH_REJECTED", "REMOTE_FAILED");
  assert.match(`${error.message} ${error.hint}`, /kept here/);
  assert.is(bare.git("for-each-ref"), "");
  ada.git("config", "--unset", "remote.origin.receivepack");
  assert.is((await push(ada)).sent.executions, 3);
});

refusal("a remote that is not there", async () => {
  const [ada] = team("ada").clones;
  await ada.run("one");
  ada.git("remote", "set-url", "origin", "/nowhere/log.git");
  await refused(push(ada), "REMOTE_FAILED");
  await refused(pull(ada), "REMOTE_FAILED");
  assert.equal(ada.runs(), ["one"]);
});

refusal.after(closeClones);
refusal.run();

async function refused(work: Promise<unknown>, ...codes: ErrorCode[]): Promise<RedunError> {
  const error = await work.then(
    () => assert.unreachable("it should have been refused"),
    (reason: unknown) => reason,
  );
  assert.instance(error, RedunError, String(error));
  assert.ok(codes.includes((error as RedunError).code), String(error));
  return error as RedunError;
}
