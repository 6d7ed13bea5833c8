/** Which of two outcomes counts, asked in SQL and in JavaScript: every pair of a table. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openDatabase } from "../../src/index/database.ts";
import { type ExecutionEnd, strongerEnd } from "../../src/index/execution-end.ts";
import { filesText } from "../../src/index/outcome-files.ts";
import { RunRows } from "../../src/index/run-rows.ts";
import { TABLES } from "../../src/index/schema.ts";
import { EXECUTION_STATUSES } from "../../src/record/records.ts";

const STARTED = 1_000;
const end = (
  status: ExecutionEnd["status"],
  ended: number | null,
  reason: string | null = null,
  ...paths: string[]
): ExecutionEnd => {
  const files = paths.map((path) => ({ path, blob: "b".repeat(40) }));
  return { status, ended, reason, files };
};

/** From the one that counts least to the one that beats all others, as docs/format.md has it. */
const ENDS: readonly ExecutionEnd[] = [
  end("RUNNING", null),
  end("INTERRUPTED", 2_000),
  end("INTERRUPTED", 2_000, "SIGINT"),
  end("INTERRUPTED", 9_000),
  end("DONE", 500),
  end("DONE", 2_000),
  end("DONE", 2_000, null, "a.ts"),
  end("DONE", 2_000, null, "b.ts"),
  end("DONE", 2_000, "a"),
  // Not in the order of UTF-16.
  end("DONE", 2_000, "\uffff"),
  end("DONE", 2_000, "\u{1f600}"),
  end("FAILED", 2_000),
  end("DONE", 2_001),
];

/** The end that the index keeps of those that come one after the other. */
function kept(ends: readonly ExecutionEnd[]): ExecutionEnd {
  const database = openDatabase(":memory:");
  try {
    database.exec(TABLES);
    const rows = new RunRows(database, 1);
    for (const { status, ended, reason, files } of ends) {
      const duration = ended === null ? null : ended - STARTED;
      const code = EXECUTION_STATUSES.indexOf(status);
      const text = files.length > 0 ? filesText(files) : null;
      rows.execution.add([
        ...[1, "id", STARTED, code, duration],
        ...[null, null, null, null, null, null, reason, text],
      ]);
    }
    const row = database.prepare("SELECT status, duration, reason, files FROM execution").get()!;
    return ENDS.find(({ status, ended, reason, files }) => {
      const isSameEnd = row.duration === (ended === null ? null : ended - STARTED);
      const isSameText = (row.files ?? "") === filesText(files) && row.reason === reason;
      return isSameEnd && isSameText && row.status === EXECUTION_STATUSES.indexOf(status);
    })!;
  } finally {
    database.close();
  }
}

test("of two ends, SQL and JavaScript let the same one count, in either order", () => {
  for (const [at, weaker] of ENDS.entries()) {
    for (const stronger of ENDS.slice(at)) {
      for (const [first, second] of [
        [weaker, stronger],
        [stronger, weaker],
      ] as const) {
        const pair = JSON.stringify([first, second]);
        assert.is(strongerEnd(first, second), stronger, `JavaScript: ${pair}`);
        assert.is(kept([first, second]), stronger, `SQL: ${pair}`);
      }
    }
  }
});

test.run();
