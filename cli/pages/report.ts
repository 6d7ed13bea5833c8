/** A run, or several, as Markdown: for the summary of a CI job, or a comment on a pull request. */
import { formatTag } from "../../src/tag/text.ts";
import type { ComparisonView } from "../../src/views/comparison.ts";
import type { ExecutionView } from "../../src/views/execution.ts";
import type { TableView } from "../../src/views/table.ts";
import { markdownTable } from "../text/delimited.ts";
import { executionWords, localTime, shortDuration, shortId } from "../text/lines.ts";
import { statusRows } from "../text/status-table.ts";
import { oneLine, visible } from "../text/terminal.ts";
import { diffPage } from "./diff.ts";
import { tableMarkdown } from "./table.ts";

/** Lines of a traceback. */
const MAX_LINES = 60;
/** Characters of a tag's key, and of its value. */
const MAX_TAG = 200;
const SIGNS: Readonly<Record<string, string>> = { DONE: "✅", FAILED: "❌", INTERRUPTED: "⚠️" };
const PLAIN = (_: unknown, text: string) => text;

/** One run: what it was, its jobs by status, and what failed. */
export function runMarkdown({ execution, links, tallies, failure }: ExecutionView): string {
  const { id, status, task, started, ended, reason, tags } = execution;
  const took = ended ? `, took ${shortDuration(+ended - +started)}` : "";
  const parts = [
    `### ${SIGNS[status] ?? "⏳"} ${status} ${code(task)} ${code(shortId(id))}\n`,
    `${code(executionWords(execution))}  \n${localTime(started)}${took}, by ${code(execution.user)}\n`,
  ];
  if (reason) parts.push(`Ended by ${code(reason)}\n`);
  if (tags.length > 0)
    parts.push(`${tags.map((tag) => code(formatTag(...tag, MAX_TAG))).join(" ")}\n`);
  const pages = links.map(({ title, url }) => `[${escaped(title)}](<${url}>)`);
  if (pages.length > 0) parts.push(`${pages.join(" · ")}\n`);
  const { columns, rows } = statusRows(tallies);
  const shown = columns.filter((_, at) => rows[0]!.counts[at]! > 0);
  const cells = rows
    .filter(({ task }) => task !== null || rows.length !== 2)
    .map(({ task, counts, total }) => [
      task ?? "all",
      ...shown.map((column) => String(counts[columns.indexOf(column)])),
      String(total),
    ]);
  if (tallies.length > 0) parts.push(markdownTable([["task", ...shown, "jobs"], ...cells]));
  if (failure) {
    const { job, error } = failure;
    parts.push(`**Failed:** ${code(`${job.task}(${job.argsText})`)} ${code(shortId(job.id))}\n`);
    if (error) parts.push(fenced(error.split("\n").slice(0, MAX_LINES).join("\n")));
  }
  parts.push(`${code(`redun-git web executions/${shortId(id)}`)} shows all of it.\n`);
  return parts.join("\n");
}

/** Several runs beside each other; of two, what differs as well. */
export function runsMarkdown(table: TableView, comparison: ComparisonView | null): string {
  const parts = [`### ${table.rows.length} runs\n`, tableMarkdown(table)];
  if (comparison) parts.push(fenced(diffPage(comparison, PLAIN), "diff"));
  const ids = table.rows.map(({ execution }) => shortId(execution.id)).join(",");
  if (table.rows.length <= 20) parts.push(`${code(`redun-git web compare/${ids}`)} shows more.\n`);
  return parts.join("\n");
}

/** A text as it is, on one line: nothing in it is Markdown, and no name in it is called. */
function code(text: string): string {
  const line = oneLine(text);
  const fence = "`".repeat(longest(line) + 1);
  return fence.length === 1 ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

function fenced(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longest(text) + 1));
  return `${fence}${language}\n${visible(text).trimEnd()}\n${fence}\n`;
}

/** The longest run of backticks. */
function longest(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

function escaped(text: string): string {
  return oneLine(text).replace(/[\\|<>&*_`[\]]/g, "\\$&");
}
