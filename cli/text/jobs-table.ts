import type { JobComparison, JobSum } from "../../src/compare/jobs.ts";
import { SHOWN_JOB_STATUSES } from "../../src/record/records.ts";
import { columnWidths, padCells } from "./columns.ts";
import { duration } from "./lines.ts";
import { oneLine, type Paint } from "./terminal.ts";

/** Jobs by task and status, and how long they took, of two executions side by side. */
export function jobsTable(
  { all, tasks }: JobComparison,
  [before, after]: readonly [string, string],
  paint: Paint,
): string[] {
  const statuses = SHOWN_JOB_STATUSES.filter(
    (status) => all.before.counts.has(status) || all.after.counts.has(status),
  );
  const cellsOf = ({ counts, total, milliseconds }: JobSum) => [
    ...statuses.map((status) => String(counts.get(status) ?? 0)),
    String(total),
    total === 0 ? "-" : duration(milliseconds),
  ];
  const rows = [{ task: "ALL", ...all }, ...tasks].map(({ task, before, after }) => ({
    task: oneLine(task),
    before: cellsOf(before),
    after: cellsOf(after),
  }));
  const titles = [...statuses, "TOTAL", "TIME"];
  const nameWidth = Math.max(4, ...rows.map(({ task }) => task.length));
  const widths = columnWidths([titles, ...rows.flatMap(({ before, after }) => [before, after])], 7);
  const half = (cells: readonly string[]) => padCells(cells, widths, () => true).join(" ");
  const line = (name: string, left: string, right: string) =>
    `| ${name.padEnd(nameWidth)} ${left}  | ${right}`.trimEnd();
  const halfWidth = half(titles).length;
  return [
    line("JOBS", before.padStart(halfWidth), after.padStart(halfWidth)),
    line("TASK", half(titles), half(titles)),
    ...rows.map((row) => {
      const text = line(row.task, half(row.before), half(row.after));
      // Times differ always; counts are what catches the eye.
      const counts = (cells: readonly string[]) => cells.slice(0, -1).join();
      return counts(row.before) === counts(row.after) ? text : paint("bold", text);
    }),
  ];
}
