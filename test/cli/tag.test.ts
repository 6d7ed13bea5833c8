import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashTag } from "../../src/tag/hash.ts";
import { BACKENDS, cli, jsonLines, logged, ok, start } from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";
import { numberWithId, sampleLog } from "../support/sample.ts";
import { taggedSample } from "../support/tagged-sample.ts";

const LOG = "refs/redun/main";
const run = { argv: ["run", "w.ts", "main"], tags: { env: "dev" } };

const sample = () => taggedSample([run]);

const add = suite("tag add");

for (const backend of oneOf(BACKENDS)) {
  add(`tags an entity of every kind by a prefix of its id (${backend})`, async () => {
    const { dir, kinds, commits, tags } = await sample();
    for (const [kind, id] of Object.entries(kinds)) {
      const text = ok(dir, ["tag", "add", id.slice(0, 12), `kind=${kind}`], { backend });
      assert.is(text, `add tag ${kind}:${id} kind="${kind}"\n`);
      assert.ok(tags(id).includes(`kind="${kind}"`));
    }
    assert.is(commits(), 6);
  });
}

add("values are read as in Python's redun", async () => {
  const { dir, kinds, tags } = await sample();
  const pairs = [
    "n=1",
    "f=1.0",
    "s=text",
    'q="1"',
    "z=",
    "t=true",
    'j={"b":[1,2],"a":null}',
    "e=a=b",
  ];
  ok(dir, ["tag", "add", kinds.Value, ...pairs]);
  assert.equal(tags(kinds.Value), [
    'e="a=b"',
    "f=1",
    'j={"a":null,"b":[1,2]}',
    "n=1",
    'q="1"',
    's="text"',
    "t=true",
    "z=null",
  ]);
  const { edits } = recorded(dir).edits[0]!;
  assert.is(edits.length, pairs.length);
});

add("several ids and several tags are one commit", async () => {
  const { dir, kinds, commits, git, tags } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, kinds.Job, "env=prod", "env=test"]);
  assert.is(commits(), 2);
  assert.ok(['env="prod"', 'env="test"'].every((tag) => tags(kinds.Job).includes(tag)));
  // The run's own tag stays: add never replaces.
  assert.ok(tags(kinds.Execution).includes('env="dev"'));
  const message = git("log", "-1", "--format=%B", LOG);
  assert.match(message, /^tag 2 entities: env=prod, env=test\n\n/);
  assert.match(message, new RegExp(`^Redun-Execution: ${kinds.Execution}$`, "m"));
  assert.match(message, new RegExp(`^Redun-Job: ${kinds.Job}$`, "m"));
});

add("the commit says what was tagged, and plain git shows it", async () => {
  const { dir, kinds, git } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, "env=prod"]);
  assert.is(git("log", "-1", "--format=%s", LOG), `tag ${kinds.Execution.slice(0, 8)}: env=prod`);
  const diff = git("show", "--format=", LOG);
  assert.match(diff, /^\+ {2}- tag:$/m);
  assert.match(diff, /^\+ +env: prod$/m);
  assert.is(git("log", "-1", "--format=%an <%ae>", LOG), "Test User <test@example.com>");
});

add("a tag that is there already makes no commit", async () => {
  const { dir, kinds, commits, tags } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, "env=dev"]);
  assert.is(commits(), 1);
  ok(dir, ["tag", "add", kinds.Job, "a=1", "a=1"]);
  ok(dir, ["tag", "add", kinds.Job, "a=1"]);
  assert.is(commits(), 2);
  assert.is(tags(kinds.Job).filter((tag) => tag === "a=1").length, 1);
  ok(dir, ["tag", "add", kinds.Job, "a=1.0"]);
  assert.is(commits(), 3);
});

add("one entity named twice is tagged once", async () => {
  const { dir, kinds, git } = await sample();
  const text = ok(dir, ["tag", "add", kinds.Job, kinds.Job.slice(0, 10), "a=1"]);
  assert.is(text, `add tag Job:${kinds.Job} a=1\n`);
  assert.is(git("log", "-1", "--format=%s", LOG), `tag ${kinds.Job.slice(0, 8)}: a=1`);
});

for (const [what, words, about] of [
  ["a wrong pair among good ones", ["a=1", "b"], /key=value pair expected/],
  ["an empty key", ["a=1", "=2"], /key must be specified/],
  ["broken JSON", ["a=1", "b=[1"], /Invalid tag value/],
  ["no tags", [], /No tag was given/],
] as const) {
  add(`${what} changes nothing`, async () => {
    const { dir, kinds, commits } = await sample();
    const { status, stdout, stderr } = cli(dir, ["tag", "add", kinds.Job, ...words]);
    assert.ok(status === 1 || status === 2, `${status}`);
    assert.is(stdout, "");
    assert.match(stderr, about);
    assert.is(commits(), 1);
  });
}

add("an unknown id among good ones changes nothing", async () => {
  const { dir, kinds, commits } = await sample();
  const { status, stderr } = cli(dir, ["tag", "add", kinds.Job, "ffffffffff", "a=1"]);
  assert.is(status, 1);
  assert.match(stderr, /"ffffffffff".*\[UNKNOWN_ID\]/);
  assert.is(commits(), 1);
});

add("tags before ids, or without ids, are misuse", async () => {
  const { dir, kinds } = await sample();
  for (const words of [["a=1"], ["a=1", kinds.Job], []]) {
    const { status, stderr } = cli(dir, ["tag", "add", ...words]);
    assert.ok(status === 1 || status === 2);
    assert.match(stderr, /^error: /);
  }
});

add("ids that look like numbers", async () => {
  const odd = [/^00\d{6}/, /^[1-9]\d{7}[a-f]/, /^\d{2}e\d{5}/].map(numberWithId);
  const { dir } = await sampleLog(odd.map(({ value }) => ({ argv: ["run"], echo: value })));
  for (const { id } of odd) {
    assert.is(ok(dir, ["tag", "add", id.slice(0, 8), "odd=1"]), `add tag Value:${id} odd=1\n`);
    assert.match(ok(dir, ["tag", "list", id.slice(0, 8)]), /^ {2}odd=1$/m);
  }
});

add("a tag that was added later is found by log -t", async () => {
  const { dir, kinds } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, "approved=true"]);
  assert.is(logged(dir, ["-t", "approved=true", "-t", "env=dev"])[0].id, kinds.Execution);
});

add("two processes that tag at once lose nothing", async () => {
  const { dir, kinds, tags } = await sample();
  const commands = [1, 2, 3, 4].map((n) => start(dir, ["tag", "add", kinds.Job, `n=${n}`]).ended);
  for (const { status, stderr } of await Promise.all(commands)) assert.is(status, 0, stderr);
  assert.equal(
    tags(kinds.Job).filter((tag) => tag.startsWith("n=")),
    ["n=1", "n=2", "n=3", "n=4"],
  );
});

add("the edit is stored as redun would hash it: the same tag from two clones is one", async () => {
  const { dir, kinds, log } = await sample();
  ok(dir, ["tag", "add", kinds.Execution, "env=dev", "env=prod"]);
  const { edits, entity, type } = recorded(dir).edits[0]!;
  assert.equal([entity, type], [log.executions[0]!.id, "Execution"]);
  assert.equal(edits, [{ tag: ["env", "prod"], parents: [] }]);
  assert.match(hashTag(entity, "env", "prod"), /^[0-9a-f]{40}$/);
});

add.run();

const list = suite("tag list");

list("lists the keys in use, by kind of entity", async () => {
  const { dir } = await sampleLog([run, run]);
  const text = ok(dir, ["tag", "list"]);
  assert.match(text, /^Tags:\n/);
  assert.match(text, /^ {2}env +\(2 Execution\)$/m);
  assert.match(text, /^ {2}team +\(2 Job, 1 Task\)$/m);
  const objects = jsonLines(ok(dir, ["tag", "list", "--format", "json"]));
  const env = objects.find(({ key }) => key === "env");
  assert.equal(env, { key: "env", type: "Execution", count: 2 });
});

list("lists the tags of an entity of every kind, sorted and whole", async () => {
  const { dir, kinds } = await sample();
  const long = "x".repeat(200);
  ok(dir, ["tag", "add", kinds.CallNode, `long=${long}`, "b=two words", "a=1"]);
  assert.is(
    ok(dir, ["tag", "list", kinds.CallNode.slice(0, 9)]),
    `CallNode ${kinds.CallNode}\n  a=1\n  b="two words"\n  long=${long}\n`,
  );
  assert.match(ok(dir, ["tag", "list", kinds.Job]), /^Job [0-9a-f]{40}\n {2}team=qa\n$/);
  assert.match(ok(dir, ["tag", "list", kinds.Value]), /\(no tags\)/);
});

list("several ids are listed one after the other; an unknown one is refused", async () => {
  const { dir, kinds } = await sample();
  const text = ok(dir, ["tag", "list", kinds.Job, kinds.Task]);
  assert.match(text, /^Job [0-9a-f]{40}\n {2}team=qa\n\nTask [0-9a-f]{40}\n {2}team=qa\n$/);
  assert.is(cli(dir, ["tag", "list", "ffffffff"]).status, 1);
  assert.is(cli(dir, ["tag", "list", kinds.Job, "ffffffff"]).status, 1);
});

list("--values counts values by kind, of some keys or of all", async () => {
  const { dir } = await sampleLog([
    run,
    run,
    { argv: ["run"], tags: { env: "prod", n: 3 }, echo: 1 },
  ]);
  const env =
    "Tags:\n  env=dev                        (2 Execution)\n  env=prod                       (1 Execution)\n";
  assert.is(ok(dir, ["tag", "list", "--values", "env"]), env);
  const team = "  team=qa                        (2 Job, 1 Task)\n";
  assert.is(ok(dir, ["tag", "list", "--values", "env", "team"]), env + team);
  assert.is(
    ok(dir, ["tag", "list", "--values", "n>2", "env~p*"]),
    "Tags:\n  env=prod                       (1 Execution)\n  n=3                            (1 Execution)\n",
  );
  assert.match(ok(dir, ["tag", "list", "--values"]), /^ {2}redun\.version=/m);
  assert.is(ok(dir, ["tag", "list", "--values", "nothing"]), "No such tags.\n");
  assert.equal(jsonLines(ok(dir, ["tag", "list", "--values", "--format", "json", "n"])), [
    { key: "n", value: 3, type: "Execution", count: 1 },
  ]);
});

list("finds everything that carries tags, each as its own line", async () => {
  const { dir, kinds } = await sample();
  ok(dir, ["tag", "add", ...Object.values(kinds), "k=1"]);
  ok(dir, ["tag", "add", kinds.Task, "only=true"]);
  const lines = ok(dir, ["tag", "list", "k"]).trimEnd().split("\n");
  assert.equal(
    lines.map((line) => line.split(" ")[0]),
    ["Exec", "Job", "CallNode", "Task", "Value"],
  );
  assert.match(lines[1]!, /^Job [0-9a-f]{8} \[ DONE \] .*sample\.greeter\(.*\) \(k=1, team=qa\)$/);
  assert.match(
    ok(dir, ["tag", "list", "k=1", "only"]),
    /^Task [0-9a-f]{8} sample\.greeter \(.*\)\n$/,
  );
  const two = ok(dir, ["tag", "list", "k", "-n", "2"]);
  assert.match(two, /^Exec .*\nJob .*\n\nMore are not shown: --limit 0 shows all\.\n$/);
  assert.match(ok(dir, ["tag", "list", "k=2"]), /^Nothing in refs\/redun\/main has these tags/);
  const objects = jsonLines(ok(dir, ["tag", "list", "k", "--format", "json"]));
  assert.equal(
    objects.map(({ _type, id }) => [_type, id]),
    (["Execution", "Job", "CallNode", "Task", "Value"] as const).map((kind) => [kind, kinds[kind]]),
  );
});

list("`-` and `~1` are ids, and what is neither key nor id is reported", async () => {
  const { dir, log } = await sample();
  const id = log.executions[0]!.id;
  assert.match(ok(dir, ["tag", "list", "-"]), new RegExp(`^Execution ${id}\n`));
  assert.match(cli(dir, ["tag", "list", "~1"]).stderr, /no execution before.*\n.*lists executions/);
  assert.match(cli(dir, ["tag", "list", "nosuch"]).stderr, /No tag has such a key either/);
});

list("a key of many characters is cut where keys are listed and named", async () => {
  const key = "k".repeat(5000);
  const { dir } = await sampleLog([{ ...run, tags: [[key, 1]] }]);
  assert.match(ok(dir, ["tag", "list"]), /^ {2}k{97}\.\.\. \(1 Execution\)$/m);
  assert.match(cli(dir, ["tag", "rm", "-", "nosuch"]).stderr, /k{47}\.\.\./);
  assert.ok(ok(dir, ["tag", "list", "--format", "json"]).includes(key));
});

list("keys with a namespace stand under its name", async () => {
  const { dir } = await sampleLog([{ ...run, tags: { env: 1, "a.b": 1, "a.c.d": 1 } }]);
  assert.match(
    ok(dir, ["tag", "list"]),
    /^Tags:\n(?: {2}\w+ .*\n)+\na:\n {2}a\.b +\(1 Execution\)\n {2}a\.c\.d +\(1 Execution\)\n\nredun:\n/,
  );
});

list("every class of value comes out as it went in", async () => {
  const { dir, kinds } = await sample();
  const texts = [
    "1.0",
    "1180591620717411303424",
    "-0.0",
    "1e+16",
    "NaN",
    "-Infinity",
    "1e-07",
    "9007199254740993",
    "true",
    "null",
    '[1, 1.0, {"b": "\\u0000", "a": null}]',
  ];
  ok(dir, ["tag", "add", kinds.Value, ...texts.map((text, at) => `k${at}=${text}`)]);
  ok(dir, ["tag", "update", kinds.Value, `long=${"x".repeat(100_000)}`]);
  const expected = texts.map(
    (text, at) =>
      `  k${at}=${text === '[1, 1.0, {"b": "\\u0000", "a": null}]' ? '[1, 1.0, {"a": null, "b": "\\u0000"}]' : text}`,
  );
  const listed = () => ok(dir, ["tag", "list", kinds.Value]).split("\n");
  const check = () => {
    const lines = listed();
    for (const line of expected) assert.ok(lines.includes(line), line);
    assert.ok(lines.includes(`  long=${"x".repeat(100_000)}`));
  };
  check();
  const json = ok(dir, ["tag", "list", "--format", "json", kinds.Value]);
  for (const part of [
    '"value":1.0}',
    '"value":1180591620717411303424}',
    '"value":-0.0}',
    '"value":9007199254740993}',
  ]) {
    assert.ok(json.includes(part), part);
  }
  ok(dir, ["index", "rebuild"]);
  check();
  assert.is(ok(dir, ["tag", "list", "--format", "json", kinds.Value]), json);
  // What a listing prints can be typed again: nothing would change.
  const again = texts.map((text, at) => `k${at}=${text}`);
  assert.match(ok(dir, ["tag", "update", kinds.Value, ...again]), /^leave Value/);
});

list("hostile keys and values disturb no line and no terminal", async () => {
  const { dir, kinds } = await sample();
  const hostile = [
    "a\x1b[2Jb\x07",
    "two\nlines\r",
    "\u202eright\u2066",
    "\u0085\u2028",
    "x".repeat(60_000),
  ];
  const pairs = hostile.flatMap((text, at) => [`v${at}=${text}`, `${text.slice(0, 50)}${at}=1`]);
  const outputs = [
    ok(dir, ["tag", "add", kinds.Execution, kinds.Job, ...pairs, "-m", "why\x1b[31m\u202e"]),
    ok(dir, ["tag", "update", kinds.Execution, ...hostile.map((text, at) => `v${at}=${text}!`)]),
    ok(dir, ["tag", "update", kinds.Execution, "v0=\x1b[1m", "--dry-run"]),
    ok(dir, ["tag", "list"]),
    ok(dir, ["tag", "list", kinds.Execution]),
    ok(dir, ["tag", "list", "--values"]),
    ok(dir, ["tag", "list", "v0"]),
    ok(dir, ["tag", "list", "--values", "--format", "json"]),
    ok(dir, ["tag", "list", "v1", "--format", "json"]),
    ok(dir, ["tag", "history", kinds.Execution]),
    ok(dir, ["tag", "history", kinds.Execution, "--format", "json"]),
    ok(dir, ["tag", "blame", kinds.Execution]),
    ok(dir, ["tag", "rm", kinds.Execution, "--", `${hostile[1]!.slice(0, 50)}1`, "v1"]),
    cli(dir, ["tag", "rm", kinds.Execution, "\x1b[1m\u202e"]).stderr,
    cli(dir, ["tag", "rm", "\x1b[1m\u202e", "x"]).stderr,
  ];
  for (const [at, text] of outputs.entries()) {
    assert.not.match(
      text,
      /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
      String(at),
    );
  }
  assert.is(outputs[0]!.split("\n").length, 3);
  for (const line of jsonLines(outputs[7]!)) assert.type(line.key, "string");
  // Only what was asked for whole is long.
  for (const at of [0, 1, 3, 6, 9, 11]) assert.ok(outputs[at]!.length < 20_000, `${at}`);
});

list("a log without tags says so", async () => {
  const { dir } = await sampleLog([]);
  assert.is(ok(dir, ["tag", "list"]), "No tags yet.\n");
});

list.run();
