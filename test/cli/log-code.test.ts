import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  BACKENDS,
  cli,
  HELLO,
  jsonLines,
  logged,
  ok,
  record,
  workflowRepository,
} from "../support/cli.ts";
import { oneOf } from "../support/effort.ts";
import { sampleLog } from "../support/sample.ts";

const { dir, git } = workflowRepository();
const short = (revision: string) => git("rev-parse", revision).slice(0, 8);

/** Runs the workflow with a tag by which it is known here. */
function run(name: string, ...args: string[]): void {
  record(dir, ["-t", `name=${name}`, ...args, "workflow.ts", "getPlanet"]);
}

function commit(message: string, code: string): void {
  write(code);
  git("commit", "-q", "-a", "-m", message);
}

const write = (code: string) => writeFileSync(join(dir, "workflow.ts"), `${HELLO}// ${code}\n`);

// main:  begin - - - - - - - - - - - quiet - squashed
// topic:      \ - one - - two
run("begin");
git("switch", "-q", "-c", "topic");
commit("one", "1");
run("one", "-t", "env=prod");
commit("two\u001b[31m", "2");
run("two");
write("not committed");
run("dirty", "-t", "env=prod");
git("checkout", "-q", "workflow.ts");
git("switch", "-q", "main");
git("commit", "-q", "--allow-empty", "-m", "quiet");
git("merge", "-q", "--squash", "topic");
git("commit", "-q", "-m", "squashed");

const code = suite("log by code");
// biome-ignore lint/suspicious/noExplicitAny: what a program of a user sees
const nameOf = (entity: any) =>
  entity.tags.find(({ key }: { key: string }) => key === "name").value;
const names = (args: readonly string[], backend?: (typeof BACKENDS)[number]) =>
  logged(dir, args, backend && { backend })
    .map(nameOf)
    .join(",");

for (const [revision, found] of [
  ["topic", "dirty,two"],
  [git("rev-parse", "topic~1"), "one"],
  ["main..topic", "dirty,two,one"],
  ["main~1..topic", "dirty,two,one"],
  ["topic~1..topic", "dirty,two"],
  ["main~2", "begin"],
  // The files of these commits are those of others.
  ["main", "dirty,two"],
  ["main~1", "begin"],
  ["main~2..main", "dirty,two,begin"],
  ["topic..main", "dirty,two,begin"],
  ["main..main", ""],
] as const) {
  code(`--commit ${revision} finds ${found || "nothing"}`, () => {
    for (const backend of oneOf(BACKENDS)) assert.is(names(["--commit", revision], backend), found);
  });
}

code("--commit goes together with every other filter", () => {
  const range = ["--commit", "main..topic"];
  assert.is(names([...range, "-t", "env=prod"]), "dirty,one");
  assert.is(names([...range, "-t", "env=prod", "--where", "not git_dirty"]), "one");
  assert.is(names([...range, "--where", "name=two or name=begin"]), "two");
  assert.is(names([...range, "-n", "1"]), "dirty");
  assert.is(names([...range, "--since", "1h", "--exec-tag", "env"]), "dirty,one");
  assert.is(names([...range, "--until", "2020-01-01"]), "");
});

code("what ran with changes, or in another commit of the same files, is marked", () => {
  const lines = (revision: string) =>
    ok(dir, ["log", "--commit", revision])
      .split("\n")
      .filter((line) => line.startsWith("Exec "));
  const [dirty, two, one] = lines("main..topic");
  assert.match(dirty!, /name=dirty.*\) \[dirty\]$/);
  assert.match(two!, /name=two.*\)$/);
  assert.match(one!, /name=one.*\)$/);
  const same = `\\[as ${short("topic")}, the same files\\]`;
  assert.match(lines("main")[0]!, new RegExp(`\\) \\[dirty\\] ${same}$`));
  assert.match(lines("main")[1]!, new RegExp(`\\) ${same}$`));
});

code("--commit with nothing to show, and with what is no commit", () => {
  assert.match(ok(dir, ["log", "--commit", "main..main"]), /^No executions in .* match commit /);
  for (const args of [
    ["--commit", "nope"],
    ["--commit", ""],
    ["--commit", "--all"],
    ["--decorate-code", "nope..HEAD"],
  ]) {
    for (const backend of oneOf(BACKENDS)) {
      const { status, stdout, stderr } = cli(dir, ["log", ...args], { backend });
      assert.equal([status, stdout], [1, ""]);
      assert.match(stderr, /names no commit in this repository\. \[UNKNOWN_REVISION\]/);
    }
  }
  assert.is(cli(dir, ["log", "--commit", "main", "abcdef"]).status, 2);
});

/** Lines by their commit's subject, or the name of their run and its marks. */
function decorated(args: readonly string[], backend?: (typeof BACKENDS)[number]): string[] {
  const lines = ok(dir, ["log", "--decorate-code", ...args], backend && { backend }).split("\n");
  return lines.slice(0, -1).map((line) => {
    const [, name, notes] = /^ {4}Exec .* name=(\w+).*?\)(.*)$/.exec(line) ?? [];
    if (name !== undefined) return `  ${name}${notes}`;
    return line.replace(/^([0-9a-f]{8}) (.*)$/, (_, id: string, subject: string) => {
      assert.match(git("log", "-1", "--format=%s", id), subject.slice(0, 3));
      return subject;
    });
  });
}

for (const backend of oneOf(BACKENDS)) {
  code(`--decorate-code lists the commits of HEAD with their runs (${backend})`, () => {
    const as = `[as ${short("topic")}, the same files]`;
    assert.equal(decorated([], backend), [
      "squashed",
      `  dirty [dirty] ${as}`,
      `  two ${as}`,
      "quiet",
      "begin",
      "  begin",
    ]);
    assert.equal(decorated(["main~2..topic"], backend), [
      "two\\x1b[31m",
      "  dirty [dirty]",
      "  two",
      "one",
      "  one",
    ]);
  });
}

code("--decorate-code with ranges, limits and filters", () => {
  assert.equal(decorated(["topic", "-n", "2"]), decorated(["main~2..topic"]));
  assert.equal(decorated(["topic", "-t", "env=prod"]), [
    "two\\x1b[31m",
    "  dirty [dirty]",
    "one",
    "  one",
    "begin",
  ]);
  assert.equal(decorated(["--commit", "main~2", "main~1"]), ["quiet", "begin", "  begin"]);
  assert.is(ok(dir, ["log", "--decorate-code", "main..main"]), 'No commits in "main..main".\n');
});

code("--decorate-code as JSON", () => {
  const found = jsonLines(ok(dir, ["log", "--decorate-code", "topic", "--format", "json"]));
  assert.equal(
    found.map(({ subject, executions }) => [subject, executions.map(nameOf).join(",")]),
    [
      ["two\u001b[31m", "dirty,two"],
      ["one", "one"],
      ["begin", "begin"],
    ],
  );
  const [{ _type, commit, tree, executions }] = found;
  assert.equal(
    [_type, commit, tree, executions[0].commit],
    ["Commit", git("rev-parse", "topic"), git("rev-parse", "topic^{tree}"), commit],
  );
});

code("of many runs of a commit the newest are listed, the others counted", async () => {
  const many = await sampleLog(
    Array.from({ length: 12 }, (_, at) => ({ argv: ["run", "w.ts", `n${at}`], echo: at })),
  );
  const lines = ok(many.dir, ["log", "--decorate-code"]).split("\n");
  const id = many.git("rev-parse", "HEAD").slice(0, 8);
  assert.is(lines[0], `${id} begin`);
  assert.match(lines[1]!, /^ {4}Exec .*: {2}run w\.ts n11 /);
  assert.match(lines[10]!, /^ {4}Exec .*: {2}run w\.ts n2 /);
  assert.is(lines[11], `    and 2 more: redun-git log --commit ${id}`);
  assert.is(logged(many.dir, ["--commit", id]).length, 12);
});

code.run();
