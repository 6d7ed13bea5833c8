import { columnWidths, padCells } from "./columns.ts";
import { localTime } from "./lines.ts";
import { oneLine } from "./terminal.ts";

const COLUMNS = ["PENDING", "RUNNING", "FAILED", "CACHED", "DONE"] as const;

/** redun's table of jobs by task and status. */
export function statusTable(
  jobs: Iterable<{ readonly task: string; readonly status: string; readonly count: number }>,
  now: Date | number,
): string[] {
  const counts = new Map<string, Map<string, number>>();
  const all = new Map<string, number>();
  for (const { task, status, count } of jobs) {
    const row = counts.get(task) ?? new Map<string, number>();
    counts.set(task, row);
    row.set(status, (row.get(status) ?? 0) + count);
    all.set(status, (all.get(status) ?? 0) + count);
  }
  const rows: [string, Map<string, number>][] = [["ALL", all], ...[...counts].sort(byName)];
  // Not among redun's statuses, so it has a column only where it is needed.
  const columns = all.has("INTERRUPTED") ? ["INTERRUPTED", ...COLUMNS] : COLUMNS;
  const cells = rows.map(([task, row]) => {
    const total = [...row.values()].reduce((sum, count) => sum + count, 0);
    return [
      oneLine(task),
      ...[...columns.map((status) => row.get(status) ?? 0), total].map(String),
    ];
  });
  const table = [["TASK", ...columns, "TOTAL"], ...cells];
  const widths = columnWidths(table).map((width, at) => (at === 0 ? width : Math.max(width, 7)));
  const [titles, ...lines] = table.map(
    (row) => `| ${padCells(row, widths, (at) => at > 0).join(" ")}`,
  );
  return [`| JOB STATUS ${localTime(now).replaceAll("-", "/")}`, titles!, "|", ...lines];
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
