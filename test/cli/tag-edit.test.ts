import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BACKENDS, cli, ok } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { taggedSample } from "../support/tagged-sample.ts";

const LOG = "refs/redun/main";
const RUN = { argv: ["run", "w.ts", "main"], tags: { env: "dev", note: "two words" } };

const sample = () => taggedSample([RUN, { argv: ["run", "second"], echo: 1 }]);

const edit = suite("tag update, tag rm");

for (const backend of oneOf(BACKENDS)) {
  edit(`every kind of entity, one commit each command (${backend})`, async () => {
    const { dir, kinds, commits, tags } = await sample();
    const ids = Object.values(kinds);
    const lines = (verb: string, tag: string) =>
      Object.entries(kinds)
        .map(([kind, id]) => `${verb} tag ${kind}:${id} ${tag}\n`)
        .join("");
    assert.is(ok(dir, ["tag", "update", ...ids, "k=1"], { backend }), lines("update", "k=1"));
    assert.is(ok(dir, ["tag", "update", ...ids, "k=v"], { backend }), lines("update", 'k="v"'));
    for (const id of ids) assert.ok(tags(id).includes('k="v"') && !tags(id).includes("k=1"));
    assert.is(ok(dir, ["tag", "rm", ...ids, "--", "k"], { backend }), lines("delete", 'k="v"'));
    for (const id of ids) assert.not.ok(tags(id).some((tag) => tag.startsWith("k=")));
    assert.is(commits(), 5);
  });
}

edit("the commit's diff says what was replaced and what removed", async () => {
  const { dir, kinds, git } = await sample();
  ok(dir, ["tag", "update", kinds.Execution, "env=prod"]);
  assert.is(
    git("log", "-1", "--format=%s", LOG),
    `tag ${kinds.Execution.slice(0, 8)}: env=dev -> env=prod`,
  );
  assert.match(git("show", "--format=", LOG), /^\+ +- [0-9a-f]{40} +# env=dev$/m);
  ok(dir, ["tag", "rm", kinds.Execution, "note"]);
  assert.match(git("show", "--format=", LOG), /^\+ +- [0-9a-f]{40} +# note="two words"$/m);
  assert.match(git("log", "-1", "--format=%s", LOG), /: - note="two words"$/);
});

edit("an update to what is current makes no commit, and says so", async () => {
  const { dir, kinds, commits } = await sample();
  const text = ok(dir, ["tag", "update", kinds.Execution, "env=dev"]);
  assert.is(text, `leave Execution:${kinds.Execution} as it is: env="dev"\n`);
  assert.is(commits(), 2);
});

edit("what is removed is named in order, in the answer and in the commit", async () => {
  const { dir, kinds, git } = await sample();
  const tags = ["d=1", "b=1", "a=1", "c=1"];
  ok(dir, ["tag", "add", kinds.Execution, ...tags]);
  assert.match(ok(dir, ["tag", "rm", kinds.Execution, ...tags]), / a=1 b=1 c=1 d=1\n$/);
  assert.match(git("log", "-1", "--format=%s", LOG), /: - a=1, - b=1, - c=1, - d=1$/);
});

edit("-m puts the reason into the commit, --dry-run changes nothing", async () => {
  const { dir, kinds, commits, git, tags } = await sample();
  const words = [kinds.Execution, "env=prod", "-m", "QA passed\n\nsecond paragraph"];
  const dry = ok(dir, ["tag", "update", ...words, "--dry-run"]);
  assert.is(dry, `would update tag Execution:${kinds.Execution} env="prod"\n`);
  assert.is(
    ok(dir, ["tag", "rm", "--dry-run", "-", "--", "user"]).slice(0, 16),
    "would delete tag",
  );
  assert.is(commits(), 2);
  assert.ok(tags(kinds.Execution).includes('env="dev"'));
  ok(dir, ["tag", "update", ...words]);
  assert.is(
    git("log", "-1", "--format=%b", LOG),
    `QA passed\n\nsecond paragraph\n\nRedun-Execution: ${kinds.Execution}\n`,
  );
});

edit("- is the latest execution, ~1 the one before, everywhere", async () => {
  const { dir, kinds, latest, tags } = await sample();
  assert.is(ok(dir, ["tag", "add", "-", "~1", "a=1"]).split("\n").length, 3);
  assert.ok([latest, kinds.Execution].every((id) => tags(id).includes("a=1")));
  assert.match(ok(dir, ["tag", "rm", "-~1", "a"]), new RegExp(`:${kinds.Execution} a=1`));
  assert.match(ok(dir, ["tag", "list", "-"]), new RegExp(latest));
  assert.match(ok(dir, ["log", "~1"]), new RegExp(kinds.Execution));
  const { status, stderr } = cli(dir, ["log", "~2"]);
  assert.is(status, 1);
  assert.match(stderr, /no 2 executions before the latest one.*has 2/);
});

edit("rm: a bare word after the first is a key unless it is clearly an id", async () => {
  const { dir, kinds, latest, tags } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, latest, "beef=1", `${latest.slice(0, 8)}=1`, "n="]);
  // Four digits of an id might as well be a word.
  ok(dir, ["tag", "rm", kinds.Execution, "beef"]);
  assert.ok(tags(latest).includes("beef=1") && !tags(kinds.Execution).includes("beef=1"));
  const both = cli(dir, ["tag", "rm", kinds.Execution, latest.slice(0, 8), "n"]);
  assert.is(both.status, 2);
  assert.match(both.stderr, /is both the key of a tag and the prefix of an id.*\n.*`--`/);
  ok(dir, ["tag", "rm", kinds.Execution, "--", latest.slice(0, 8)]);
  ok(dir, ["tag", "rm", kinds.Execution, latest, "n=null"]);
  assert.not.ok([...tags(latest), ...tags(kinds.Execution)].some((tag) => tag.startsWith("n=")));
});

for (const [words, about, status] of [
  [["rm", "FIRST", "--"], /No tag was given/, 2],
  [["rm", "FIRST"], /No tag was given/, 2],
  [["rm", "--", "env"], /No id was given/, 2],
  [["rm", "FIRST", "env", "nothing"], /has no tag nothing\..*UNKNOWN_TAG/, 1],
  [["rm", "FIRST", "env=prod"], /has no tag env=prod\.[\s\S]*Its tags: env=dev\./, 1],
  [["rm", "FIRST", "-", "--", "note"], /has no tag note/, 1],
  [["rm", "FIRST", "env", "x=[1"], /Invalid tag value/, 1],
  [["update", "FIRST", "env=prod", "b"], /key=value pair expected/, 1],
  [["update", "FIRST", "ffffffffffff", "env=prod"], /"ffffffffffff".*UNKNOWN_ID/, 1],
  [["update", "FIRST"], /No tag was given to update\./, 2],
  [["update", "FIRST", "~1"], /No tag was given to update\./, 2],
  [["update", "FIRST", "approved"], /No tag was given to update: "approved" has no "="\./, 2],
] as const) {
  edit(`refused as a whole: tag ${words.join(" ")}`, async () => {
    const { dir, kinds, commits } = await sample();
    const result = cli(dir, ["tag", ...words.map((w) => (w === "FIRST" ? kinds.Execution : w))]);
    assert.is(result.status, status);
    assert.is(result.stdout, "");
    assert.match(result.stderr, about);
    assert.is(commits(), 2);
  });
}

edit("with --, an id may hold = and a tag may look like an option", async () => {
  const { dir, latest, tags } = await sample();
  const { stderr } = cli(dir, ["tag", "add", "data/x=1/f.csv", "--", "a=1"]);
  assert.match(stderr, /"data\/x=1\/f\.csv".*UNKNOWN_ID/);
  ok(dir, ["tag", "add", "-", "--", "--odd=1"]);
  assert.ok(tags(latest).includes("--odd=1"));
});

edit.run();
