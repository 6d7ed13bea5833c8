/** Runs from OpenLineage's events, which its own client wrote (openlineage/make.sh), or we did. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cli, logged, ok, record, workflowRepository } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";

const EVENTS = readFileSync(
  fileURLToPath(new URL("openlineage/events.jsonl", import.meta.url)),
  "utf8",
);

function imported(text = EVENTS) {
  const made = temporaryRepository();
  writeFileSync(join(made.dir, "events.jsonl"), text);
  const words = ["import", "--from", "openlineage", "events.jsonl"];
  return { ...made, words, told: ok(made.dir, words) };
}

const lineage = suite("import from OpenLineage");

lineage("runs below a run are its jobs, whatever the order of the events", () => {
  const lines = EVENTS.trimEnd().split("\n");
  const ids = [lines, lines.toReversed()].map((order) => {
    const { dir, git, told, words } = imported(order.join("\n"));
    assert.is(told, "Imported 3 executions with 5 jobs, and 0 tag edits, into redun/main\n");
    const tip = git("rev-parse", "redun/main");
    assert.is(ok(dir, words), "Nothing to import: redun/main has all 3 executions.\n");
    assert.is(git("rev-parse", "redun/main"), tip);
    assert.equal(
      logged(dir).map(({ task, status, start_time: started }) => [task, status, started]),
      [
        ["stream", "RUNNING", "2026-11-22T09:43:53.512Z"],
        ["report", "FAILED", "2026-11-22T09:43:51.512Z"],
        ["dag", "DONE", "2026-11-22T09:43:44.512Z"],
      ],
    );
    assert.equal(
      logged(dir, ["-t", "env=prod", "-t", "n>2", "-t", "project=etl"]).map(({ task }) => task),
      ["dag"],
    );
    const page = ok(dir, ["log", "~2"]);
    assert.match(
      page,
      /dag\(\)\n {2}Job .*dag\.load\(inputs=\[\{name: 'raw\.csv'.*\n {2}Job .*dag\.clean\(/,
    );
    assert.match(ok(dir, ["log", "~1"]), "boom");
    const tree = git("show", `redun/main:${ok(dir, ["path", "~2"]).trim()}/execution.yaml`);
    assert.match(tree, "origin: https://example.com/etl.git\n");
    assert.match(tree, "commit: b3faf931667ffd18f797334eb1feef9b464ea600\n");
    ok(dir, ["verify"]);
    return git("rev-parse", "redun/main^{tree}");
  });
  assert.is(ids[0], ids[1]);
});

lineage("a run that went on ends with the next import", () => {
  const lines = EVENTS.trimEnd().split("\n");
  const { dir, words } = imported(lines.slice(0, 4).join("\n"));
  assert.is(logged(dir)[0]?.status, "RUNNING");
  writeFileSync(join(dir, "events.jsonl"), EVENTS);
  assert.match(ok(dir, words), "Imported 3 executions");
  assert.equal(
    logged(dir).map(({ status }) => status),
    ["RUNNING", "FAILED", "DONE"],
  );
});

lineage("what we export comes in again, with the same tree of jobs", () => {
  const { dir } = workflowRepository({
    "w.mjs": `import { task } from "redun-git";
export const half = task(function half(n) { return n / 2; });
export const main = task(function main() { return half(half(8)); });
`,
  });
  record(dir, ["-t", "env=dev", "w.mjs", "main"]);
  writeFileSync(join(dir, "events.jsonl"), ok(dir, ["export", "--to", "openlineage"]));
  const words = ["import", "--log", "other", "--from", "openlineage", "events.jsonl"];
  assert.match(ok(dir, words), "Imported 1 execution with 4 jobs,");
  const page = ok(dir, ["log", "--log", "other", "-"]);
  assert.match(page, /env=dev/);
  assert.match(page, /main\(\)\n {2}Job .* main\(\)\n {4}Job .* half\(\)\n {4}Job .* half\(\)/);
});

lineage("what is no run event is refused by its line, and nothing is imported", () => {
  const { dir, git } = temporaryRepository();
  const [first] = EVENTS.split("\n");
  const event = JSON.parse(first!);
  const change = (fields: object) => JSON.stringify({ ...event, ...fields });
  const cases: readonly (readonly [string, RegExp])[] = [
    [`${first}\n{"eventTime`, /Line 2: it is not JSON/],
    ["[1]", /Line 1: it is not a JSON object/],
    [change({ eventTime: "yesterday" }), /Line 1: its eventTime is not a time/],
    [change({ run: 7 }), /Line 1: it names no run or no job/],
    [
      `${change({ eventType: "FAIL" })}\n${change({ eventType: "COMPLETE" })}`,
      /Line 2: run \S+ ended twice/,
    ],
    [change({ run: { runId: "a".repeat(40) } }), /is an id of redun-git's own/],
    ["", /The file has no run events/],
  ];
  for (const [text, error] of cases) {
    writeFileSync(join(dir, "bad.jsonl"), text);
    const { status, stderr } = cli(dir, ["import", "--from", "openlineage", "bad.jsonl"]);
    assert.match(stderr, error);
    assert.is(status, 1);
  }
  assert.is(git("for-each-ref"), "");
  // Of hostile shapes nothing is taken that is not there.
  const odd = change({
    inputs: [null, 3, { name: 4 }],
    run: { runId: "r", facets: { tags: { tags: [null] }, parent: 1 } },
  });
  writeFileSync(join(dir, "odd.jsonl"), odd);
  assert.match(ok(dir, ["import", "--from", "openlineage", "odd.jsonl"]), "Imported 1 execution");
});

lineage.run();
