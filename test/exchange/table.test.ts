/** Runs from CSV and JSON lines: what columns become, and what is refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { csvRows } from "../../src/exchange/csv.ts";
import { cli, jsonLines, logged, ok } from "../support/cli.ts";
import { temporaryRepository } from "../support/repository.ts";

const CSV = `id,Date,status,lr,loss,model,note,user
run/1,2026-11-22 09:43:43.512,done,0.1,3.20,resnet,"two
lines, ""quoted""",ann
run/2,2026-11-23T09:43:43+01:00,FAILED,1,,vit,,bob
`;
const MAPS = ["--map", "started=Date", "--map", "arg.lr=lr", "--map", "task=model"];

const table = suite("import from tables");

table("columns become fields, arguments and tags; a run comes once", () => {
  const { dir, git } = temporaryRepository();
  writeFileSync(join(dir, "runs.csv"), CSV);
  const words = ["import", "--from", "csv", "runs.csv", ...MAPS];
  assert.is(
    ok(dir, words),
    "Imported 2 executions with 2 jobs, and 0 tag edits, into redun/main\n",
  );
  const tip = git("rev-parse", "redun/main");
  assert.is(ok(dir, words), "Nothing to import: redun/main has all 2 executions.\n");
  assert.is(git("rev-parse", "redun/main"), tip);
  writeFileSync(join(dir, "other.csv"), CSV.replace(",0.1,", ",0.2,"));
  const other = cli(dir, ["import", "--from", "csv", "other.csv", ...MAPS]);
  assert.match(
    other.stderr,
    "run/1 is in the log with another call of job run/1/job: lr=0.1, and not lr=0.2",
  );
  assert.equal(
    logged(dir).map(({ id, start_time: started, status, task, user }) => [
      id,
      started,
      status,
      task,
      user,
    ]),
    [
      ["run/2", "2026-11-23T08:43:43.000Z", "FAILED", "vit", "bob"],
      ["run/1", "2026-11-22T09:43:43.512Z", "DONE", "resnet", "ann"],
    ],
  );
  assert.equal(
    logged(dir, ["-t", "loss>3", "-t", "imported_from=csv"]).map(({ id }) => id),
    ["run/1"],
  );
  assert.match(ok(dir, ["log", "run/1"]), "resnet(lr=0.1)");
  // A table has no command lines.
  assert.match(ok(dir, ["log"]), /Exec run\/2 +\[FAILED\] [-0-9]+ [:0-9]+: {2}vit \(/);
  const [page] = jsonLines(ok(dir, ["log", "run/1", "--format", "json"]));
  const note = page.tags.find(({ key }: { key: string }) => key === "note");
  writeFileSync(join(dir, "more.csv"), CSV.replaceAll("\n", ",more\n").replace("two,more", "two"));
  const more = ok(dir, ["import", "--from", "csv", "more.csv", ...MAPS]);
  assert.match(
    more,
    /0 executions with 0 jobs, and 2 tag edits, .*; 2 executions were there already/,
  );
  assert.is(note.value, 'two\nlines, "quoted"');
});

table("ids that look like numbers stay texts", () => {
  const { dir } = temporaryRepository();
  const cells = {
    id: ["12e45678", "1e234567", "00123456"],
    task: ["1.10", "1e3", "007"],
    commit: ["12345e67", "98e76543", "0123456"],
    day: ["2026_11_30", "20261130", "1_000"],
    lr: ["1e-05", "1e3", "-2.50E+01"],
    loss: ["inf", "12.5e3", " .5"],
  };
  const rows = [0, 1, 2].map((at) => Object.values(cells).map((column) => column[at]));
  const lines = rows.map((row, at) => `2026-11-0${at + 1},${row.join(",")}\n`);
  writeFileSync(join(dir, "runs.csv"), `started,${Object.keys(cells)}\n${lines.join("")}`);
  ok(dir, ["import", "--from", "csv", "runs.csv"]);
  const read = jsonLines(ok(dir, ["log", "--format", "json"])).reverse();
  assert.equal(
    read.map(({ id, task }) => [id, task]),
    rows.map(([id, task]) => [id, task]),
  );
  const tags = read.map((run) =>
    run.tags
      .filter(({ key }: { key: string }) => key in cells)
      .map(({ key, value }: { key: string; value: unknown }) => [key, value]),
  );
  assert.equal(tags, [
    [
      ["commit", "12345e67"],
      ["day", "2026_11_30"],
      ["loss", "Infinity"],
      ["lr", 0.00001],
    ],
    [
      ["commit", "98e76543"],
      ["day", 20261130],
      ["loss", 12500],
      ["lr", 1000],
    ],
    [
      ["commit", "0123456"],
      ["day", "1_000"],
      ["loss", 0.5],
      ["lr", -25],
    ],
  ]);
});

table("JSON lines keep structures and numbers, and lines without an id one of their own", () => {
  const { dir } = temporaryRepository();
  const lines = [
    '{"started": "2026-11-22", "task": "ns.fit", "args": {"x": [1, 1.0], "m": {"b": 1, "a": 2}}, "result": {"loss": 3.0}, "tags": {"cfg": {"a": 1.0}}}',
    '{"started": "2026-11-23", "task": "ns.fit"}',
  ];
  writeFileSync(join(dir, "runs.jsonl"), lines.join("\n"));
  ok(dir, ["import", "--from", "jsonl", "runs.jsonl"]);
  const [, first] = logged(dir);
  assert.match(first!.id, /^jsonl-[0-9a-f]{16}$/);
  assert.match(ok(dir, ["log", first!.id]), "ns.fit(x=[1, 1.0], m={a: 2, b: 1})");
  const again = ok(dir, ["import", "--from", "jsonl", "runs.jsonl"]);
  assert.match(again, "Nothing to import");
  assert.match(ok(dir, ["log"]), 'cfg={"a": 1.0}');
  ok(dir, ["verify"]);
});

table("what is not a run is refused by its line, and nothing is imported", () => {
  const { dir, git } = temporaryRepository();
  const cases: readonly (readonly [form: string, text: string, error: RegExp])[] = [
    ["csv", "id,started\na,2026-11-22\na,2026-11-23\n", /Line 3: its id, a, is that of line 2/],
    ["csv", "id\na\n", /Line 2: it does not say when the run `started`/],
    ["csv", "id,started\na,22.11.2026\n", /Line 2: `started` is "22.11.2026"/],
    ["csv", "id,started\na,2026-11-22,x\n", /Line 2: it has 3 cells, and there are 2 columns/],
    ["csv", 'id,started\n"a,2026-11-22\n', /Line 2: a quote is not closed/],
    ["csv", "a,a\n1,2\n", /two columns are called "a"/],
    ["csv", "id,started,status\na,2026-11-22,maybe\n", /its status is "maybe"/],
    ["jsonl", '{"started": "2026-11-22"}\n{"sta', /Line 2: it is not JSON/],
    ["jsonl", "[1]", /Line 1: it is not a JSON object/],
    ["jsonl", '{"started": "2026-11-22", "args": 1}', /`args` is not an object/],
    ["jsonl", "", /The file has no runs/],
    [
      "jsonl",
      `{"started": "2026-11-22", "id": "${"a".repeat(40)}"}`,
      /is an id of redun-git's own/,
    ],
  ];
  for (const [form, text, error] of cases) {
    writeFileSync(join(dir, "bad"), text);
    const { status, stderr } = cli(dir, ["import", "--from", form, "bad"]);
    assert.match(stderr, error);
    assert.is(status, 1);
  }
  assert.is(git("for-each-ref"), "");
  assert.is(cli(dir, ["import", "--from", "csv", "--map", "when=Date", "bad"]).status, 2);
  assert.is(cli(dir, ["import", "--from", "redun", "--map", "id=x", "bad"]).status, 2);
});

table("CSV is read as RFC 4180 has it", () => {
  const rows = (text: string) => csvRows(text).map(({ line, cells }) => [line, ...cells]);
  assert.equal(rows('\ufeffa,b\r\n"1\n2",\r\n\n,x'), [
    [1, "a", "b"],
    [2, "1\n2", ""],
    [5, "", "x"],
  ]);
  assert.equal(rows(""), []);
  assert.throws(() => csvRows('a"b'), /Line 1/);
  assert.throws(() => csvRows('"a"b'), /Line 1/);
});

table.run();
