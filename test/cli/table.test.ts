/** Many executions beside each other. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { tableCsv, tableMarkdown, tableText } from "../../cli/pages/table.ts";
import { RedunError } from "../../src/errors.ts";
import { openLog } from "../../src/open-log.ts";
import type { TableView } from "../../src/views/table.ts";
import { cli, jsonLines, logged, ok, record, workflowRepository } from "../support/cli.ts";
import { prepared } from "../support/repository.ts";

const SWEEP = `
import { applyTags, task } from "redun-git";
export const namespace = "sweep";
export const train = task((rate, options = { depth: 2, name: "a" }) => {
  return applyTags("done", { jobTags: { loss: 0.5 / rate } });
});
`;

const sweep = prepared(() => {
  const repository = workflowRepository({ "wf.mjs": SWEEP });
  for (const [rate, model, depth] of [
    ["1", "big", "2"],
    ["4", "small", "2"],
    ["2", "big", "3"],
  ] as const) {
    const options = JSON.stringify({ depth: Number(depth), name: "a" });
    record(repository.dir, [
      "-t",
      `model=${model}`,
      "wf.mjs",
      "train",
      "--rate",
      rate,
      "--options",
      options,
    ]);
  }
  return repository;
});

const table = suite("table");

/** The rows of a table of text, split at blanks. */
function rows(text: string): string[][] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
}

table(
  "has a row for each execution, the newest first, and a column for each tag and argument",
  () => {
    const { dir } = sweep();
    const [head, ...lines] = rows(ok(dir, ["table"]));
    assert.equal(head!.slice(4), ["options.depth", "options.name", "rate", "loss", "model"]);
    assert.equal(
      lines.map((line) => line.slice(4)),
      [
        ["3", "a", "2", "0.25", "big"],
        ["2", "a", "4", "0.125", "small"],
        ["2", "a", "1", "0.5", "big"],
      ],
    );
  },
);

table("sorts by columns, shows what differs, marks the best", () => {
  const { dir } = sweep();
  const text = ok(dir, ["table", "--by", "model", "--by", "loss", "--diff-only", "--min", "loss"]);
  const [head, ...lines] = rows(text);
  assert.equal(head!.slice(4), ["model", "loss", "options.depth", "rate"]);
  assert.equal(
    lines.map((line) => line.slice(4)),
    [
      ["big", "0.25", "3", "2"],
      ["big", "0.5", "2", "1"],
      ["small", "0.125*", "2", "4"],
    ],
  );
});

table("takes executions by id, and the filters of log", () => {
  const { dir } = sweep();
  const ids = logged(dir).map(({ id }) => id);
  const some = jsonLines(ok(dir, ["table", ids[2], "-", "--format", "json"]));
  assert.equal(
    some.map(({ id }) => id),
    [ids[2], ids[0]],
  );
  const big = jsonLines(ok(dir, ["table", "-t", "model=big", "--max", "loss", "--format", "json"]));
  assert.equal(
    big.map(({ columns, arguments: args, best }) => [columns.loss, args.rate, best]),
    [
      [0.25, 2, []],
      [0.5, 1, ["loss"]],
    ],
  );
});

table("every format is one of the command line", () => {
  const { dir } = sweep();
  assert.is(ok(dir, ["table", "--format", "csv"]).split("\r\n").length, 5);
  assert.is(ok(dir, ["table", "--format", "md", "-n", "2"]).split("\n").length, 5);
  assert.is(ok(dir, ["table", "--format", "text"]), ok(dir, ["table"]));
  assert.is(jsonLines(ok(dir, ["table", "--format", "json"])).length, 3);
  for (const format of ["yaml", "constructor"]) {
    const { status, stderr } = cli(dir, ["table", "--format", format]);
    assert.is(status, 2);
    assert.match(stderr, `There is no format "${format}". [USAGE]`);
  }
});

table("is a view of the library as well", async () => {
  const { dir } = sweep();
  const log = await openLog({ cwd: dir });
  try {
    const { columns, rows } = await log.views.table({ by: ["loss"], min: ["loss"], limit: 2 });
    assert.equal(columns[0], { name: "loss", kind: "tag" });
    assert.equal(
      rows.map(({ cells, best }) => [cells[0], best]),
      [
        [[0.125], [0]],
        [[0.25], []],
      ],
    );
    const found = await log.views.table({ ids: ["~1", "-"], diffOnly: true });
    assert.equal(
      found.rows.map(({ execution }) => execution.id),
      [(await log.get("~1")).id, (await log.get("-")).id],
    );
    assert.is((await log.views.table({ where: "model=small" })).rows.length, 1);
    const [job] = await log.jobs({ limit: 1 });
    const error = await log.views.table({ ids: [job!.id] }).catch((thrown) => thrown);
    assert.ok(error instanceof RedunError && error.is("WRONG_TYPE"));
    assert.equal(error.data, { id: job!.id, type: "Job" });
  } finally {
    await log.close();
  }
});

table("csv and markdown keep what is special to them", () => {
  const view: TableView = {
    columns: [{ name: "a|b", kind: "tag" }],
    rows: [
      {
        execution: {
          type: "Execution",
          id: "0123456789".repeat(4),
          status: "DONE",
          started: new Date("2026-11-30T12:00:00Z"),
          ended: new Date("2026-11-30T12:00:01.500Z"),
          reason: null,
          task: "t",
          argv: [],
          user: "ada",
          commit: null,
          tags: [],
          conflicts: [],
        },
        cells: [['say "hi",\n<b>', 2n]],
        best: [],
      },
    ],
  };
  assert.is(
    tableCsv(view),
    `id,started,status,seconds,a|b\r\n${"0123456789".repeat(4)},2026-11-30T12:00:00.000Z,DONE,1.5,"say ""hi"",\n<b>|2"\r\n`,
  );
  const markdown = tableMarkdown(view).split("\n");
  assert.is(markdown.length, 4);
  assert.ok(markdown[0]!.endsWith("| a\\|b |"));
  assert.ok(markdown[2]!.includes("\\<b\\>"), markdown[2]);
  assert.not(tableText(view, (_, text) => text).includes("\n<b>"));
});

table("says with dots that a cell is cut", () => {
  const { dir } = workflowRepository({ "wf.mjs": SWEEP });
  record(dir, ["-t", `note=${"abcdefghij".repeat(4)}`, "wf.mjs", "train", "--rate", "1"]);
  assert.match(ok(dir, ["table"]), / abcdefghijabcdefghijabcdefg\.\.\.$/m);
});

table("says what it does not know", () => {
  const { dir } = sweep();
  const column = cli(dir, ["table", "--min", "lost"]);
  assert.is(column.status, 2);
  assert.match(column.stderr, /No column is called "lost"[\s\S]*There are: .*loss/);
  assert.is(cli(dir, ["table", "--format", "xml"]).status, 2);
  assert.is(ok(dir, ["table", "-t", "none"]), "No executions to compare.\n");
});

table.run();
