import type { IndexedLog } from "../../src/index/indexed-log.ts";
import { readJob } from "../../src/index/read.ts";
import type { JobRow } from "../../src/index/rows.ts";
import type { Job } from "../../src/record/records.ts";
import { preview, previewArgs } from "../../src/value/preview.ts";
import { ErrorValue } from "../../src/value/value.ts";
import { duration, localTime, shortId, statusBox, tagText } from "../text/lines.ts";
import { oneLine, type painter } from "../text/terminal.ts";
import { indented } from "./doc.ts";
import { taskSection } from "./task.ts";

type Paint = ReturnType<typeof painter>;

/** `Job 9d095794 [ DONE ] 2026-11-22 09:43:43:  hello_world.greeter(greet='Hi') (team=qa)` */
export function jobLine(row: JobRow, paint: Paint, id = shortId(row.id)): string {
  const call = oneLine(`${row.task}(${row.args})`);
  const head = `${paint("bold", `Job ${id}`)} ${statusBox(row.status, paint)}`;
  return `${head} ${localTime(row.started)}:  ${call} ${tagText(row.tags, paint, row.conflicts)}`.trimEnd();
}

/** Everything about one job. */
export async function jobPage(log: IndexedLog, row: JobRow, paint: Paint): Promise<string> {
  const record = await readJob(log, row);
  const lines = [jobLine(row, paint, oneLine(row.id)), `Traceback: ${traceback(log, row)}`];
  if (row.ended !== null) lines.push(`Duration: ${duration(row.ended - row.started)}`);
  lines.push("", ...callSection(row, record, "  "));
  lines.push("", ...(await taskSection(log, row.taskHash, paint, "  ")));
  const stack = record.error instanceof ErrorValue ? record.error.stack : undefined;
  if (stack) lines.push("", "  Traceback:", ...indented(stack, "    "));
  return `${lines.join("\n")}\n`;
}

function callSection(row: JobRow, record: Job, indent: string): string[] {
  const lines = [`${indent}CallNode ${oneLine(record.call ?? "(none yet)")} ${oneLine(row.task)}`];
  lines.push(`${indent}  Args:   ${oneLine(previewArgs(record.args, 2000))}`);
  if ("result" in record) lines.push(`${indent}  Result: ${oneLine(preview(record.result, 2000))}`);
  if ("error" in record) lines.push(`${indent}  Raised: ${oneLine(preview(record.error, 2000))}`);
  return lines;
}

/** The way from the execution down to a job. */
function traceback(log: IndexedLog, row: JobRow): string {
  const path: string[] = [];
  let at: JobRow | undefined = row;
  for (let depth = 0; at && depth < 1000; depth++) {
    path.unshift(`Job ${shortId(at.id)} ${oneLine(at.task.split(".").at(-1) ?? "")}`);
    at = at.parent === null ? undefined : log.index.job(at.parent);
  }
  const exec = log.index.execution(row.execution);
  return [`Exec ${shortId(exec?.id ?? "?")}`, ...path].join(" > ");
}
