import { RedunError } from "../../src/errors.ts";
import type { JobTree, TreeJob } from "../../src/index/job-tree.ts";
import type { ExecutionRow, JobRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { codeThatRan, readExecution, readJob } from "../../src/provenance/read.ts";
import type { Code } from "../../src/record/records.ts";
import { preview } from "../../src/value/preview.ts";
import { ErrorValue } from "../../src/value/value.ts";
import { jsonText, timesJson } from "../text/json.ts";
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

/** Jobs whose rows are read, and whose lines are printed, at once. */
const AT_ONCE = 1000;
/** Jobs that are deeper than this are not moved further to the right. */
const MAX_INDENT = 40;

/** The jobs of an execution, as its page shows them. */
export interface ShownJobs {
  readonly tree: JobTree;
  /** The rows of some of them, by their numbers in the tree. */
  readonly rows: (numbers: readonly number[]) => readonly JobRow[];
  readonly table: Parameters<typeof statusTable>[0];
}

/** Those of the log. */
function recordedJobs({ index }: IndexedLog, { seq }: ExecutionRow): ShownJobs {
  const tree = index.jobTree(seq);
  const rows = (numbers: readonly number[]) => index.jobs(numbers.map((at) => tree.seqs[at]!));
  return { tree, rows, table: index.jobTallies(seq) };
}

/** Everything about one execution, piece by piece: it may have a million jobs. */
export function executionPage(
  log: IndexedLog,
  row: ExecutionRow,
  paint: Paint,
): AsyncGenerator<string> {
  return executionPageOf(log, row, recordedJobs(log, row), [], paint);
}

/** The page of an execution, with jobs of the log or others, and notes at its head. */
export async function* executionPageOf(
  log: IndexedLog,
  row: ExecutionRow,
  jobs: ShownJobs,
  notes: readonly string[],
  paint: Paint,
): AsyncGenerator<string> {
  const lines = [executionLine(row, paint, oneLine(row.id)), ...notes];
  if (row.ended !== null) lines.push(`Duration: ${duration(row.ended - row.started)}`);
  lines.push(...linkLines(linksFor(log, row.tags), paint));
  lines.push(...(await whyBlock(log, row, jobs, paint)), ...docBlock(row.tags));
  lines.push(...codeBlock(await codeOf(log, row)), "");
  const { tree, rows } = jobs;
  const table = [...jobs.table];
  lines.push(...statusTable(table, row.ended ?? row.started), "");
  const count = (status: string) =>
    table.reduce((sum, tally) => sum + (tally.status === status ? tally.count : 0), 0);
  const shown = ["DONE", "CACHED", "FAILED", ...(count("INTERRUPTED") > 0 ? ["INTERRUPTED"] : [])];
  const counts = shown.map((status) => `${status}: ${count(status)}`);
  lines.push(`Jobs: ${tree.size} (${counts.join(", ")})`, "-".repeat(80));
  yield `${lines.join("\n")}\n`;
  for (const batch of batches(tree.walk())) {
    const found = rows(batch.map(({ number }) => number));
    const text = found.map((job, at) => `${indent(batch[at]!.depth)}${jobLine(job, paint)}\n`);
    yield text.join("");
  }
}

async function codeOf(log: IndexedLog, row: ExecutionRow): Promise<Code | null> {
  try {
    return codeThatRan(await readExecution(log, row), row);
  } catch (error) {
    // A run that goes on has no record in the log.
    if (error instanceof RedunError) return null;
    throw error;
  }
}

/** Modules that are listed. */
const LISTED = 20;

/** The modules that the commit does not hold as they ran. */
function codeBlock(code: Code | null): string[] {
  const files = code?.files ?? [];
  if (files.length === 0) return [];
  const lines = files.slice(0, LISTED).map(({ path, blob }) => `  ${blob} ${oneLine(path)}`);
  const more = files.length > LISTED ? [`  and ${files.length - LISTED} more`] : [];
  return [
    "",
    `Modules that commit ${shortId(code?.commit ?? "?")} does not hold as they ran:`,
    ...lines,
    ...more,
  ];
}

/** Two spaces a level. */
function indent(depth: number): string {
  const blanks = "  ".repeat(Math.min(depth, MAX_INDENT));
  return depth > MAX_INDENT ? `${blanks}(level ${depth}) ` : blanks;
}

function* batches(jobs: Iterable<TreeJob>): Generator<TreeJob[]> {
  let batch: TreeJob[] = [];
  for (const job of jobs) {
    if (batch.push(job) < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** What ended an execution that did not end well. */
async function whyBlock(
  log: IndexedLog,
  { status, reason }: ExecutionRow,
  { tree, rows }: ShownJobs,
  paint: Paint,
): Promise<string[]> {
  const lines = reason === null ? [] : ["", ...indented(reason, "  ")];
  const number = status === "FAILED" && reason === null ? tree.failure() : undefined;
  const failed = number === undefined ? undefined : rows([number])[0];
  if (!failed) return lines;
  lines.push("", `  ${paint("red", "Failed in")} ${jobLine(failed, paint)}`);
  // A job in a journal has no segment yet.
  if (failed.segment === "") return lines;
  const { error } = await readJob(log, failed);
  return [...lines, ...indented(errorText(error), "    ")];
}

function errorText(error: unknown): string {
  if (!(error instanceof ErrorValue)) return preview(error);
  return error.stack || `${error.name}: ${error.message}`;
}

/** The same for programs: one object on one line. */
export function executionPageJson(log: IndexedLog, row: ExecutionRow): AsyncGenerator<string> {
  return executionJsonOf(log, row, recordedJobs(log, row), {});
}

/** The same with other jobs, and more fields. */
export async function* executionJsonOf(
  log: IndexedLog,
  row: ExecutionRow,
  { tree, rows }: ShownJobs,
  more: object,
): AsyncGenerator<string> {
  const modules = (await codeOf(log, row))?.files;
  const head = jsonText({
    ...executionJson(row),
    ...(modules && { modules }),
    links: linksFor(log, row.tags),
    ...more,
  });
  yield `${head.slice(0, -1)},"jobs":[`;
  for (let from = 0; from < tree.size; from += AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(AT_ONCE, tree.size - from) },
      (_, at) => from + at,
    );
    const parents = numbers.map((number) => tree.parentOf(number));
    const above = rows([...new Set(parents.filter((number) => number !== undefined))]);
    const ids = new Map(above.map(({ seq, id }) => [seq, id]));
    const jobs = rows(numbers).map((job) =>
      jsonText({
        id: job.id,
        parent: job.parent === null ? null : (ids.get(job.parent) ?? null),
        status: job.status,
        ...timesJson(job),
        task: job.task,
        task_hash: job.taskHash,
        tags: tagsJson(job.tags, job.conflicts),
      }),
    );
    yield (from === 0 ? "" : ",") + jobs.join(",");
  }
  yield "]}";
}
