import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blobId } from "../../src/value/oid.ts";
import { float } from "../../src/value/value.ts";
import { cli, jsonLines, logged, ok, start } from "../support/cli.ts";
import { jobOf, recorded } from "../support/recorded.ts";
import { LARGE, numberWithId, type SampleRun, sampleLog } from "../support/sample.ts";

const RUNS: readonly SampleRun[] = [
  {
    argv: ["run", "w.ts", "a"],
    user: "ann",
    tags: [
      ["env", "prod"],
      ["n", 1],
      ["void", null],
    ],
  },
  {
    argv: ["run", "w.ts", "b"],
    user: "bob",
    tags: [
      ["env", "prod"],
      ["env", "dev"],
      ["n", float(1)],
    ],
  },
  {
    argv: ["run", "w.ts", "c"],
    user: "bob",
    tags: { n: "1", approved: true, list: [1, { a: "b" }] },
  },
  { argv: ["run", "w.ts", "d e"], user: "ann", fails: true, doc: "First line\nsecond line" },
];
const ORIGIN = "git@github.com:team/code.git";

const { dir, git } = await sampleLog(RUNS, (repository) => {
  repository.git("remote", "add", "origin", ORIGIN);
});
const log = recorded(dir);
const ids = new Map(log.executions.map(({ argv, id }) => [argv[2]!, id]));
const letters = (objects: { args: string[] }[]) => objects.map(({ args }) => args[2]).join(",");

const listing = suite("log");

listing("lists executions newest first, in redun's line shape", () => {
  const lines = ok(dir, ["log"]).split("\n");
  assert.equal([lines[0], lines[1], lines[6]], ["Recent executions:", "", ""]);
  assert.equal(
    lines.slice(2, 6).map((line) => /:\d\d: {2}run w\.ts (.*?) \(/.exec(line)?.[1]),
    ["'d e'", "c", "b", "a"],
  );
  assert.match(lines[2]!, /^Exec [0-9a-f]{8} \[FAILED\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: {2}run /);
  const commit = git("rev-parse", "HEAD");
  const tags = `env=prod, git_commit=${commit}, git_origin_url=${ORIGIN}, n=1, project=sample, redun.version=0.1.0, user=ann, void=null`;
  assert.match(lines[5]!, /^Exec [0-9a-f]{8} \[ DONE \] /);
  assert.ok(lines[5]!.endsWith(` (${tags})`), lines[5]);
});

listing("--format json prints one object a line, with redun's fields", () => {
  const objects = logged(dir);
  assert.is(letters(objects), "d e,c,b,a");
  const { _type, id, status, start_time, end_time, args, tags } = objects[3];
  assert.equal([_type, id, status], ["Execution", ids.get("a"), "DONE"]);
  assert.ok(Date.parse(start_time) <= Date.parse(end_time));
  assert.equal(args, ["run", "w.ts", "a"]);
  assert.equal(
    tags.find(({ key }: { key: string }) => key === "void"),
    { key: "void", value: null },
  );
  assert.is(objects[0].status, "FAILED");
  assert.match(ok(dir, ["log", "--format", "json", "-t", "n=1.0"]), /"key":"n","value":1\.0\b/);
});

for (const [filters, found] of [
  ["env=prod", "b,a"],
  ["env=dev", "b"],
  ["env", "b,a"],
  ["n=1", "a"],
  ["n=1.0", "b"],
  ['n="1"', "c"],
  ["n", "c,b,a"],
  ["void=", "a"],
  ["void=null", "a"],
  ["void", "a"],
  ["approved=true", "c"],
  ["approved=1", ""],
  ['list=[1,{"a":"b"}]', "c"],
  ["user=bob env=prod", "b"],
  ["env=prod env=dev", "b"],
  ["env n=1", "a"],
  ["n env", "b,a"],
  ["user=ann user=bob", ""],
  ["unknown", ""],
  ["unknown=1", ""],
  ["git_commit project=sample", "d e,c,b,a"],
] as const) {
  const words = filters.split(" ").flatMap((tag, at) => (at % 2 ? [`--tag=${tag}`] : ["-t", tag]));
  const { ended } = start(dir, ["log", "--format", "json", ...words]);
  listing(`finds ${found || "nothing"} with ${filters}`, async () => {
    const { stdout, status } = await ended;
    assert.is(status, 0);
    assert.is(letters(jsonLines(stdout)), found);
  });
}

listing("says so when nothing has the tags", () => {
  assert.match(
    ok(dir, ["log", "-t", "unknown=1"]),
    /^No executions in refs\/redun\/main match unknown = 1\.\n/,
  );
});

listing("--limit shows the newest, and that there are more", () => {
  const text = ok(dir, ["log", "--limit", "2"]);
  assert.is(text.match(/^Exec /gm)!.length, 2);
  assert.match(text, /'d e'[\s\S]*w\.ts c/);
  assert.match(text, /--limit 0/);
  assert.is(letters(logged(dir, ["-n", "1"])), "d e");
  assert.is(letters(logged(dir, ["-n", "0"])), "d e,c,b,a");
  assert.is(letters(logged(dir, ["-n", "1", "-t", "user=bob"])), "c");
  assert.not.match(ok(dir, ["log", "-n", "4"]), /--limit/);
});

for (const limit of ["-1", "many", "", "1.5", "1e1", " ", "0x2"]) {
  const { ended } = start(dir, ["log", `--limit=${limit}`]);
  listing(`--limit "${limit}" is misuse`, async () => {
    const { status, stderr } = await ended;
    assert.is(status, 2);
    assert.match(stderr, /--limit/);
  });
}

for (const args of [
  ["log", "--format", "yaml"],
  ["log", "one", "two"],
  ["log", "--nope"],
  ["log", "--limit"],
  ["log", "-t", "=x"],
]) {
  const { ended } = start(dir, args);
  listing(`${args.join(" ")} is refused`, async () => {
    const { status, stdout, stderr } = await ended;
    assert.is(status, args.includes("=x") ? 1 : 2);
    assert.is(stdout, "");
    assert.match(stderr, /^error: /);
  });
}

listing("a log that holds nothing yet says how to begin", async () => {
  const empty = await sampleLog([]);
  assert.match(ok(empty.dir, ["log"]), /No executions in refs\/redun\/main yet.*run <script>/);
  assert.is(ok(empty.dir, ["log", "--format", "json"]), "");
});

listing.run();

const pages = suite("log <id>");
const main = log.jobs.find(({ task, execution }) => {
  return task === "sample.main" && execution === ids.get("a");
})!;
const greeter = log.jobs.find(
  ({ parent, task }) => parent === main.id && task === "sample.greeter",
)!;
const failed = jobOf(log, "sample.fail");
const large = [...log.values.keys()][0]!;

pages("an execution: links, tags, docs, job tree", () => {
  const text = ok(dir, ["log", ids.get("a")!.slice(0, 12)]);
  const commit = git("rev-parse", "HEAD");
  assert.match(text, new RegExp(`^Exec ${ids.get("a")} \\[ DONE \\]`));
  assert.match(text, new RegExp(`https://github\\.com/team/code/commit/${commit}`));
  assert.match(text, /env=prod/);
  assert.match(text, /^Jobs: 3 \(DONE: 3, CACHED: 0, FAILED: 0\)$/m);
  assert.match(text, /^Job [0-9a-f]{8} \[ DONE \] .*: {2}sample\.main\(/m);
  assert.match(text, /^ {2}Job [0-9a-f]{8} \[ DONE \] .*: {2}sample\.greeter\(.*\(team=qa\)$/m);
  assert.match(ok(dir, ["log", ids.get("d e")!]), /\n\n {2}First line\n {2}second line\n/);
});

pages("a job: its call, result, task and source", () => {
  const text = ok(dir, ["log", greeter.id.slice(0, 12)]);
  assert.match(text, new RegExp(`^Job ${greeter.id} \\[ DONE \\]`));
  assert.match(
    text,
    /Traceback: Exec [0-9a-f]{8} > Job [0-9a-f]{8} main > Job [0-9a-f]{8} greeter/,
  );
  assert.match(text, new RegExp(`CallNode ${greeter.call}`));
  assert.match(text, /Args: +greeting='Hello', name='you'/);
  assert.match(text, /Result: 'Hello, you!'/);
  assert.match(text, new RegExp(`Task ${greeter.taskHash} sample\\.greeter \\(team=qa\\)`));
  assert.match(text, /function greet/);
});

pages("a failed job: what it raised, and the stack", () => {
  const text = ok(dir, ["log", failed.id]);
  assert.match(text, /\[FAILED\]/);
  assert.match(text, /Raised: RangeError\('on purpose'\)/);
  assert.match(text, /RangeError: on purpose\n +at /);
});

pages("a task, a call, an inline value and a stored one", () => {
  assert.match(
    ok(dir, ["log", greeter.taskHash.slice(0, 10)]),
    /^Task [0-9a-f]{40} sample\.greeter/,
  );
  const call = ok(dir, ["log", greeter.call!.slice(0, 10)]);
  assert.match(call, /^CallNode [0-9a-f]{40} sample\.greeter\n[\s\S]*Result: 'Hello, you!'/);
  assert.match(call, new RegExp(greeter.id.slice(0, 8)));
  const [inline] = jsonLines(ok(dir, ["log", "--format", "json", greeter.call!]));
  assert.is(inline._type, "CallNode");
  const stored = ok(dir, ["log", large.slice(0, 10)]);
  assert.ok(stored.startsWith(`Value ${large}`));
  assert.ok(stored.includes(LARGE));
  assert.match(stored, /\nProduced by Job [0-9a-f]{8}\n\n {2}Job/);
});

for (const [what, id, type, field] of [
  ["execution", ids.get("a")!, "Execution", ["status", "DONE"]],
  ["job", greeter.id, "Job", ["result", "Hello, you!"]],
  ["failed job", failed.id, "Job", ["status", "FAILED"]],
  ["task", greeter.taskHash, "Task", ["name", "sample.greeter"]],
  ["call", greeter.call!, "CallNode", ["id", greeter.call!]],
  ["value", large, "Value", ["value", LARGE]],
] as const) {
  const { ended } = start(dir, ["log", "--format", "json", id.slice(0, 16)]);
  pages(`the JSON of one ${what}`, async () => {
    const [object, ...more] = jsonLines((await ended).stdout);
    assert.equal([object._type, object.id, more.length], [type, id, 0]);
    assert.is(object[field[0]], field[1]);
    assert.ok(Array.isArray(object.tags));
  });
}

pages("the result of a job is a value with an id of its own", () => {
  const id = blobId("Hello, you!\n");
  const [value] = logged(dir, [id]);
  assert.equal([value._type, value.value], ["Value", "Hello, you!"]);
});

pages("an unknown id is a clear error", () => {
  for (const id of ["ffffffffffff", "not-hex", "*", "%", "'; DROP TABLE entity; --"]) {
    const { status, stdout, stderr } = cli(dir, ["log", id]);
    assert.is(status, 1, stderr);
    assert.is(stdout, "");
    assert.match(
      stderr,
      /^error: Nothing in refs\/redun\/main has an id with the prefix ".*\[UNKNOWN_ID\]/,
    );
  }
});

pages("an ambiguous prefix is an error that names the candidates", () => {
  const all = [...ids.values(), ...log.jobs.map(({ id }) => id)];
  const prefix = all.map((id) => id[0]!).find((c, at, cs) => cs.indexOf(c) !== at)!;
  const { status, stderr } = cli(dir, ["log", prefix]);
  assert.is(status, 1);
  assert.match(stderr, /AMBIGUOUS_ID/);
  assert.ok(
    (stderr.match(/^ {2}(Execution|Job|Task|Value|CallNode) /gm) ?? []).length >= 2,
    stderr,
  );
});

const odd = [/^00\d{6}/, /^[1-9]\d{7}[a-f]/, /^\d{2}e\d{5}/].map(numberWithId);
pages("prefixes that look like numbers are taken as text", async () => {
  const numbers = await sampleLog(odd.map(({ value }) => ({ argv: ["run"], echo: value })));
  for (const { id, value } of odd) {
    const [found] = logged(numbers.dir, [id.slice(0, 8)]);
    assert.equal([found?._type, found?.id, found?.value], ["Value", id, value]);
  }
});

pages.run();
