import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  cli,
  jsonLines,
  logged,
  ok,
  ran,
  runInThread,
  workflowRepository,
  writeFiles,
} from "../support/cli.ts";
import { cloneIn, closeClones } from "../support/clone.ts";
import { oneOf } from "../support/effort.ts";
import { recorded } from "../support/recorded.ts";

const workflow = (loud: string, last = "") => `
import { File, task } from "redun-git";
export const namespace = "hello";
export const planet = task(() => "World");
export const shout = task((text: string) => {
  const words = text.split(" ");
  return words.map((word) => ${loud}).join(" ");
});
export const long = task({ version: "${loud}" }, (n: number) => Array.from({ length: 40 }, (_, at) => (at === n ? "changed" : "line " + at)));
export const many = task((n: number) => Array.from({ length: 400 }, (_, at) => at * n));
export const fail = task((why: string): string => { throw new RangeError(why); });
export const size = task(async (file: File) => (await file.read()).length);
export const sizes = task((path = "data.txt") => [size(new File(path)), size(new File("same.txt"))]);
export const keyed = task((key = process.env.DIFF_KEY, { at = Number(key) } = {}) => at);
class Model {}
export const use = task((_: Model) => new Model());
export const main = task((greet = "Hello", extra = 0) => [shout(greet), planet()${last}]);
`;

const repository = workflowRepository({ "w.ts": workflow("word") });
const { dir, git } = repository;
const diff = suite("diff");

/** Runs the workflow and returns the execution's id. */
function run(...args: string[]): string {
  runInThread(dir, ["-q", "--no-cache", ...args]);
  return logged(dir, ["-n", "1"])[0].id;
}

const first = run("-t", "env=dev", "-t", "n=1", "-t", "both=x", "w.ts", "main");
const lone = run("w.ts", "planet");
git("commit", "-q", "--allow-empty", "-m", "Say why");
writeFiles(dir, { "w.ts": workflow("word.toUpperCase()", ", shout('bye')") });
git("commit", "-q", "-a", "-m", "Shout louder \u001b[31m");
writeFiles(dir, { "w.ts": `${workflow("word.toUpperCase()", ", shout('bye')")}// more\n` });
const second = run(
  ...["-t", "env=prod", "-t", "n=1.0", "-t", "both=x", "-t", "note=a b"],
  ...["w.ts", "main", "--greet", "Hi"],
);
const [commit, base] = [
  git("rev-parse", "--short=8", "HEAD"),
  git("rev-parse", "--short=8", "HEAD~2"),
];
const why = git("rev-parse", "--short=8", "HEAD~1");

const section = (text: string, title: string) =>
  text
    .split("\n\n")
    .find((part) => part.startsWith(title))
    ?.split("\n") ?? [];

for (const backend of oneOf(BACKENDS)) {
  diff(`tags, code, arguments, result, task source and jobs (${backend})`, () => {
    const text = ok(dir, ["diff", first.slice(0, 10), second.slice(0, 10)], { backend });
    const [before, after, took] = text.split("\n");
    assert.match(before!, new RegExp(`^--- Exec ${first.slice(0, 8)} \\[ DONE \\] .*: {2}run -q`));
    assert.match(after!, new RegExp(`^\\+\\+\\+ Exec ${second.slice(0, 8)} \\[ DONE \\] `));
    assert.match(took!, /^Duration: 0:00:\d\d\.\d\d -> 0:00:\d\d\.\d\d \([+-]0:00:\d\d\.\d\d\)$/);
    assert.equal(section(text, "Tags"), [
      "Tags",
      "  -env=dev",
      "  +env=prod",
      `  -git_commit=${git("rev-parse", "HEAD~2")}`,
      `  +git_commit=${git("rev-parse", "HEAD")}`,
      "  +git_dirty=true",
      "  -n=1",
      "  +n=1.0",
      '  +note="a b"',
    ]);
    assert.equal(section(text, "Code"), [
      "Code",
      `  -${base} main`,
      `  +${commit} main (dirty)`,
      "  2 commits ahead:",
      `  + ${commit} Shout louder \\x1b[31m`,
      `  + ${why} Say why`,
    ]);
    assert.equal(section(text, "Arguments"), [
      "Arguments of hello.main",
      "  -greet='Hello'",
      "  +greet='Hi'",
    ]);
    assert.equal(section(text, "Result"), [
      "Result",
      "  -['Hello', 'World']",
      "  +['HI', 'World', 'BYE']",
    ]);
    const [main, ...shout] = text.split(/^Task /m).slice(1);
    assert.match(
      main!,
      /^hello\.main [0-9a-f]{8}\.\.[0-9a-f]{8}\n {2}@@ -1 \+1 @@\n {2}-.*\n {2}\+/,
    );
    assert.match(
      shout[0]!,
      /^hello\.shout .*\n {2}@@ -1,4 \+1,4 @@\n {3}\(text: string\) => \{\n {5}const words = .*\n {2}- {2}return .*word\)\.join.*\n {2}\+ {2}return .*toUpperCase.*\n {3}\}\n/,
    );
    const table = text.slice(text.indexOf("| JOBS")).split("\n");
    assert.is(table[0]!.replace(/ +/g, " "), `| JOBS ${first.slice(0, 8)} | ${second.slice(0, 8)}`);
    assert.is(table[1]!.replace(/ +/g, " "), "| TASK DONE TOTAL TIME | DONE TOTAL TIME");
    const TIME = "\\d:\\d\\d:\\d\\d\\.\\d\\d";
    for (const [at, row] of [
      [2, `ALL +3 +3 ${TIME} +\\| +4 +4 ${TIME}`],
      [3, `hello\\.main +1 +1 ${TIME} +\\| +1 +1 ${TIME}`],
      [4, `hello\\.planet +1 +1 ${TIME} +\\| +1 +1 ${TIME}`],
      [5, `hello\\.shout +1 +1 ${TIME} +\\| +2 +2 ${TIME}`],
    ] as const) {
      assert.match(table[at]!, new RegExp(`^\\| ${row}$`));
      assert.is(table[at]!.length, table[1]!.length);
    }
  });
}

diff("the other way round, commits are behind", () => {
  assert.equal(section(ok(dir, ["diff", second, first]), "Code"), [
    "Code",
    `  -${commit} main (dirty)`,
    `  +${base} main`,
    "  2 commits behind:",
    `  - ${commit} Shout louder \\x1b[31m`,
    `  - ${why} Say why`,
  ]);
});

diff("the JSON has the same information", () => {
  const [found, ...more] = jsonLines(ok(dir, ["diff", "--format", "json", first, second]));
  assert.is(more.length, 0);
  assert.equal([found._type, found.before.id, found.after.id], ["Diff", first, second]);
  assert.equal(found.tags[0], { key: "env", removed: ["dev"], added: ["prod"] });
  assert.equal([found.code.relation, found.code.sameTree], ["ahead", false]);
  assert.equal(
    found.code.ahead.map(({ commit, subject }: Record<string, string>) => [commit, subject]),
    [
      [git("rev-parse", "HEAD"), "Shout louder \u001b[31m"],
      [git("rev-parse", "HEAD~1"), "Say why"],
    ],
  );
  assert.equal([found.code.before.dirty, found.code.after.dirty], [false, true]);
  const { tasks } = recorded(dir);
  for (const { name, before, after, diff } of found.tasks.changed) {
    const hashes = tasks.filter((task) => `hello.${task.name}` === name).map(({ id }) => id);
    assert.equal([before, after].sort(), hashes.sort());
    assert.ok(diff.some((line: string) => line.startsWith("+")));
  }
  assert.equal(
    found.args.map(({ name, before, after }: Record<string, { value: unknown }>) => [
      name,
      before?.value,
      after?.value,
    ]),
    [["greet", "Hello", "Hi"]],
  );
  assert.equal(found.result.after.value, ["HI", "World", "BYE"]);
  const [all, ...jobs] = found.jobs;
  assert.equal([all.task, all.before.TOTAL, all.after.DONE], [null, 3, 4]);
  assert.equal(jobs[2].task, "hello.shout");
  assert.is(typeof jobs[2].after.seconds, "number");
});

diff("one id is compared with the previous execution of the same task", () => {
  const text = ok(dir, ["diff", second]);
  assert.ok(
    text.startsWith(`The previous execution of hello.main:\n--- Exec ${first.slice(0, 8)} `),
  );
  const { status, stdout, stderr } = cli(dir, ["diff", lone]);
  assert.equal([status, stdout], [1, ""]);
  assert.match(stderr, /is the first one of hello\.planet/);
});

diff("the latest execution and the one before it have names", () => {
  const two = (args: string[]) => {
    const [found] = jsonLines(ok(dir, ["diff", "--format", "json", ...args]));
    return [found.before.id, found.after.id];
  };
  assert.equal(two(["~1", "-"]), [lone, second]);
  assert.equal(two(["-"]), [first, second]);
  assert.equal(two(["-", "~2"]), [second, first]);
});

diff("an execution and itself differ in nothing", () => {
  const text = ok(dir, ["diff", first, first]);
  for (const line of [
    "Tags: the same",
    `Code: the same commit, ${base} main`,
    "Arguments of hello.main: the same",
    "Result: the same",
    "Tasks: the same source",
  ]) {
    assert.ok(text.includes(`\n\n${line}\n`), line);
  }
});

diff("other tasks: what only one of the two ran", () => {
  const text = ok(dir, ["diff", lone, first]);
  assert.match(text, /\n\nTasks of one execution only\n {2}\+[0-9a-f]{8} hello\.(main|shout)\n/);
  assert.match(text, /^\| hello\.shout +0 +0 +- +\| +1 +1 /m);
  assert.match(
    text,
    /^Arguments of hello\.planet and hello\.main\n {2}\+greet='Hello'\n {2}\+extra=0$/m,
  );
  assert.match(text, /\n\nCode: the same commit/);
});

diff("versions, long values, and values of nothing in common", () => {
  const two = [run("w.ts", "long", "--n", "7"), run("w.ts", "long", "--n", "9")];
  const text = ok(dir, ["diff", ...two]);
  assert.match(text, /^Arguments of hello\.long\n {2}-n=7\n {2}\+n=9$/m);
  assert.match(
    text,
    /^Result\n {2}@@ -\d+,\d+ \+\d+,\d+ @@\n(.*\n)* {2}-- changed\n {2}\+- line 7\n/m,
  );
  const far = ok(dir, ["diff", run("w.ts", "many", "--n", "7"), run("w.ts", "many", "--n", "9")]);
  assert.match(
    far,
    /^Result\n {2}-\[0, 7, .*\.\.\.\n {2}\+\[0, 9, .*\.\.\.\n {2}in \d+ lines of YAML$/m,
  );
  writeFiles(dir, { "w.ts": workflow("other") });
  const third = run("w.ts", "long", "--n", "9");
  assert.match(
    ok(dir, ["diff", third]),
    /^Task hello\.long .*\n {2}@@ -1 \+1 @@\n {2}-version word\.toUpperCase\(\)\n {2}\+version other\n/m,
  );
});

diff("errors, in the place of results; hostile text is made visible", () => {
  const before = run("w.ts", "fail", "--why", "no \u001b[2J");
  const after = run("w.ts", "fail", "--why", "n\u202eo\nmore");
  const text = ok(dir, ["diff", before, after]);
  assert.match(text, /^--- Exec [0-9a-f]{8} \[FAILED\]/m);
  assert.match(
    text,
    /^ {2}-raised RangeError\('no \\u001b\[2J'\)\n {2}\+raised RangeError\('n\\u202eo\\nmore'\)$/m,
  );
  assert.not.match(text, /[\u001b\u202e]/);
  assert.match(text, /^\| TASK +FAILED +TOTAL +TIME {2}\| +FAILED +TOTAL +TIME$/m);
});

diff("code that has diverged, is the same in other commits, or is not here", () => {
  git("stash", "-q");
  git("switch", "-q", "-c", "topic", "HEAD~1");
  writeFiles(dir, { "w.ts": `${git("show", "main:w.ts")}\n` });
  git("commit", "-q", "-a", "-m", "Squashed");
  const rebased = run("w.ts", "planet");
  git("switch", "-q", "main");
  const main = run("w.ts", "planet");
  const text = section(ok(dir, ["diff", main, rebased]), "Code").join("\n");
  assert.match(text, /\n {2}other commits of the same files\n {2}diverged\n/);
  assert.match(
    text,
    /\n {2}1 commit ahead:\n {2}\+ [0-9a-f]{8} Squashed\n {2}1 commit behind:\n {2}- /,
  );
  runInThread(dir, ["-q", "w.ts", "planet"], { env: { REDUN_GIT_COMMIT: "12".repeat(20) } });
  const away = logged(dir, ["-n", "1"])[0].id;
  for (const backend of oneOf(BACKENDS)) {
    assert.equal(section(ok(dir, ["diff", main, away], { backend }), "Code"), [
      "Code",
      `  -${commit} main`,
      "  +12121212",
      "  12121212 is not in this repository (`git fetch` may bring it)",
    ]);
  }
});

diff("an execution whose root job has no record", async () => {
  const bare = await cloneIn(repository).run("bare");
  await closeClones();
  const text = ok(dir, ["diff", second, bare]);
  assert.match(text, new RegExp(`^\\+\\+\\+ Exec ${bare.slice(0, 8)} \\[ DONE \\]`, "m"));
  assert.match(text, /^Arguments and result: not recorded, as not both root jobs have ended$/m);
  assert.match(text, /^\| ALL +4 +4 +[\d:.]+ {2}\| +0 +0 +-$/m);
  const [found] = jsonLines(ok(dir, ["diff", "--format", "json", second, bare]));
  assert.equal([found.args, found.result], [null, null]);
});

diff("git's colours on a terminal that has some", () => {
  const text = ok(dir, ["diff", first, second], { env: { FORCE_COLOR: "1" } });
  assert.ok(text.includes("\u001b[31m-env=dev\u001b[39m"));
  assert.ok(text.includes("\u001b[32m+env=prod\u001b[39m"));
  assert.ok(text.includes("\u001b[36m@@ -1 +1 @@\u001b[39m"));
});

diff("what cannot be compared is an error that says why", () => {
  const job = recorded(dir).jobs.find(({ execution }) => execution === first)!;
  for (const [args, status, message] of [
    [[], 2, /`diff` takes <execution> \[execution\]: a word is missing\./],
    [[first, second, lone], 2, /`diff` takes no more than <execution> \[execution\]/],
    [[first, "ffffffffff"], 1, /UNKNOWN_ID/],
    [
      [job.id, first],
      1,
      new RegExp(`is a Job, not an Execution.*\n.*belongs to execution ${first.slice(0, 8)}`),
    ],
    [[first, job.taskHash], 1, /is a Task, not an Execution/],
    [[job.call!], 1, /is a CallNode, not/],
    [[first, second, "--format", "yaml"], 2, /format/],
  ] as const) {
    const result = cli(dir, ["diff", ...args]);
    assert.equal([result.status, result.stdout], [status, ""], result.stderr);
    assert.match(result.stderr, message);
  }
});

diff("the file whose content made the difference, with both hashes", () => {
  const hashes = ["a", "bb"].map((text) => {
    writeFiles(dir, { "data.txt": text, "same.txt": "same" });
    run("w.ts", "sizes");
    return git("hash-object", "data.txt");
  });
  const text = ok(dir, ["diff", "-"]);
  assert.equal(section(text, "Files"), [
    "Files that jobs took or gave",
    `  -data.txt ${hashes[0]} (1 bytes)`,
    `  +data.txt ${hashes[1]} (2 bytes)`,
  ]);
  const [{ files }] = jsonLines(ok(dir, ["diff", "-", "--format", "json"]));
  const at = (at: number) => [{ path: "data.txt", hash: hashes[at], size: at + 1 }];
  assert.equal(files, [{ path: "data.txt", before: at(0), after: at(1) }]);
});

diff("a computed default that made the difference", () => {
  for (const key of ["1", "2"]) ran(dir, ["-q", "w.ts", "keyed"], { env: { DIFF_KEY: key } });
  const text = ok(dir, ["diff", "-"]);
  assert.equal(section(text, "Arguments"), [
    "Arguments of hello.keyed",
    "  -key='1'",
    "  +key='2'",
    "  -options={at: 1}",
    "  +options={at: 2}",
  ]);
});

diff("objects that were recorded without their content cannot be compared", () => {
  for (let at = 0; at < 2; at++) run("w.ts", "use", "--_", "1");
  const text = ok(dir, ["diff", "-"]);
  assert.equal(section(text, "Result"), [
    "Result",
    "  <class Model> was recorded without its content: it cannot be compared",
  ]);
});

diff.run();
