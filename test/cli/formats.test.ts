/** `--format json` of every command that has it prints JSON and nothing else, a line for each. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { COMMANDS } from "../../cli/commands.ts";
import { cli, ok, workflowRepository } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";

const WORKFLOW = 'import { task } from "redun-git";\nexport const main = task((x = 1) => x);\n';

const RUNS = "task,started\ntrain,2026-01-01T00:00:00Z\n";

/** One call of each, in the order in which they run; a few print no line, because there is nothing to show. */
const CALLS: Readonly<
  Record<string, readonly (readonly [words: readonly string[], lines: number])[]>
> = {
  run: [[["wf.mjs", "main"], 1]],
  rerun: [[["-"], 1]],
  log: [
    [[], 2],
    [["-"], 1],
    [["--all", "--count"], 5],
    [["--decorate-code"], 1],
  ],
  why: [[["-"], 1]],
  sql: [
    [[], 5],
    [["select 1"], 1],
  ],
  diff: [[["~1", "-"], 1]],
  table: [[["-", "~1"], 2]],
  "tag list": [
    [["-"], 1],
    [["env"], 1],
    [["--values", "env"], 1],
  ],
  "tag history": [[["-", "env"], 1]],
  "tag blame": [[["-"], 7]],
  "tag conflicts": [[[], 0]],
  merge: [[["main"], 1]],
  logs: [[[], 1]],
  push: [[[], 1]],
  fetch: [[[], 1]],
  pull: [[[], 1]],
  incoming: [[[], 0]],
  outgoing: [[[], 0]],
  remote: [[[], 1]],
  propose: [[["approve"], 1]],
  recover: [[[], 0]],
  import: [[["--from", "csv", "runs.csv"], 1]],
  scan: [[[], 0]],
  redact: [[["-", "--tag", "env"], 1]],
  archive: [[["--before", "2026-06-01"], 1]],
  prune: [[["-", "-m", "a trial"], 1]],
  verify: [[[], 1]],
  index: [
    [[], 1],
    [["rebuild"], 1],
    [["drop"], 1],
  ],
};

test("the table has every command with --format", () => {
  // A report is a page or its summary.
  const names = COMMANDS.filter(({ options }) =>
    options.some(({ flags, about }) => flags.startsWith("--format") && !about.startsWith("html")),
  ).map(({ name }) => name);
  assert.equal(names.sort(), Object.keys(CALLS).sort());
});

test("each prints lines of JSON", () => {
  const { dir, git } = workflowRepository({ "wf.mjs": WORKFLOW, "runs.csv": RUNS });
  git("remote", "add", "origin", temporaryRepository({ bare: true }).dir);
  for (const [name, calls] of Object.entries(CALLS)) {
    if (name === "diff") ok(dir, ["tag", "add", "-", "env=prod"]);
    // A proposal is made of edits that the remote lacks.
    if (name === "propose") ok(dir, ["tag", "add", "-", "later=1"]);
    for (const [words, count] of calls) {
      const command = [...name.split(" "), ...words, "--format", "json"];
      const { status, stdout, stderr } = cli(dir, command);
      assert.is(status, 0, `${command.join(" ")}: ${stderr}`);
      const lines = stdout.split("\n").slice(0, -1);
      for (const line of lines) assert.not.throws(() => JSON.parse(line), `${command}: ${line}`);
      assert.is(lines.length, count, `${command.join(" ")}:\n${stdout}`);
    }
  }
});

test.run();
