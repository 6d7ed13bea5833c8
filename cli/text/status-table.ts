import { columnWidths, padCells } from "./columns.ts";
import { localTime } from "./lines.ts";
import { oneLine } from "./terminal.ts";

const COLUMNS = ["PENDING", "RUNNING", "FAILED", "CACHED", "DONE"] as const;

/** Jobs of one task by status; `task` is null for those of all tasks. */
export interface StatusRow {
  readonly task: string | null;
  /** In the order of the columns. */
  readonly counts: readonly number[];
  readonly total: number;
}

/** How many jobs each task has by status, all of them first. */
export function statusRows(
  jobs: Iterable<{ readonly task: string; readonly status: string; readonly count: number }>,
): { readonly columns: readonly string[]; readonly rows: readonly StatusRow[] } {
  const counts = new Map<string, Map<string, number>>();
  const all = new Map<string, number>();
  for (const { task, status, count } of jobs) {
    const row = counts.get(task) ?? new Map<string, number>();
    counts.set(task, row);
    row.set(status, (row.get(status) ?? 0) + count);
    all.set(status, (all.get(status) ?? 0) + count);
  }
  // Not among redun's statuses, so it has a column only where it is needed.
  const columns = all.has("INTERRUPTED") ? ["INTERRUPTED", ...COLUMNS] : COLUMNS;
  const rowOf = (task: string | null, row: ReadonlyMap<string, number>): StatusRow => ({
    task,
    counts: columns.map((status) => row.get(status) ?? 0),
    total: [...row.values()].reduce((sum, count) => sum + count, 0),
  });
  return {
    columns,
    rows: [rowOf(null, all), ...[...counts].sort(byName).map(([task, row]) => rowOf(task, row))],
  };
}

/** redun's table of jobs by task and status. */
export function statusTable(
  jobs: Iterable<{ readonly task: string; readonly status: string; readonly count: number }>,
  now: Date | number,
): string[] {
  const { columns, rows } = statusRows(jobs);
  const cells = rows.map(({ task, counts, total }) => [
    task === null ? "ALL" : oneLine(task),
    ...[...counts, total].map(String),
  ]);
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
