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
  const width = Math.max(...rows.map(([task]) => oneLine(task).length), "TASK".length);
  const cell = (text: string | number) => String(text).padStart(7);
  const line = (task: string, cells: (string | number)[]) =>
    `| ${oneLine(task).padEnd(width)} ${cells.map(cell).join(" ")}`;
  // Not among redun's statuses, so it has a column only where it is needed.
  const columns = all.has("INTERRUPTED") ? ["INTERRUPTED", ...COLUMNS] : COLUMNS;
  return [
    `| JOB STATUS ${localTime(now).replaceAll("-", "/")}`,
    line("TASK", [...columns, "TOTAL"]),
    "|",
    ...rows.map(([task, row]) => {
      const total = [...row.values()].reduce((sum, count) => sum + count, 0);
      return line(task, [...columns.map((status) => cellOf(row.get(status) ?? 0, status)), total]);
    }),
  ];
}

/** A count, as wide as the title of its column. */
function cellOf(count: number, title: string): string {
  return String(count).padStart(title.length);
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
