/** What two logs lack of each other, as `log` shows runs and as a diff of tags; tags in conflict. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, logged, ok, record, workflowRepository } from "../support/cli.ts";
import {
  prepared,
  runGit,
  type TemporaryRepository,
  temporaryFolder,
  temporaryRepository,
} from "../support/repository.ts";

const WORKFLOW = `import { applyTags, task } from "redun-git";
const inner = task({ name: "inner", tags: { step: "a" } }, (x) => x);
export const main = task({ name: "main" }, (fail = false) => {
  if (fail) throw new Error("no");
  return applyTags(inner(1), { executionTags: { sample: "HG002" } });
});
`;

/** Two clones, in which runs can be made; and the first run, which both have. */
function team() {
  const { dir } = house();
  const [bare, ada, bob] = ["bare", "Ada", "Bob"].map((name) => at(join(dir, name)));
  return { bare: bare!, ada: ada!, bob: bob!, id: logged(ada!.dir)[0].id as string };
}

function at(dir: string) {
  const git = (...args: string[]) => runGit(dir, args);
  return { dir, git, redun: (...args: string[]) => ok(dir, args) };
}

/** A folder with both clones and their remote, which they know by its relative path. */
const house = prepared(() => {
  const folder = temporaryFolder();
  const git = (...args: string[]) => runGit(folder.dir, args);
  git("init", "-q", "--bare", "bare");
  const [ada, bob] = ["Ada", "Bob"].map((name) => {
    const dir = join(folder.dir, name);
    renameSync(workflowRepository({ "w.mjs": WORKFLOW }).dir, dir);
    const one = at(dir);
    one.git("remote", "add", "origin", "../bare");
    one.git("config", "user.name", name);
    one.git("config", "user.email", `${name}@example.com`);
    return one;
  });
  record(ada!.dir, ["-t", "env=dev", "w.mjs", "main"]);
  ada!.redun("push");
  bob!.redun("pull");
  return { ...folder, git };
});

/** A commit of a clone's log with something done to git's index of it. */
function commitWith({ dir, git }: Pick<TemporaryRepository, "dir" | "git">, change: string[]) {
  process.env.GIT_INDEX_FILE = join(dir, ".git/other-index");
  try {
    git("read-tree", "redun/main");
    git("update-index", ...change);
    return git("commit-tree", git("write-tree"), "-p", "redun/main", "-m", "changed");
  } finally {
    delete process.env.GIT_INDEX_FILE;
  }
}

const changes = suite("incoming and outgoing");

changes("runs look as in log, the newest first", () => {
  const { ada, bob } = team();
  record(ada.dir, ["w.mjs", "main"]);
  assert.is(cli(ada.dir, ["run", "-q", "w.mjs", "main", "--fail", "true"]).status, 1);
  const [newest, older] = logged(ada.dir);
  ada.redun("tag", "update", older.id, "sample=HG003");
  const listed = ada
    .redun("log", "-n", "2")
    .replace(/^Older.*/m, "")
    .trim()
    .split("\n")
    .slice(2);
  assert.match(listed[0]!, /^Exec .{8} \[FAILED\]/);
  assert.match(listed[1]!, /^Exec .{8} \[ DONE \].*sample=HG003/);
  const text = [
    ...listed.slice(0, 2),
    "",
    `Execution ${older.id.slice(0, 8)}  by Ada`,
    "  - sample=HG002",
    "  + sample=HG003",
    "",
  ].join("\n");
  assert.is(ada.redun("outgoing"), `Outgoing to origin (refs/redun/main):\n\n${text}`);
  const json = ada.redun("outgoing", "--format", "json");
  assert.equal(jsonLines(json).slice(0, 2), logged(ada.dir, ["-n", "2"]));
  assert.equal(jsonLines(json)[0].status, "FAILED");
  assert.is(jsonLines(json)[0].end_time, newest.end_time);
  ada.redun("push");
  bob.redun("fetch");
  assert.is(bob.redun("incoming"), `Incoming from origin (refs/redun/main):\n\n${text}`);
  assert.is(bob.redun("incoming", "--format", "json"), json);
});

changes("of many runs the newest are shown, with the tags of what was edited", () => {
  const { ada, bob } = team();
  // Several on each day: the newest are told by their records, not by their paths alone.
  const days = Array.from(
    { length: 30 },
    (_, n) => `2020-01-${10 + Math.floor(n / 4)}T0${n % 4}:00`,
  );
  const lines = days.map((started, n) => `${started}:00Z,${n},v${n}`);
  writeFileSync(join(ada.dir, "runs.csv"), `started,arg.n,kind\n${lines.join("\n")}\n`);
  ada.redun("import", "--from", "csv", "runs.csv");
  const all = logged(ada.dir);
  const oldest = all.at(-1)!.id;
  ada.redun("tag", "update", oldest, "kind=edited");
  ada.redun("push");
  bob.redun("fetch");
  const json = (...words: string[]) =>
    jsonLines(bob.redun("incoming", "--format", "json", ...words));
  const whole = json();
  assert.is(whole.length, 31);
  const edit = whole.at(-1)!;
  assert.is(edit.removed[0].value, "v0");
  for (const limit of [1, 3, 6, 29, 30, 40]) {
    assert.equal(json("-n", String(limit)), [...whole.slice(0, 30).slice(0, limit), edit]);
  }
  const page = bob.redun("incoming", "-n", "6");
  assert.is(page.match(/^Exec /gm)!.length, 6);
  assert.match(page, /\n\nOlder ones are not shown: --limit 0 shows all\.\n/);
  assert.not.match(bob.redun("incoming", "-n", "0"), /not shown/);
  assert.is(
    ada.redun("outgoing"),
    "Nothing outgoing: origin had all of yours at the last fetch.\n",
  );
});

changes("a run that has ended since is shown, and a forged end is not believed", () => {
  const { ada, bob, id } = team();
  record(ada.dir, ["w.mjs", "main"]);
  ada.redun("push");
  bob.redun("pull");
  const files = bob.git("ls-tree", "-r", "--name-only", "redun/main").split("\n");
  const outcomes = files.filter((path) => /outcome-/.test(path));
  const [forged] = outcomes.filter((path) => !path.includes(id));
  const end = bob.git("show", `redun/main:${outcomes.find((path) => path.includes(id))}`);
  const later = end
    .replace("DONE", "FAILED")
    .replace(/ended: .*/, "ended: 2199-01-01T00:00:00.000Z");
  writeFileSync(join(bob.dir, "forged"), `${later}\n`);
  const blob = bob.git("hash-object", "-w", "forged");
  const place = forged!.replace(/outcome-.*/, `outcome-${blob}.yaml`);
  const theirs = commitWith(bob, ["--add", "--cacheinfo", `100644,${blob},${place}`]);
  bob.git("update-ref", "refs/redun/remotes/origin/main", theirs);
  bob.git("update-ref", "refs/redun/main", commitWith(bob, ["--force-remove", ...outcomes]));
  assert.match(bob.redun("log"), /\[RUNNING\]/);
  const incoming = bob.redun("incoming");
  assert.match(incoming, /^Exec .{8} \[ DONE \].*env=dev.*sample=HG002/m);
  bob.redun("pull");
  assert.match(bob.redun("log"), incoming.trim().split("\n").at(-1)!);
});

changes("of many rivals each names some of the others", () => {
  const { ada, bob, id } = team();
  const values = Array.from({ length: 9 }, (_, at) => `env=${at}`);
  ada.redun("tag", "update", id, ...values);
  ada.redun("push");
  bob.redun("tag", "update", id, "env=archived");
  bob.redun("fetch");
  const incoming = bob.redun("incoming");
  const others = "env=archived, env=1, env=2, env=3, env=4, and 4 more";
  assert.ok(incoming.includes(`  + env=0 !conflict with ${others}\n`), incoming);
  const added = incoming.match(/\n {2}\+ env=.*/g)!;
  assert.is(added.length, 9);
  for (const line of added) assert.match(line, / !conflict with (env=\w+, ){5}and \d more$/);
});

changes("a tag that will be in conflict is marked on both sides", () => {
  const { ada, bob, id } = team();
  ada.redun("tag", "update", id, "env=staging");
  ada.redun("push");
  bob.redun("tag", "update", id, "env=archived", "n=1");
  const head = `Execution ${id.slice(0, 8)}  by`;
  const before = bob.redun("outgoing");
  assert.ok(before.endsWith(`\n\n${head} Bob\n  - env=dev\n  + env=archived\n  + n=1\n`), before);
  bob.redun("fetch");
  const outgoing = bob.redun("outgoing");
  assert.ok(
    outgoing.endsWith(`\n\n${head} Bob\n  + env=archived !conflict with env=staging\n  + n=1\n`),
    outgoing,
  );
  const incoming = bob.redun("incoming");
  assert.ok(
    incoming.endsWith(`\n\n${head} Ada\n  + env=staging !conflict with env=archived\n`),
    incoming,
  );
  const [edit] = jsonLines(bob.redun("incoming", "--format", "json"));
  assert.equal(edit.added, [{ key: "env", value: "staging", conflict: true }]);
  assert.equal(edit.conflicts, [
    { key: "env", value: "archived" },
    { key: "env", value: "staging" },
  ]);
  bob.redun("merge", "origin/main");
  assert.is(bob.redun("outgoing"), outgoing, "merging does not change what the remote lacks");
  bob.redun("tag", "update", id, "env=archived");
  assert.not.match(bob.redun("outgoing"), "!conflict");
});

changes("an edit that the receiver has made as well changes nothing there", () => {
  const { ada, bob, id } = team();
  ada.redun("tag", "update", id, "env=prod", "n=1");
  ada.redun("push");
  // The same tag, in another file: it stands beside something else.
  bob.redun("tag", "update", id, "env=prod", "m=2");
  bob.redun("fetch");
  const head = `Execution ${id.slice(0, 8)}  by`;
  const incoming = bob.redun("incoming");
  assert.ok(incoming.endsWith(`\n\n${head} Ada\n  + n=1\n`), incoming);
  const outgoing = bob.redun("outgoing");
  assert.ok(outgoing.endsWith(`\n\n${head} Bob\n  + m=2\n`), outgoing);
  const before = logged(bob.dir)[0].tags;
  bob.redun("pull");
  const keys = (tags: { key: string }[]) => tags.map(({ key }) => key);
  assert.equal(
    keys(logged(bob.dir)[0].tags).filter((key) => !keys(before).includes(key)),
    ["n"],
  );
  assert.is(bob.redun("outgoing"), outgoing, "merging does not change what the remote lacks");
  // What is the same altogether is told of as such.
  bob.redun("push");
  ada.redun("tag", "update", id, "m=2");
  ada.redun("fetch");
  assert.match(ada.redun("incoming"), /\n {2}\(its tags stay as they are\)\n$/);
});

changes("pull, push and merge tell of tags in conflict when tag edits came", () => {
  const { ada, bob, id } = team();
  const line = "1 entity has tags in conflict: `redun-git tag conflicts` shows it.\n";
  ada.redun("tag", "update", id, "env=staging");
  bob.redun("tag", "update", id, "env=archived");
  ada.redun("push");
  const before = bob.git("rev-parse", "redun/main");
  const pulled = "Pulled 1 tag edit from 1 person from origin into refs/redun/main.\n";
  assert.is(bob.redun("pull"), pulled + line);
  assert.is(bob.redun("pull"), "Nothing new at origin (refs/redun/main).\n");
  bob.git("update-ref", "refs/redun/main", before);
  assert.ok(bob.redun("push").endsWith(`to origin (refs/redun/main).\n${line}`));
  bob.git("update-ref", "refs/redun/main", before);
  const [merged] = jsonLines(bob.redun("merge", "origin/main", "--format", "json"));
  assert.is(merged.conflicts, 1);
  bob.git("update-ref", "refs/redun/nightly", before);
  assert.ok(
    bob
      .redun("merge", "--log", "nightly", "main")
      .endsWith(line.replace("cts`", "cts --log nightly`")),
  );
  bob.redun("tag", "update", id, "env=archived");
  bob.redun("push");
  assert.is(ada.redun("pull").split("\n").length, 2, "it is resolved");
});

changes("why tags were edited is known after a proposal was merged", () => {
  const { ada, bob, id } = team();
  bob.redun("tag", "update", id, "env=prod", "-m", "figures checked");
  bob.redun("propose", "one", "-m", "Approve the June run");
  bob.redun("tag", "add", id, "n=1", "-m", "counted");
  bob.redun("tag", "add", id, "m=2", "-m", "counted");
  bob.redun("propose", "all");
  const message = bob.git("log", "-1", "--format=%B", "all");
  const trailer = `Redun-Execution: ${id}`;
  const why = "figures checked\ncounted";
  assert.is(message.trim(), `tag ${id.slice(0, 8)}: 3 edits\n\n${why}\n\n${trailer}`);
  bob.git("push", "-q", "origin", "one", "all");
  ada.git("fetch", "-q", "origin");
  ada.redun("merge", "origin/one");
  assert.match(ada.redun("tag", "blame", id), /env=prod .* Bob {2}Approve the June run$/m);
  ada.redun("merge", "origin/all");
  assert.match(ada.redun("tag", "history", id, "n"), /\+ n=1\n +figures checked\n +counted\n$/);
});

changes("what was never fetched is not spoken of as if it was", () => {
  const { bare, ada } = team();
  const { dir, git } = temporaryRepository();
  git("remote", "add", "origin", bare.dir);
  const unknown = "main: nothing fetched yet, `redun-git fetch origin` asks\n";
  assert.is(ok(dir, ["remote"]), `origin  ${bare.dir}\n  ${unknown}`);
  assert.ok(
    ada
      .redun("remote")
      .endsWith("same as here\n\nAs of the last fetch or push: `redun-git fetch` asks again.\n"),
  );
  assert.is(
    ok(dir, ["outgoing"]),
    "Nothing outgoing: nothing is recorded in refs/redun/main yet.\n",
  );
  assert.is(ok(dir, ["incoming"]), "Nothing was fetched from origin yet: --fetch asks it first.\n");
  ada.git("remote", "add", "other", temporaryRepository({ bare: true }).dir);
  assert.match(
    ada.redun("outgoing", "other"),
    /^Nothing was fetched from other yet: --fetch asks it first\.\nOutgoing to other .*\n\nExec/,
  );
  assert.match(
    ada.redun("outgoing", "--fetch", "other"),
    /^other has no refs\/redun\/main\.\nOutgoing to other/,
  );
  assert.is(ada.redun("incoming", "--fetch", "other"), "other has no refs/redun/main.\n");
});

changes.run();
