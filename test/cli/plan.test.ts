/** `run --dry-run`, `run --explain` and `run --no-prov`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, jsonLines, ok, workflowRepository, writeFiles } from "../support/cli.ts";

const HEAD = `import { cond, File, task } from "redun-git";\nimport { appendFileSync } from "node:fs";
export const namespace = "t";\nconst ran = (name) => appendFileSync("ran.log", name + "\\n");\n`;
const STEPS = `
  export const clean = task((text) => { ran("clean"); return text.trim(); });
  export const count = task((text) => { ran("count"); return text.length; });
  export const sum = task((ns) => { ran("sum"); return ns.reduce((a, b) => a + b, 0); });
  export const main = task((texts = ["a ", " bc"]) => { ran("main"); return sum(texts.map((text) => count(clean(text)))); });`;

function workflow(text: string) {
  const { dir, git } = workflowRepository({ "w.mjs": HEAD + text });
  const log = join(dir, "ran.log");
  const ran = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  return { dir, git, ran, edit: (next: string) => writeFiles(dir, { "w.mjs": HEAD + next }) };
}

const plan = suite("run --dry-run");

/** State, call and reason of each line. */
function planned(dir: string, ...words: string[]) {
  return jsonLines(ok(dir, ["run", "--dry-run", "--format", "json", "w.mjs", "main", ...words]));
}

const states = (dir: string) => planned(dir).map(({ state, call }) => `${state} ${call}`);

plan("nothing known: the root would run, and nothing does", () => {
  const { dir, git, ran } = workflow(STEPS);
  const text = ok(dir, ["run", "--dry-run", "w.mjs", "main"]);
  assert.match(
    text,
    /^Run {5}t\.main\(texts=\['a ', ' bc'\]\): no earlier execution called this task\n\n/,
  );
  assert.match(text, /^1 job would run, 0 cached\. Nothing was run or recorded\.$/m);
  assert.equal(ran(), []);
  assert.is(git("for-each-ref", "refs/redun"), "");
});

plan("what would run, what is cached, and what depends on results that are not known", () => {
  const { dir, git, ran, edit } = workflow(STEPS);
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  const [tip, before] = [git("rev-parse", "refs/redun/main"), ran()];
  const all = ok(dir, ["run", "--dry-run", "w.mjs", "main"]);
  assert.match(all, /\n6 jobs: all cached\. Nothing was run or recorded\.\n$/);
  assert.match(all, /^Cached {4}t\.clean\(text='a '\): job \w{8} \(execution \w{8} of /m);
  edit(STEPS.replace("text.length", "text.length * 1"));
  assert.equal(states(dir), [
    "cached t.main(texts=['a ', ' bc'])",
    "unknown t.sum(ns=?)",
    "runs t.count(text='a')",
    "cached t.clean(text='a ')",
    "runs t.count(text='bc')",
    "cached t.clean(text=' bc')",
  ]);
  const [, sum, count] = planned(dir);
  assert.equal([sum!.text, sum!.waits_for], ["that depends on t.count(...)", ["t.count(...)"]]);
  assert.match(String(count!.text), /^its source changed \(compared with job /);
  assert.equal(ran(), before);
  assert.is(git("rev-parse", "refs/redun/main"), tip);
  // The results are what they were: `sum` is cached after all.
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  assert.equal(ran(), [...before, "count", "count"]);
});

plan("equal calls, control flow, and the cache that is off", () => {
  const { dir, edit } = workflow(`
    export const one = task((n) => n);
    export const main = task(() => [one(1), one(1), cond(one(2), one(3), one(4))]);`);
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  edit(`
    export const one = task((n) => n + 0);
    export const main = task(() => [one(1), one(1), cond(one(2), one(3), one(4))]);`);
  assert.equal(states(dir), [
    "cached t.main()",
    "runs t.one(n=1)",
    "shares t.one(n=1)",
    "runs t.one(n=2)",
  ]);
  const off = planned(dir, "--no-cache");
  assert.equal(
    off.map(({ state, why }) => [state, why]),
    [["runs", "unasked"]],
  );
});

const explain = suite("run --explain");

explain("one line for each job that runs", () => {
  const { dir, edit } = workflow(STEPS);
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  edit(STEPS.replace("text.length", "text.length + 1"));
  const { stderr } = cli(dir, ["run", "-q", "--explain", "w.mjs", "main"]);
  const lines = stderr.trim().split("\n");
  assert.is(lines.length, 3);
  for (const line of lines.slice(0, 2)) {
    assert.match(
      line,
      /^\[redun\] Why {4}Job \w{8}: {2}t\.count\(text='[a-z]+'\): its source changed \(compared with job \w{8} of /,
    );
  }
  assert.match(
    lines[2]!,
    /Why {4}Job \w{8}: {2}t\.sum\(ns=\[\d, \d\]\): ns is new \(compared with/,
  );
  // The record says the same.
  const told = ok(dir, ["why", "-"])
    .split("\n")
    .filter((line) => line.includes(" ran: "));
  assert.equal(
    told.map((line) => line.replace(/^Job (\w+ .*) ran: (.*)\.$/, "$1: $2")).sort(),
    lines.map((line) => line.replace(/^.*Job (\w+): {2}/, "$1 ")).sort(),
  );
});

explain("attempts after the first are no news, and JSON has events", () => {
  const { dir } = workflow(
    `export const main = task({ retries: 2 }, () => { throw new Error("no"); });`,
  );
  const { stderr } = cli(dir, ["run", "--progress", "json", "--explain", "w.mjs", "main"]);
  const told = jsonLines(stderr).filter(({ event }) => event === "jobExplained");
  assert.equal(
    told.map(({ task, why }) => [task, why]),
    [["t.main", "first"]],
  );
});

const unrecorded = suite("run --no-prov");

/** Every file of the git directory that a run could write. */
function traces(dir: string): string[] {
  const all = readdirSync(join(dir, ".git"), { recursive: true, encoding: "utf8" });
  return all.filter((path) => /redun|^objects/.test(path)).sort();
}

unrecorded("leaves nothing, in one line", () => {
  const { dir } = workflow(STEPS);
  const before = traces(dir);
  const { stdout, stderr } = cli(dir, ["run", "-q", "--no-prov", "w.mjs", "main"]);
  assert.is(stdout, "3\n");
  assert.is(
    stderr,
    "[redun] Nothing of this run is recorded (--no-prov):  redun-git run -q --no-prov w.mjs main\n",
  );
  assert.equal(traces(dir), before);
});

unrecorded("takes earlier results as far as the index has them, and equal calls run once", () => {
  const { dir, git, ran } = workflow(STEPS);
  ok(dir, ["run", "-q", "w.mjs", "main"]);
  const [before, tip, known] = [ran(), git("rev-parse", "refs/redun/main"), traces(dir)];
  assert.is(cli(dir, ["run", "-q", "--no-prov", "w.mjs", "main"]).stdout, "3\n");
  assert.equal(ran(), before);
  const twice = ["run", "-q", "--no-prov", "w.mjs", "main", "--texts", '["x","x","x"]'];
  assert.is(cli(dir, twice).stdout, "3\n");
  assert.equal(ran().slice(before.length), ["main", "clean", "count", "sum"]);
  assert.is(git("rev-parse", "refs/redun/main"), tip);
  assert.equal(traces(dir), known);
});

unrecorded("a failure is reported as always", () => {
  const { dir } = workflow(`export const main = task(() => { throw new Error("no"); });`);
  const { status, stderr } = cli(dir, ["run", "-q", "--no-prov", "w.mjs", "main"]);
  assert.is(status, 1);
  assert.match(stderr, /Execution failed\..*\n.*in t\.main\(\)\n.*Error: no/);
  assert.equal(
    traces(dir).filter((path) => path.includes("redun")),
    [],
  );
});

plan.run();
explain.run();
unrecorded.run();
