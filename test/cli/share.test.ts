/** The commands that share a log, as people type them, between clones of a bare repository. */
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, logged, ok, start } from "../support/cli.ts";
import { clone, closeClones } from "../support/clone.ts";
import { temporaryFolder, temporaryRepository } from "../support/repository.ts";
import { until } from "../support/until.ts";

const share = suite("sharing commands");

function team() {
  const bare = temporaryRepository({ bare: true });
  return { bare, ada: clone(bare.dir, "ada"), bob: clone(bare.dir, "bob") };
}

share("push, pull, fetch and remote say what moved", async () => {
  const { ada, bob } = team();
  await ada.tag(await ada.run("one"), "env", "prod");
  assert.is(ok(ada.dir, ["push", "--dry-run"]), `Would push ${ONE_EACH} to origin (${REF}).\n`);
  assert.is(ok(ada.dir, ["push"]), `Pushed ${ONE_EACH} to origin (${REF}).\n`);
  assert.is(ok(ada.dir, ["push"]), `origin has everything of ${REF}.\n`);
  assert.is(ok(bob.dir, ["pull", "--dry-run"]), `Would pull ${ONE_EACH} from origin (${REF}).\n`);
  const fetched = ok(bob.dir, ["fetch", "origin", "--log", "main"]);
  assert.match(fetched, `Fetched ${ONE_EACH} from origin (${REF}).\n`);
  assert.match(fetched, "`redun-git pull origin --log main` merges it into yours.");
  assert.match(ok(bob.dir, ["merge", "origin/main", "--dry-run"]), `redun/main: ${ONE_EACH}`);
  assert.match(ok(bob.dir, ["remote"]), `  main: to pull: ${ONE_EACH}\n`);
  assert.is(ok(bob.dir, ["pull"]), `Pulled ${ONE_EACH} from origin into ${REF}.\n`);
  assert.is(ok(bob.dir, ["pull"]), `Nothing new at origin (${REF}).\n`);
  assert.match(ok(bob.dir, ["remote"]), "  main: the same as here\n");
  assert.is(logged(bob.dir, ["-t", "env=prod"]).length, 1);
});

share("every log at once", async () => {
  const { bare, ada, bob } = team();
  await ada.run("one");
  ada.git("update-ref", "refs/redun/team/nightly", REF);
  ok(ada.dir, ["push", "--all-logs"]);
  assert.is(bare.git("rev-parse", "refs/redun/team/nightly"), bare.git("rev-parse", REF));
  ok(bob.dir, ["pull", "--all-logs"]);
  assert.is(bob.git("rev-parse", "refs/redun/team/nightly"), bare.git("rev-parse", REF));
  assert.equal(
    jsonLines(ok(bob.dir, ["remote", "--format", "json"])).map(({ log }) => log),
    [REF, "refs/redun/team/nightly"],
  );
});

share("push, fetch and pull tell programs what moved", async () => {
  const { ada, bob } = team();
  const json = (one: typeof ada, ...words: string[]) =>
    jsonLines(ok(one.dir, [...words, "--format", "json"]));
  const id = await ada.run("one");
  const sent = {
    executions: 1,
    tagEdits: 0,
    others: 0,
    people: ["ada <ada@example.com>"],
  };
  const tip = ada.git("rev-parse", REF);
  const both = { remote: "origin", log: REF };
  const nothing = { executions: 0, tagEdits: 0, others: 0, people: [] };
  const moved = { ...both, before: null, after: tip, sent, received: nothing };
  assert.equal(json(ada, "push", "--dry-run"), [moved]);
  assert.equal(json(ada, "push"), [{ ...moved, rounds: 1, said: [], conflicts: null }]);
  const fetched = { ...both, before: null, after: tip, arrivals: sent };
  assert.equal(json(bob, "fetch", "--dry-run"), [fetched]);
  assert.equal(json(bob, "fetch"), [{ ...fetched, rewritten: null }]);
  const pulled = { ...both, before: null, theirs: tip, arrivals: sent };
  assert.equal(json(bob, "pull", "--dry-run"), [pulled]);
  assert.equal(json(bob, "pull"), [
    { ...pulled, after: tip, scenario: "new", rewritten: null, conflicts: null },
  ]);
  await ada.tag(id, "env", "prod");
  ok(ada.dir, ["push"]);
  const [{ arrivals, conflicts }] = json(bob, "pull");
  assert.equal([arrivals.tagEdits, conflicts], [1, 0]);
  assert.equal(json(bob, "pull", "--drop")[0].dropped.executions, 0);
});

share("incoming and outgoing are a diff of tags by entity", async () => {
  const { ada, bob } = team();
  const id = await ada.run("one");
  ok(ada.dir, ["tag", "add", id, "env=dev"]);
  ok(ada.dir, ["push"]);
  assert.match(ok(bob.dir, ["incoming"]), "Nothing was fetched from origin yet");
  ok(bob.dir, ["pull"]);
  ok(bob.dir, ["tag", "update", id, "env=prod"]);
  ok(bob.dir, ["tag", "add", id, "n=1"]);
  await bob.run("two");
  const diff = `Execution ${id.slice(0, 8)}  by bob\n  - env=dev\n  + env=prod\n  + n=1\n`;
  const outgoing = ok(bob.dir, ["outgoing"]);
  assert.match(outgoing, /^Outgoing to origin \(refs\/redun\/main\):\n\nExec [0-9a-f]{8} .*two\n/);
  assert.ok(outgoing.endsWith(`\n\n${diff}`), outgoing);
  ok(bob.dir, ["push"]);
  assert.match(ok(ada.dir, ["incoming"]), "Nothing incoming");
  assert.ok(ok(ada.dir, ["incoming", "--fetch"]).endsWith(`\n\n${diff}`));
  const [run, edit] = jsonLines(ok(ada.dir, ["incoming", "--format", "json"]));
  assert.equal([run._type, run.args], ["Execution", ["two"]]);
  assert.equal([edit.entity, edit.removed], [id, [{ key: "env", value: "dev" }]]);
});

share("a remote that was rewritten: told each time, until it is decided", async () => {
  const { bare, ada, bob } = team();
  for (const name of ["one", "two"]) await ada.run(name);
  ok(ada.dir, ["push"]);
  ok(bob.dir, ["pull"]);
  await bob.run("mine");
  bare.git("update-ref", REF, `${REF}~1`);
  const told = /the log of origin was rewritten by force/i;
  assert.match(cli(bob.dir, ["push", "--dry-run"]).stderr, told);
  assert.is(cli(bob.dir, ["pull", "--drop", "--dry-run"]).status, 2);
  for (const command of ["fetch", "pull", "push"]) {
    const { stderr, status } = cli(bob.dir, [command]);
    assert.is(status, command === "push" ? 1 : 0);
    assert.match(stderr, told);
    assert.match(stderr, "`redun-git push --give-back origin`");
    assert.match(stderr, "`redun-git pull --drop origin`");
  }
  assert.is(bare.git("rev-list", "--count", REF), "1");
  const before = bob.git("rev-parse", REF);
  const dropped = ok(bob.dir, ["pull", "--drop"]);
  assert.match(
    dropped,
    `Dropped 1 execution from ${REF}, as origin has.\nIt was at ${before} before`,
  );
  // What the user asked for is no news.
  assert.is(cli(bob.dir, ["log"]).stderr, "");
  assert.equal(bob.runs(), ["mine", "one"]);
  assert.match(ok(bob.dir, ["push"]), "Pushed 1 execution");
  // Ada wants hers back.
  assert.is(cli(ada.dir, ["push"]).status, 1);
  assert.match(ok(ada.dir, ["push", "--give-back"]), "Pushed 1 execution from 1 person to origin");
  assert.equal(ada.runs(), ["mine", "one", "two"]);
  assert.is(bare.git("rev-parse", REF), ada.git("rev-parse", REF));
});

share("a proposal is one commit of tag edits, merged after its review", async () => {
  const { bare, ada, bob } = team();
  const id = await ada.run("one");
  ok(ada.dir, ["push"]);
  ok(bob.dir, ["pull"]);
  ok(bob.dir, ["tag", "add", id, "approved=true"]);
  await bob.run("not proposed");
  assert.match(ok(bob.dir, ["propose", "june", "-m", "Approve June"]), "Proposed 1 tag edit");
  assert.match(ok(bob.dir, ["propose", "june"]), /^Nothing new to propose: the branch june \(/);
  bob.git("commit", "-q", "--allow-empty", "-m", "code");
  bob.git("branch", "code");
  assert.match(
    cli(bob.dir, ["propose", "code"]).stderr,
    /holds something other than an earlier proposal.*\[BAD_REF\]/,
  );
  assert.is(
    bob.git("log", "-1", "--format=%s %P", "june"),
    `tag ${id.slice(0, 8)}: approved=true ${bare.git("rev-parse", REF)}`,
  );
  assert.match(bob.git("show", "--format=", "june"), /^\+ +approved: true$/m);
  const linked = join(temporaryFolder().dir, "june");
  bob.git("worktree", "add", "-q", linked, "june");
  assert.match(cli(bob.dir, ["propose", "june"]).stderr, /checked out in .*june\. \[BAD_REF\]/);
  bob.git("worktree", "remove", linked);
  bob.git("push", "-q", "origin", "june");
  ada.git("fetch", "-q", "origin");
  ok(ada.dir, ["merge", "origin/june"]);
  assert.match(ok(ada.dir, ["tag", "list", id]), "approved=true");
  ok(ada.dir, ["push"]);
  await bob.tag(id, "signed", "bob");
  ok(bob.dir, ["fetch"]);
  assert.match(ok(bob.dir, ["propose", "june"]), "Proposed 1 tag edit");
  assert.match(bob.git("show", "--format=", "june"), /^\+ +signed: bob$/m);
  ok(bob.dir, ["push"]);
  assert.match(ok(bob.dir, ["propose", "june"]), "Nothing to propose: origin has your tag edits");
  assert.equal(ada.runs(), ["one"]);
});

share("runs in quick succession share one push in the background", async () => {
  const { bare, ada } = team();
  await ada.run("one");
  const hook = join(bare.dir, "hooks/pre-receive");
  const received = join(bare.dir, "received");
  writeFileSync(
    hook,
    `#!/bin/sh\necho x >> ${received}\nwhile [ ! -e ${bare.dir}/go ]; do sleep 0.05; done\n`,
  );
  chmodSync(hook, 0o755);
  const first = start(ada.dir, ["push", "--background"]);
  await until(() => existsSync(received));
  for (const name of ["two", "three"]) {
    await ada.run(name);
    assert.is(ok(ada.dir, ["push", "--background"]), "", "it leaves that to the first one");
  }
  writeFileSync(join(bare.dir, "go"), "");
  assert.is((await first.ended).status, 0);
  assert.is(bare.git("rev-parse", REF), ada.git("rev-parse", REF));
  assert.is(readFileSync(received, "utf8"), "x\nx\n");
  assert.equal(readdirSync(join(ada.dir, ".git/redun/locks")), []);
  assert.not.ok(readdirSync(join(ada.dir, ".git/redun")).some((name) => name.endsWith(".lock")));
});

share("Ctrl-C in the middle of a push leaves a good repository", async () => {
  const { bare, ada } = team();
  await ada.run("one");
  const hook = join(bare.dir, "hooks/pre-receive");
  writeFileSync(hook, `#!/bin/sh\ntouch ${bare.dir}/began\nsleep 5\n`);
  chmodSync(hook, 0o755);
  const pushing = start(ada.dir, ["push"]);
  await until(() => existsSync(join(bare.dir, "began")));
  pushing.child.kill("SIGINT");
  assert.is((await pushing.ended).signal, "SIGINT");
  assert.is(ada.git("fsck", "--strict", "--no-dangling", "--no-progress"), "");
  writeFileSync(hook, "#!/bin/sh\n");
  assert.match(ok(ada.dir, ["push"]), /^Pushed 1 execution|^origin has everything/);
});

share("no remote, and an unknown one", async () => {
  const { ada } = team();
  await ada.run("one");
  const nowhere = cli(ada.dir, ["push", "nowhere"]);
  assert.equal([nowhere.status, nowhere.stdout], [1, ""]);
  assert.match(nowhere.stderr, /\[REMOTE_FAILED\]/);
  for (const words of [["incoming"], ["outgoing"], ["propose", "branch", "--remote"]]) {
    const refused = cli(ada.dir, [...words, "nowhere"]);
    assert.equal([refused.status, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /no remote "nowhere".*\[UNKNOWN_REMOTE\]/);
  }
  ada.git("remote", "remove", "origin");
  assert.match(cli(ada.dir, ["pull"]).stderr, /no remote\. \[UNKNOWN_REMOTE\]/);
  assert.match(ok(ada.dir, ["remote"]), "No remotes yet");
});

share.after(closeClones);
share.run();

const REF = "refs/redun/main";
const ONE_EACH = "1 execution, 1 tag edit from 1 person";
