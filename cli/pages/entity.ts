import type { Found } from "../../src/index/find.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import { readJob, readValue } from "../../src/index/read.ts";
import type { JobRow } from "../../src/index/rows.ts";
import { plain } from "../../src/value/plain.ts";
import { preview } from "../../src/value/preview.ts";
import { writeYaml } from "../../src/value/yaml-write.ts";
import { tagText } from "../text/lines.ts";
import { oneLine, type painter } from "../text/terminal.ts";
import { indented } from "./doc.ts";
import { executionJson, executionPage, tagsJson } from "./execution.ts";
import { jobLine, jobPage } from "./job.ts";
import { taskPage } from "./task.ts";

type Paint = ReturnType<typeof painter>;

/** Jobs that a page of a value or call node lists. */
const LISTED = 10;

/** The page of `log <id>`, whatever the id is of. */
export async function entityPage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  if (found.type === "Execution") return executionPage(log, found.row, paint);
  if (found.type === "Job") return jobPage(log, found.row, paint);
  if (found.type === "Task" && found.row) return taskPage(log, found.row, paint);
  if (found.type === "CallNode") return callPage(log, found, paint);
  return valuePage(log, found, paint);
}

/** An entity as programs get it. */
export async function entityJson(log: IndexedLog, found: Found): Promise<object> {
  if (found.type === "Execution") return executionJson(found.row);
  const { id, type } = found;
  const common = { _type: type, id };
  const tags = tagsJson(found.tags, found.conflicts);
  if (found.type === "Job") return { ...common, ...(await jobJson(log, found.row)), tags };
  if (type === "Task") return { ...common, name: found.row?.name, tags };
  if (type === "CallNode") return { ...common, tags };
  const read = await readValue(log, id);
  return { ...common, ...(read && { value: plain(read.value) }), tags };
}

async function jobJson(log: IndexedLog, row: JobRow): Promise<object> {
  const record = await readJob(log, row);
  return {
    status: row.status,
    start_time: new Date(row.started).toISOString(),
    end_time: row.ended === null ? null : new Date(row.ended).toISOString(),
    execution: log.index.execution(row.execution)?.id,
    parent: record.parent,
    task: row.task,
    task_hash: row.taskHash,
    call: record.call,
    args: plain(record.args),
    ...("result" in record && { result: plain(record.result) }),
    ...("error" in record && { error: plain(record.error) }),
  };
}

async function callPage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  const jobs = log.index.jobsNaming(found.id, "jobOfCall", LISTED);
  const lines = [heading(found, paint)];
  const [newest] = jobs;
  if (newest) {
    const record = await readJob(log, newest);
    lines.push(`  Task:   ${oneLine(newest.task)}`, `  Args:   ${oneLine(newest.args)}`);
    if ("result" in record) lines.push(`  Result: ${oneLine(preview(record.result, 2000))}`);
    if ("error" in record) lines.push(`  Raised: ${oneLine(preview(record.error, 2000))}`);
    lines.push("", "Jobs:", ...jobs.map((job) => `  ${jobLine(job, paint)}`));
  }
  return `${lines.join("\n")}\n`;
}

async function valuePage(log: IndexedLog, found: Found, paint: Paint): Promise<string> {
  const { id } = found;
  const lines = [heading(found, paint)];
  const read = await readValue(log, id);
  if (!read) lines.push("  (only its hash was recorded)");
  else if (isShort(read.value)) lines.push(oneLine(preview(read.value)));
  else lines.push(...indented(writeYaml(read.value).trimEnd(), "  "));
  const list = (title: string, jobs: readonly JobRow[]) => {
    if (jobs.length > 0) lines.push("", title, ...jobs.map((job) => `  ${jobLine(job, paint)}`));
  };
  list("Produced by:", log.index.jobsNaming(id, "jobWithResult", LISTED));
  list("Used by:", log.index.jobsNaming(id, "jobWithArgument", LISTED));
  return `${lines.join("\n")}\n`;
}

/** `Value 6447... (rows=12)` */
function heading({ type, id, tags, conflicts }: Found, paint: Paint): string {
  const head = paint("bold", `${type} ${oneLine(id)}`);
  return `${head} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

function isShort(value: unknown): boolean {
  return preview(value, 101).length <= 100;
}
