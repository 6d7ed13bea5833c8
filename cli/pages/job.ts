import type { JobRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { outcomeOf, readJob } from "../../src/provenance/read.ts";
import { type Job, shortName } from "../../src/record/records.ts";
import { sameTag } from "../../src/tag/graph.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { ErrorValue } from "../../src/value/value.ts";
import { timesJson } from "../text/json.ts";
import { duration, localTime, shortDuration, shortId, statusBox, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { argsJson, callHead, callLines, outcomeJson } from "./call-lines.ts";
import { dataflowBlock, dataflowJson } from "./dataflow.ts";
import { docBlock, indented } from "./doc.ts";
import { linkLines, linksFor } from "./links.ts";
import { tagsJson } from "./tags.ts";
import { taskSection, taskTags } from "./task.ts";

/** Child jobs that a page lists. */
const LISTED = 10;

/** `Job 9d095794 [ DONE ] 2026-11-22 09:43:43 (20ms):  hello_world.greeter(greet='Hi') (team=qa)` */
export function jobLine(row: JobRow, paint: Paint, id = shortId(row.id)): string {
  const call = oneLine(`${row.task}(${row.args})`);
  const box = statusBox(row.status, paint);
  const took = row.ended === null ? "" : ` (${shortDuration(row.ended - row.started)})`;
  const head = `${paint("bold", `Job ${id}`)} ${box} ${localTime(row.started)}${took}:  ${call}`;
  return `${head} ${tagText(row.tags, paint, row.conflicts)}`.trimEnd();
}

/** Everything about one job. */
export async function jobPage(log: IndexedLog, row: JobRow, paint: Paint): Promise<string> {
  const record = await readJob(log, row);
  const lines = await jobSection(log, row, paint);
  const children = log.index.childrenOf(row, LISTED + 1);
  if (children.length > 0) {
    lines.push("", "  Child Jobs:");
    lines.push(...children.slice(0, LISTED).map((child) => `    ${jobLine(child, paint)}`));
    if (children.length > LISTED) lines.push("    ... (the execution's page shows all)");
  }
  const outcome = outcomeOf(log, record);
  if (outcome) lines.push("", ...(await dataflowBlock(log, "result", outcome, row, "  ")));
  const stack = record.error instanceof ErrorValue ? record.error.stack : undefined;
  if (stack) lines.push("", "  Traceback:", ...indented(stack, "    "));
  return `${lines.join("\n")}\n`;
}

/** A job, its call and its task. */
export async function jobSection(log: IndexedLog, row: JobRow, paint: Paint): Promise<string[]> {
  const record = await readJob(log, row);
  const lines = [jobLine(row, paint, oneLine(row.id)), `Traceback: ${traceback(log, row)}`];
  if (row.ended !== null) lines.push(`Duration: ${duration(row.ended - row.started)}`);
  lines.push(...linkLines(linksFor(log, tagsAround(log, row)), paint));
  // The doc of its task stands below, with the task.
  const known = await taskTags(log, row.taskHash);
  lines.push(...docBlock(row.tags.filter((tag) => !known.some((other) => sameTag(tag, other)))));
  lines.push("", ...(await callPart(log, row, record, paint)));
  lines.push("", ...(await taskSection(log, row.taskHash, paint, "  ")));
  return lines;
}

const STILL_AT_WORK = "  CallNode (none: the job has not ended)";
const CUT_SHORT = "  CallNode (none: the job was at work when its run ended)";

async function callPart(
  log: IndexedLog,
  row: JobRow,
  record: Job,
  paint: Paint,
): Promise<string[]> {
  if (record.call === null) return [row.status === "INTERRUPTED" ? CUT_SHORT : STILL_AT_WORK];
  const head = await callHead(log, record.call, record.task, paint);
  return [head, ...(await callLines(log, record))].map((line) => `  ${line}`);
}

/** A job's own tags and those of its execution: a link may need both. */
function tagsAround(log: IndexedLog, row: JobRow): TagPair[] {
  return [...(log.index.execution(row.execution)?.tags ?? []), ...row.tags];
}

/** The way from the execution down to a job. */
function traceback(log: IndexedLog, row: JobRow): string {
  const path: string[] = [];
  let at: JobRow | undefined = row;
  for (let depth = 0; at && depth < 1000; depth++) {
    path.unshift(`Job ${shortId(at.id)} ${oneLine(shortName(at.task))}`);
    at = at.parent === null ? undefined : log.index.job(at.parent);
  }
  const exec = log.index.execution(row.execution);
  return [`Exec ${shortId(exec?.id ?? "?")}`, ...path].join(" > ");
}

/** Everything about one job as programs get it. */
export async function jobJson(log: IndexedLog, row: JobRow): Promise<object> {
  const record = await readJob(log, row);
  return {
    _type: "Job",
    id: row.id,
    ...jobFields(log, row),
    parent: record.parent,
    children: log.index.childrenOf(row, Number.MAX_SAFE_INTEGER).map(({ id }) => id),
    call: record.call,
    ...(await argsJson(log, record)),
    from: record.from,
    ...(await outcomeJson(log, record)),
    ...(outcomeOf(log, record) && { dataflow: await dataflowJson(log, "result", row) }),
    links: linksFor(log, tagsAround(log, row)),
    tags: tagsJson(row.tags, row.conflicts),
  };
}

/** What the index knows of a job. */
export function jobFields(log: IndexedLog, row: JobRow) {
  return {
    status: row.status,
    ...timesJson(row),
    execution: log.index.execution(row.execution)?.id,
    task: row.task,
    task_hash: row.taskHash,
  };
}
