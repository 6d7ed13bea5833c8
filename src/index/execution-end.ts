/**
 * Of two outcomes of one execution, which counts: docs/format.md, section 10. The index asks in SQL; of
 * records that no index has taken in, we ask here.
 */
import { EXECUTION_STATUSES } from "../record/records.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { filesText } from "./outcome-files.ts";
import type { ExecutionRow } from "./rows.ts";

/** How an execution ended; RUNNING, and null, while it goes on. */
export type ExecutionEnd = Pick<ExecutionRow, "status" | "ended" | "reason" | "files">;

/** The first of these in which two ends differ decides: the greater one counts. */
const ORDER: readonly {
  /** Of a row `$` of `execution`; both rows began at the same time. */
  readonly sql: string;
  readonly of: (end: ExecutionEnd) => number | string;
}[] = [
  { sql: "$.duration IS NOT NULL", of: ({ ended }) => Number(ended !== null) },
  {
    sql: `$.status <> ${EXECUTION_STATUSES.indexOf("INTERRUPTED")}`,
    of: ({ status }) => Number(status !== "INTERRUPTED"),
  },
  { sql: "ifnull($.duration, 0)", of: ({ ended }) => ended ?? 0 },
  { sql: "$.status", of: ({ status }) => EXECUTION_STATUSES.indexOf(status) },
  { sql: "ifnull($.reason, '')", of: ({ reason }) => reason ?? "" },
  { sql: "ifnull($.files, '')", of: ({ files }) => filesText(files) },
];

/** SQL that says whether the end in one row of `execution` counts more than that in another. */
export function isStrongerSql(row: string, other: string): string {
  const columns = (name: string) => ORDER.map(({ sql }) => sql.replaceAll("$", name)).join(", ");
  return `(${columns(row)}) > (${columns(other)})`;
}

/** The one that counts. */
export function strongerEnd<End extends ExecutionEnd>(a: End, b: End): End {
  for (const { of } of ORDER) {
    const difference = compare(of(a), of(b));
    if (difference !== 0) return difference > 0 ? a : b;
  }
  return a;
}

function compare(a: number | string, b: number | string): number {
  return typeof a === "string" ? compareCodePoints(a, b as string) : a - (b as number);
}
