import type { ExecutionRow, JobRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { readJob } from "../../src/provenance/read.ts";
import { preview } from "../../src/value/preview.ts";
import { ErrorValue } from "../../src/value/value.ts";
import { timesJson } from "../text/json.ts";
import { commandLine, duration, localTime, shortId, statusBox, tagText } from "../text/lines.ts";
import { statusTable } from "../text/status-table.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";
import { jobLine } from "./job.ts";
import { linkLines, linksFor } from "./links.ts";
import { tagsJson } from "./tags.ts";

/** `Exec 6dc981d7 [ DONE ] 2026-11-22 09:43:43:  run workflow.ts main (env=prod)` */
export function executionLine(row: ExecutionRow, paint: Paint, id = shortId(row.id)): string {
  const box = statusBox(row.status, paint);
  const time = localTime(row.started);
  const head = `${paint("bold", `Exec ${id}`)} ${box} ${time}:  ${commandLine(row.argv)}`;
  return `${head} ${tagText(row.tags, paint, row.conflicts)}`.trimEnd();
}

/** An execution as programs get it. */
export function executionJson(row: ExecutionRow): object {
  return {
    _type: "Execution",
    id: row.id,
    status: row.status,
    ...timesJson(row),
    ...(row.reason !== null && { reason: row.reason }),
    task: row.task,
    user: row.user,
    commit: row.commit,
    args: row.argv,
    tags: tagsJson(row.tags, row.conflicts),
  };
}

/** Everything about one execution. */
export async function executionPage(
  log: IndexedLog,
  row: ExecutionRow,
  paint: Paint,
): Promise<string> {
  const jobs = log.index.jobsOf(row.seq);
  const table = log.index.jobTallies(row.seq);
  return executionPageOf(log, row, { jobs, table, notes: [] }, paint);
}

interface PageParts {
  readonly jobs: readonly JobRow[];
  readonly table: Parameters<typeof statusTable>[0];
  /** What else is to be known of it. */
  readonly notes: readonly string[];
}

/** The page of an execution, with jobs of the log or others. */
export async function executionPageOf(
  log: IndexedLog,
  row: ExecutionRow,
  { jobs, table, notes }: PageParts,
  paint: Paint,
): Promise<string> {
  const { tags } = row;
  const lines = [executionLine(row, paint, oneLine(row.id)), ...notes];
  if (row.ended !== null) lines.push(`Duration: ${duration(row.ended - row.started)}`);
  lines.push(...linkLines(linksFor(log, tags), paint));
  lines.push(...(await whyBlock(log, row, jobs, paint)));
  lines.push(...docBlock(tags), "");
  lines.push(...statusTable(table, row.ended ?? row.started), "");
  const count = (status: string) => jobs.filter((job) => job.status === status).length;
  const shown = ["DONE", "CACHED", "FAILED", ...(count("INTERRUPTED") > 0 ? ["INTERRUPTED"] : [])];
  const counts = shown.map((status) => `${status}: ${count(status)}`);
  lines.push(`Jobs: ${jobs.length} (${counts.join(", ")})`, "-".repeat(80));
  lines.push(...jobTree(jobs, paint));
  return `${lines.join("\n")}\n`;
}

/** What ended an execution that did not end well. */
async function whyBlock(
  log: IndexedLog,
  { status, reason }: ExecutionRow,
  jobs: readonly JobRow[],
  paint: Paint,
): Promise<string[]> {
  const lines = reason === null ? [] : ["", ...indented(reason, "  ")];
  const failed = status === "FAILED" && reason === null ? failedJob(jobs) : undefined;
  if (!failed) return lines;
  lines.push("", `  ${paint("red", "Failed in")} ${jobLine(failed, paint)}`);
  // A job in a journal has no segment yet.
  if (failed.segment === "") return lines;
  const { error } = await readJob(log, failed);
  return [...lines, ...indented(errorText(error), "    ")];
}

/** The job whose error ended the run: from the root, always the child that failed first. */
function failedJob(jobs: readonly JobRow[]): JobRow | undefined {
  const first = new Map<number | null, JobRow>();
  for (const job of jobs) {
    if (job.status !== "FAILED") continue;
    const other = first.get(job.parent);
    if (!other || job.ended! < other.ended!) first.set(job.parent, job);
  }
  let found = first.get(null);
  for (let next = found; next; next = first.get(next.seq)) found = next;
  return found;
}

function errorText(error: unknown): string {
  if (!(error instanceof ErrorValue)) return preview(error);
  return error.stack || `${error.name}: ${error.message}`;
}

/** The same for programs. */
export function executionPageJson(
  log: IndexedLog,
  row: ExecutionRow,
  jobs: readonly JobRow[] = log.index.jobsOf(row.seq),
): object {
  const ids = new Map(jobs.map(({ seq, id }) => [seq, id]));
  return {
    ...executionJson(row),
    links: linksFor(log, row.tags),
    jobs: jobs.map((job) => ({
      id: job.id,
      parent: job.parent === null ? null : (ids.get(job.parent) ?? null),
      status: job.status,
      ...timesJson(job),
      task: job.task,
      task_hash: job.taskHash,
      tags: tagsJson(job.tags, job.conflicts),
    })),
  };
}

/**
 * Jobs under their parents, two spaces a level. A job whose parent is unknown stands at the top.
 */
function jobTree(jobs: readonly JobRow[], paint: Paint): string[] {
  const known = new Set(jobs.map(({ seq }) => seq));
  const children = new Map<number | null, JobRow[]>();
  for (const job of jobs) {
    const parent = job.parent !== null && known.has(job.parent) ? job.parent : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(job);
    else children.set(parent, [job]);
  }
  const lines: string[] = [];
  // Not recursive: a chain of calls may be deeper than the stack.
  const stack = (children.get(null) ?? []).map((job) => ({ job, depth: 0 })).reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { job, depth } = next;
    lines.push("  ".repeat(depth) + jobLine(job, paint));
    const below = children.get(job.seq) ?? [];
    for (const child of below.toReversed()) stack.push({ job: child, depth: depth + 1 });
  }
  return lines;
}
