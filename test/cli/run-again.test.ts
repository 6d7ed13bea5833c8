/** `run --rerun`: a recorded call, made again by the code as it is here. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  cli,
  jsonLines,
  logged,
  ok,
  runInThread,
  tagTexts,
  workflowRepository,
} from "../support/cli.ts";
import { jobOf, recorded } from "../support/recorded.ts";

const WORKFLOW = `
import { File, task } from "redun-git";
export const namespace = "w";
const shown = (value) => value instanceof Date ? value.toISOString() : value instanceof Map ? [...value] : value;
export const part = task((text, when, big, list, map, ...rest) =>
  JSON.stringify([text, shown(when), String(big), list, shown(map), rest, typeof list[0]]));
export const size = task({ name: "size" }, (file) => file.path);
const hidden = task({ name: "hidden", record: { args: "hash" } }, (secret) => secret.length);
const odd = task({ name: "odd" }, (value) => typeof value);
export const bare = task((n, factor = 2) => n * factor);
export const main = task(async (n = 1) => {
  await hidden("x".repeat(n));
  await odd(() => 1);
  await size(new File("data.txt"));
  return await part("a\\nb", new Date(0), 2n ** 70n, [1, 2.5], new Map([["k", 1]]), "r1", "r2");
});
`;
const FILES = { "w.mjs": WORKFLOW, "data.txt": "data\n" };
const again = suite("run --rerun");

const { dir } = workflowRepository(FILES);
const printed = ok(dir, ["run", "-q", "w.mjs", "main", "--n", "3"]);
const [execution] = logged(dir);
const log = recorded(dir);
const id = (task: string) => jobOf(log, task).id;

again("a job's task, with all of its arguments as they were", () => {
  const { stdout, stderr, status } = cli(dir, ["run", "-q", "--rerun", id("w.part")]);
  assert.is(status, 0, stderr);
  assert.is(stderr, "");
  assert.is(stdout, printed);
  assert.match(
    stdout,
    '["a\\nb","1970-01-01T00:00:00.000Z","1180591620717411303424",[1,2.5],[["k",1]],["r1","r2"],"number"]',
  );
  const [latest] = logged(dir);
  assert.ok(tagTexts(latest).includes(`rerun_of="${id("w.part")}"`));
  assert.equal(latest.args, ["run", "-q", "--rerun", id("w.part"), "w.mjs"]);
  // A task that the script does not export, with a file.
  assert.is(ok(dir, ["run", "-q", "--rerun", id("w.size").slice(0, 12)]), "data.txt\n");
});

again("an execution, from a folder below and with the options of a run", () => {
  mkdirSync(join(dir, "sub"), { recursive: true });
  const words = ["run", "--progress", "json", "-t", "env=dev", "--rerun", execution.id];
  const { stdout, stderr } = cli(join(dir, "sub"), words);
  assert.is(stdout, printed);
  assert.equal(jsonLines(stderr)[1].call, "w.main(n=3)");
  const [latest] = logged(dir);
  assert.ok(tagTexts(latest).includes('env="dev"'));
  assert.equal(latest.args, [...words, "w.mjs"]);
  // A relative word is recorded as what it meant, so that it means that again.
  assert.is(ok(dir, ["run", "-q", "--rerun", "-"]), printed);
  assert.equal(logged(dir)[0].args, ["run", "-q", "--rerun", latest.id, "w.mjs"]);
});

again("says which tasks have changed, and takes arguments by their names", () => {
  const own = workflowRepository(FILES);
  ok(own.dir, ["run", "-q", "w.mjs", "bare", "--n", "7"]);
  writeFileSync(
    join(own.dir, "w.mjs"),
    WORKFLOW.replace("(n, factor = 2) => n * factor", "(factor, n) => n * factor + 1"),
  );
  const { stdout, stderr } = cli(own.dir, ["run", "-q", "--rerun", "-"]);
  assert.is(stdout, "15\n");
  assert.match(
    stderr,
    /^\[redun\] Warning: the code is not that of [0-9a-f]{8}: w\.bare changed since\n$/,
  );
  writeFileSync(join(own.dir, "w.mjs"), WORKFLOW.replace("(n, factor = 2)", "(m, factor = 2)"));
  const gone = cli(own.dir, ["run", "-q", "--rerun", "-"]);
  assert.is(gone.status, 1);
  assert.match(gone.stderr, "w.bare was called with n, which it no longer takes. [NOT_RERUNNABLE]");
});

again("what cannot be called again, and why", () => {
  const program = workflowRepository(FILES);
  ok(program.dir, ["exec", "--", "true"]);
  for (const [where, words, status, about] of [
    [dir, ["--rerun", id("w.hidden")], 1, "only its hash was recorded. [NOT_RERUNNABLE]"],
    [dir, ["--rerun", id("w.odd")], 1, "it was none that can be written down. [NOT_RERUNNABLE]"],
    [
      dir,
      ["--rerun", jobOf(log, "w.part").taskHash],
      1,
      "is a Task, not an Execution or Job. [WRONG_TYPE]",
    ],
    [dir, ["--rerun", "nothing"], 1, "[UNKNOWN_ID]"],
    [dir, ["--rerun", execution.id, "w.mjs", "main"], 2, 'what is "main"?'],
    [dir, ["w.mjs", "main", "--rerun", execution.id], 2, 'what is "main"?'],
    [dir, [], 2, "`run` needs a script and a task, or --rerun and an id"],
    [program.dir, ["--rerun", "-"], 1, "was not recorded by `run`"],
  ] as const) {
    const result = runInThread(where, ["-q", ...words]);
    assert.is(result.status, status, result.stderr);
    assert.match(result.stderr, about);
  }
  const job = cli(dir, ["rerun", id("w.part")]);
  assert.match(
    job.stderr,
    `\`redun-git run --rerun ${id("w.part").slice(0, 8)}\` calls its task again`,
  );
});

again.run();
