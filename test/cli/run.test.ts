import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  cli,
  HELLO,
  logged,
  ran,
  runInThread,
  start,
  tagTexts,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { jobOf, recorded } from "../support/recorded.ts";

// JavaScript where TypeScript is not the point: it starts in two thirds of the time.
const ARGUMENTS = `
import { task } from "redun-git";
const shown = (...values) => JSON.stringify(values);
/**
 * @param {string} a
 * @param {string} b
 * @param {string} c
 * @param {string} d
 * @param {string} e
 */
export const texts = task((a, b, c, d, e) => shown(a, b, c, d, e));
export const loose = task((a, b, c, d, e, f, g, h) => shown(a, b, c, d, e, f, g, h));
export const camel = task((maxDepth = 1, HTTPPort = 80, inner_size = 2) =>
  shown(maxDepth, HTTPPort, inner_size));
export const flags = task((on = true, off = false, list = [], ...rest) => shown(on, off, list, rest));
export const options = task(({ rate = 0.5, name }) => shown(rate, name));
/**
 * @param {string} a
 * @param {number} b
 */
export const required = task((a, b, c = 1) => shown(a, b, c));
export const none = task(() => "none");
export const result = task((kind) => ({
  text: "two\\nlines", undefined: undefined, list: [1, { deep: true }], big: 12345678901234567890n,
  cycle,
  throwing: [1, new Throwing()],
}[kind]));
const cycle = {};
cycle.self = cycle;
class Throwing {
  get [Symbol.toStringTag]() { throw new Error("do not look"); }
  [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("do not look"); }
  toJSON() { throw new Error("do not look"); }
}
export const throwing = task(() => { throw new Throwing(); });
export default task({ name: "fallback" }, () => "by default");
`;

const FAILING = `
import { task } from "redun-git";
export const namespace = "bad";
export const fine = task((n) => n);
export const inner = task((n) => {
  throw new RangeError("too hot: " + n);
});
export const outer = task(async () => (await fine(1)) + (await inner(42)));
export const caused = task(() => {
  throw new Error("outside", { cause: new TypeError("inside") });
});
export const cyclic = task(() => {
  const error = new Error("in a circle");
  error.cause = error;
  throw error;
});
export const text = task(() => { throw "just text"; });
export const nothing = task(() => { throw undefined; });
export const strange = task(() => { throw Object.assign(new Error("odd"), { stack: { not: "text" } }); });
export const many = task(() => { throw new AggregateError([new Error("first of two"), new Error("second of two")], "both"); });
`;

const run = suite("run");

// Shared by the tests that only read what a command says; each records runs of its own.
const shared = workflowRepository({
  "workflow.ts": HELLO,
  "arguments.mjs": ARGUMENTS,
});
const named = (texts: readonly string[]) => texts.map((text, at) => `--${"abcdefgh"[at]}=${text}`);
const values = (task: string, ...words: string[]) =>
  JSON.parse(ran(shared.dir, ["-q", "arguments.mjs", task, ...words]));

for (const backend of oneOf(BACKENDS)) {
  run(`prints the result on stdout, the story on stderr, and records it (${backend})`, () => {
    const { dir } = workflowRepository();
    const result = cli(dir, ["run", "workflow.ts", "main", "--greet", "Hi"], { backend });
    assert.is(result.status, 0, result.stderr);
    assert.is(result.stdout, "Hi, World!\n");
    assert.match(result.stderr, /Start Execution [0-9a-f]{40}: {2}redun-git run workflow\.ts main/);
    assert.match(result.stderr, /Run +Job [0-9a-f]{8}: {2}hello_world\.greeter\(greet='Hi', /);
    const table = result.stderr.slice(result.stderr.indexOf("| JOB STATUS"));
    assert.match(table, /\| TASK +PENDING RUNNING +FAILED +CACHED +DONE +TOTAL\n/);
    assert.match(table, /\| ALL +0 +0 +0 +0 +3 +3\n/);
    assert.match(table, /\| hello_world\.greeter +0 +0 +0 +0 +1 +1\n/);
    const [execution] = logged(dir, [], { backend });
    assert.is(execution.status, "DONE");
    assert.equal(execution.args, ["run", "workflow.ts", "main", "--greet", "Hi"]);
    const log = recorded(dir);
    assert.is(log.jobs.length, 3);
    assert.equal(jobOf(log, "hello_world.greeter").tags, [["team", "qa"]]);
  });
}

run("-t and --tag may be mixed, repeated and joined with =", () => {
  const { dir } = workflowRepository();
  const tags = [
    "-t",
    "env=prod",
    "--tag",
    "n=1",
    "--tag=n=2",
    "-t=empty=",
    "-t",
    'cfg={"a": [1.0]}',
  ];
  ran(dir, [...tags, "workflow.ts", "main"]);
  const [execution] = logged(dir);
  const texts = tagTexts(execution);
  for (const text of ['env="prod"', "n=1", "n=2", "empty=null", 'cfg={"a":[1]}']) {
    assert.ok(texts.includes(text), `${text} in ${texts}`);
  }
});

run("--project, --doc and --user set their tags; -t adds and never replaces", () => {
  const { dir } = workflowRepository();
  const given = ["--project", "P", "--doc", "why", "-u", "bob", "-t", "user=carol"];
  ran(dir, [...given, "workflow.ts", "main"]);
  const texts = tagTexts(logged(dir)[0]);
  for (const text of ['project="P"', 'doc="why"', 'user="bob"', 'user="carol"']) {
    assert.ok(texts.includes(text), text);
  }
});

run("a wrong tag is refused before anything runs", () => {
  const { dir, git } = workflowRepository();
  for (const [tag, about] of [
    ["novalue", /key=value pair expected/],
    ["=x", /key must be specified/],
    ["a={broken", /Invalid tag value/],
  ] as const) {
    const { status, stderr, stdout } = runInThread(dir, ["-t", tag, "workflow.ts", "main"]);
    assert.ok(status === 1 || status === 2);
    assert.match(stderr, about);
    assert.is(stdout, "");
  }
  assert.is(git("for-each-ref", "refs/redun"), "");
});

run("`run <script> help` lists the tasks with the first lines of their docs", () => {
  const before = logged(shared.dir).length;
  const text = ran(shared.dir, ["workflow.ts", "help"]);
  assert.match(text, /^ {2}main +Say hello to a planet\.$/m);
  assert.match(text, /^ {2}getPlanet$/m);
  assert.match(text, /^ {2}greeter$/m);
  assert.is(logged(shared.dir).length, before);
});

run("a script without a task is a usage error, and shows the tasks", () => {
  const { status, stdout, stderr } = runInThread(shared.dir, ["workflow.ts"]);
  assert.is(status, 2);
  assert.match(stdout + stderr, /getPlanet/);
});

run("`run <script> <task> --help` shows parameters, defaults and the doc", () => {
  for (const flag of ["--help", "-h"]) {
    const text = ran(shared.dir, ["workflow.ts", "main", flag]);
    assert.match(text, /^hello_world\.main$/m);
    assert.match(text, /Say hello to a planet\./);
    assert.match(text, /--greet <\w+> +Hello \(default\)/);
  }
  assert.match(ran(shared.dir, ["arguments.mjs", "none", "--help"]), /takes no arguments/);
});

run("a task is found by its export, its own and its full name", () => {
  for (const [script, name, result] of [
    ["workflow.ts", "main", "Hello, World!\n"],
    ["workflow.ts", "hello_world.main", "Hello, World!\n"],
    ["arguments.mjs", "fallback", "by default\n"],
  ] as const) {
    assert.is(ran(shared.dir, ["-q", script, name]), result);
  }
});

run("arguments in kebab case, camel case and with =", () => {
  const kebab = ["--max-depth", "3", "--http-port=8080", "--inner-size", "4"];
  assert.equal(values("camel", ...kebab), [3, 8080, 4]);
  assert.equal(
    values("camel", "--maxDepth=3", "--HTTPPort", "8080", "--inner_size=4"),
    [3, 8080, 4],
  );
});

run("a parameter annotated string keeps the text", () => {
  const texts = ["00123", "true", "", '{"a": 1', " 1e3 "];
  assert.equal(values("texts", ...named(texts)), texts);
});

run("other values are read as tag values are", () => {
  const texts = ["1", "1e3", "007", "-5", "true", "", '[1, {"a": "b"}]', '"1"'];
  const read = [1, 1000, 7, -5, true, null, [1, { a: "b" }], "1"];
  assert.equal(values("loose", ...named(texts)), read);
});

run("flags, their negation, lists and the rest", () => {
  const lists = ["--list", "a", "--list", "2", "--rest", "1", "--rest", "b"];
  assert.equal(values("flags", "--no-on", "--off", ...lists), [false, true, ["a", 2], [1, "b"]]);
  assert.equal(values("flags", "--on", "false", "--list=[1]"), [false, false, [1], []]);
});

run("a destructured object takes its properties as options", () => {
  assert.equal(values("options", "--name", "x"), [0.5, "x"]);
});

run("options of `run` may stand behind the script and behind the task", () => {
  const words = ["workflow.ts", "-t", "a=1", "main", "-tb=2", "--tag=c=3", "--user", "ada"];
  const hi = ["--greet", "Hi", "-q", "--format", "json", "--log", "behind"];
  assert.is(ran(shared.dir, [...words, ...hi]), '"Hi, World!"\n');
  const [execution] = logged(shared.dir, ["--log", "behind"]);
  const tags = tagTexts(execution).filter((tag) => /^([abc]|user)=/.test(tag));
  assert.equal(tags, ["a=1", "b=2", "c=3", 'user="ada"']);
  const dashes = runInThread(shared.dir, ["workflow.ts", "main", "--", "--tag", "a=1"]);
  assert.match(dashes.stderr, /no argument --tag/);
  assert.is(ran(shared.dir, ["-q", "workflow.ts", "main", "--", "--greet=-t"]), "-t, World!\n");
});

run("a name that the task has is the task's, and is said how to say the other", () => {
  const { dir } = workflowRepository({
    "w.mjs":
      'import { task } from "redun-git";\nexport const main = task((tag = 1, quiet = false) => [tag, quiet]);\n',
  });
  const printed = (...words: string[]) => ran(dir, ["--format", "json", ...words]);
  assert.is(printed("-q", "w.mjs", "main", "--tag", "3", "--no-quiet"), "[3,false]\n");
  assert.is(printed("--tag", "a=b", "w.mjs", "main", "--quiet", "-q", "-t", "c=d"), "[1,true]\n");
  assert.equal(tagTexts(logged(dir)[0]).slice(0, 2), ['a="b"', 'c="d"']);
  const note =
    /--tag, --quiet are arguments of this task\. .*\n {2}\$ redun-git run --tag \.\.\. w\.mjs main/;
  assert.match(runInThread(dir, ["w.mjs", "main", "--tag", "a=b"]).stderr, note);
  assert.match(ran(dir, ["w.mjs", "main", "--help"]), note);
});

run("an option behind the task is checked as one before it", () => {
  for (const [words, about] of [
    [["--user", "a", "--user", "b"], /--user is given twice/],
    [["-t"], /-t needs a value/],
    [["-t", "word"], /key=value pair expected/],
    [["--quiet=yes"], /--quiet takes no value/],
    [["--format", "xml"], /no format "xml"/],
  ] as const) {
    const { status, stderr, stdout } = runInThread(shared.dir, ["workflow.ts", "main", ...words]);
    assert.match(stderr, about);
    assert.not.match(stderr, /Start Execution/);
    assert.equal([status !== 0, stdout], [true, ""]);
  }
});

for (const [what, words, about] of [
  ["missing", ["required", "--c", "1"], /missing: --a, --b/],
  ["unknown", ["required", "--a", "x", "--b", "1", "--d", "1"], /no argument --d/],
  ["misspelt", ["camel", "--max-dpth", "1"], /Did you mean --max-depth\?/],
  ["nameless", ["loose", "word"], /--a word/],
  ["valueless", ["loose", "--a"], /--a needs a value/],
  ["given twice", ["loose", "--a", "1", "--a", "2"], /given twice/],
  ["not taken at all", ["none", "--x", "1"], /takes no arguments/],
] as [string, string[], RegExp][]) {
  run(`an argument that is ${what} is refused with the list of parameters`, () => {
    const { status, stderr, stdout } = runInThread(shared.dir, ["arguments.mjs", ...words]);
    assert.is(status, 2);
    assert.is(stdout, "");
    assert.match(stderr, about);
    if (words[0] === "required") assert.match(stderr, /--a <string>[\s\S]*--b <number>/);
    assert.not.match(stderr, /Start Execution/);
  });
}

run("an argument of the wrong type is refused by its name", () => {
  const words = ["required", "--a", "x", "--b", "many"];
  const { status, stderr } = runInThread(shared.dir, ["arguments.mjs", ...words]);
  assert.is(status, 2);
  assert.match(stderr, /--b.*number/);
});

run("results are printed for people, or as JSON", () => {
  const text = (kind: string, ...more: string[]) =>
    ran(shared.dir, ["-q", ...more, "arguments.mjs", "result", "--kind", kind]);
  assert.is(text("text"), "two\nlines\n");
  assert.is(text("undefined"), "undefined\n");
  assert.is(text("list"), "[ 1, { deep: true } ]\n");
  assert.is(text("undefined", "--format", "json"), "null\n");
  assert.is(text("list", "--format", "json"), '[1,{"deep":true}]\n');
  assert.is(text("big", "--format", "json"), "12345678901234567890\n");
  assert.is(text("cycle", "--format", "json"), '{"self":"[Circular]"}\n');
});

run("what throws when it is looked at does not make a run that is DONE look failed", () => {
  const command = ["-q", "arguments.mjs"];
  assert.match(
    ran(shared.dir, [...command, "result", "--kind", "throwing"]),
    /^- 1\n- !opaque class Throwing [0-9a-f]{16}-\d+\n$/,
  );
  assert.is(logged(shared.dir)[0].status, "DONE");
  const json = ran(shared.dir, [...command, "result", "--kind", "throwing", "--format", "json"]);
  assert.is(json, '[1,"<class Throwing>"]\n');
  const { status, stderr } = runInThread(shared.dir, [...command, "throwing"]);
  assert.is(status, 1);
  assert.match(stderr, /Thrown: !opaque class Throwing/);
  assert.not.match(stderr, /report this/);
});

run("--quiet says nothing on stderr", () => {
  assert.is(runInThread(shared.dir, ["-q", "workflow.ts", "main"]).stderr, "");
});

run("a subfolder of the repository will do", () => {
  const { dir, git } = workflowRepository({ "deep/er/workflow.ts": HELLO });
  mkdirSync(join(dir, "deep/other"));
  ran(join(dir, "deep/er"), ["workflow.ts", "main"]);
  ran(join(dir, "deep/other"), ["../er/workflow.ts", "main"]);
  assert.is(git("rev-list", "--count", "refs/redun/main"), "2");
  assert.is(git("status", "--porcelain"), "");
});

run.run();

const failing = suite("run of a failing task");
const failures = workflowRepository({ "failing.mjs": FAILING });
const failed = start(failures.dir, ["run", "failing.mjs", "outer"]).ended;

failing("ends with status 1 and says which job, under which parents, and why", async () => {
  const { status, stdout, stderr } = await failed;
  assert.is(status, 1);
  assert.is(stdout, "");
  const report = stderr.slice(stderr.indexOf("Execution failed"));
  const [outer, inner, error] = ["in bad.outer()", "in bad.inner(n=42)", "RangeError: too hot: 42"];
  assert.ok(report.indexOf(outer) > 0 && report.indexOf(outer) < report.indexOf(inner), report);
  assert.ok(report.indexOf(inner) < report.indexOf(error), report);
  assert.match(report, /failing\.mjs:6:\d+/);
  assert.match(stderr, /\| bad\.fine +0 +0 +0 +0 +1 +1\n/);
});

failing("shows no frames of ours", async () => {
  const { stderr } = await failed;
  assert.not.match(stderr, /dist\/|src\/engine|node:internal/);
});

failing("is recorded FAILED with everything that finished", async () => {
  await failed;
  const [execution] = logged(failures.dir).filter(({ args }) => args.includes("outer"));
  assert.is(execution.status, "FAILED");
  const log = recorded(failures.dir);
  assert.is(jobOf(log, "bad.fine").status, "DONE");
  assert.is(jobOf(log, "bad.inner").status, "FAILED");
  assert.is(jobOf(log, "bad.outer").status, "FAILED");
});

for (const [task, about] of [
  ["caused", /Error: outside[\s\S]*Caused by:[\s\S]*TypeError: inside/],
  ["cyclic", /Error: in a circle/],
  ["text", /just text/],
  ["nothing", /undefined/],
  ["strange", /odd/],
  ["many", /first of two[\s\S]*second of two/],
] as const) {
  failing(`reports what was thrown: ${task}`, () => {
    const { status, stderr } = runInThread(failures.dir, ["failing.mjs", task]);
    assert.is(status, 1);
    assert.match(stderr.slice(stderr.indexOf("Execution failed")), about);
    assert.not.match(stderr, /Please report/);
  });
}

failing.run();
