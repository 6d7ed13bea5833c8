import { test } from "uvu";
import * as assert from "uvu/assert";
import { columnWidths, padCells } from "../../cli/text/columns.ts";
import { statusTable } from "../../cli/text/status-table.ts";

test("columns are as wide as their widest cell; numbers stand to the right", () => {
  const rows = [
    ["TASK", "DONE"],
    ["main", "12345"],
  ];
  const widths = columnWidths(rows);
  assert.equal(widths, [4, 5]);
  assert.equal(columnWidths(rows, 5), [5, 5]);
  assert.equal(columnWidths([]), []);
  assert.equal(
    padCells(["a", "1"], widths, (at) => at === 1),
    ["a   ", "    1"],
  );
});

test("a table of jobs stays in its columns with ten million of them", () => {
  const [, ...lines] = statusTable([{ task: "a", status: "DONE", count: 12_345_678 }], 0);
  assert.equal(lines, [
    "| TASK PENDING RUNNING  FAILED  CACHED     DONE    TOTAL",
    "|",
    "| ALL        0       0       0       0 12345678 12345678",
    "| a          0       0       0       0 12345678 12345678",
  ]);
});

test.run();
