import type { ExecutionView } from "../../src/views/execution.ts";
import type { LoggedExecution } from "../../src/views/logged.ts";
import { duration, executionWords, localTime, shortId, statusBox, tagText } from "../text/lines.ts";
import { statusTable } from "../text/status-table.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";
import { jobLine } from "./job.ts";
import { journalNotes } from "./journal-notes.ts";
import { linkLines } from "./links.ts";
import { redactionLines } from "./redactions.ts";

/** `Exec 6dc981d7 [ DONE ] 2026-11-22 09:43:43:  run workflow.ts main (env=prod)` */
export function executionLine(
  execution: LoggedExecution,
  paint: Paint,
  id = shortId(execution.id),
): string {
  const { status, started, tags, conflicts } = execution;
  const box = statusBox(status, paint);
  const head = `${paint("bold", `Exec ${id}`)} ${box} ${localTime(started)}:`;
  return `${head}  ${executionWords(execution)} ${tagText(tags, paint, conflicts)}`.trimEnd();
}

/** Jobs that are deeper than this are not moved further to the right. */
const MAX_INDENT = 40;

/** What is known of an execution apart from its jobs; its tags may stand elsewhere. */
export function executionHead(view: ExecutionView, paint: Paint, withTags = true): string[] {
  const { execution, links, journal, redactions } = view;
  const { id, started, ended, tags } = execution;
  const first = withTags ? execution : { ...execution, tags: [], conflicts: [] };
  const lines = [executionLine(first, paint, oneLine(id))];
  lines.push(...journalNotes(journal, id), ...redactionLines(redactions));
  if (ended !== null) lines.push(`Duration: ${duration(+ended - +started)}`);
  lines.push(...linkLines(links, paint), ...whyBlock(view, paint), ...docBlock(tags));
  lines.push(...codeBlock(view));
  return lines;
}

/** Everything about one execution, piece by piece: it may have a million jobs. */
export function* executionPage(view: ExecutionView, paint: Paint): Generator<string> {
  const { execution, tallies, jobs } = view;
  const { started, ended } = execution;
  const lines = [...executionHead(view, paint), ""];
  lines.push(...statusTable(tallies, ended ?? started), "");
  const count = (status: string) =>
    tallies.reduce((sum, tally) => sum + (tally.status === status ? tally.count : 0), 0);
  const shown = ["DONE", "CACHED", "FAILED", ...(count("INTERRUPTED") > 0 ? ["INTERRUPTED"] : [])];
  const counts = shown.map((status) => `${status}: ${count(status)}`);
  lines.push(`Jobs: ${jobs.count} (${counts.join(", ")})`, "-".repeat(80));
  yield `${lines.join("\n")}\n`;
  for (const batch of jobs.tree()) {
    yield batch.map(({ job, depth }) => `${indent(depth)}${jobLine(job, paint)}\n`).join("");
  }
}

/** Modules that are listed. */
const LISTED = 20;

/** The modules that the commit does not hold as they ran. */
function codeBlock({ code }: ExecutionView): string[] {
  const files = code?.files ?? [];
  const commit = shortId(code?.commit ?? "?");
  const patch = code?.patch;
  const lead = patch ? ["", `It ran changes to commit ${commit}: value ${shortId(patch)}`] : [];
  if (files.length === 0) return lead;
  const lines = files.slice(0, LISTED).map(({ path, blob }) => `  ${blob} ${oneLine(path)}`);
  const more = files.length > LISTED ? [`  and ${files.length - LISTED} more`] : [];
  return [
    ...lead,
    "",
    `Modules that commit ${commit} does not hold as they ran:`,
    ...lines,
    ...more,
  ];
}

/** Two spaces a level. */
function indent(depth: number): string {
  const blanks = "  ".repeat(Math.min(depth, MAX_INDENT));
  return depth > MAX_INDENT ? `${blanks}(level ${depth}) ` : blanks;
}

/** What ended an execution that did not end well. */
function whyBlock({ execution: { reason }, failure }: ExecutionView, paint: Paint): string[] {
  const lines = reason === null ? [] : ["", ...indented(reason, "  ")];
  if (!failure) return lines;
  const { job, error } = failure;
  lines.push("", `  ${paint("red", "Failed in")} ${jobLine(job, paint)}`);
  return error === null ? lines : [...lines, ...indented(error, "    ")];
}
