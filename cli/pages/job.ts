import { shortName } from "../../src/record/records.ts";
import { sameTag } from "../../src/tag/graph.ts";
import { callLine } from "../../src/value/program-line.ts";
import { type JobSection, type JobView, LISTED } from "../../src/views/job.ts";
import type { LoggedJob } from "../../src/views/logged.ts";
import { duration, localTime, shortDuration, shortId, statusBox, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { callHead, callLines } from "./call-lines.ts";
import { dataflowBlock } from "./dataflow.ts";
import { docBlock, indented } from "./doc.ts";
import { journalNotes } from "./journal-notes.ts";
import { linkLines } from "./links.ts";
import { redactionLines } from "./redactions.ts";
import { taskSection } from "./task.ts";

/** `Job 9d095794 [ DONE ] 2026-11-22 09:43:43 (20ms):  hello_world.greeter(greet='Hi') (team=qa)` */
export function jobLine(job: LoggedJob, paint: Paint, id = shortId(job.id)): string {
  const call = oneLine(callLine(job.task, job.argsText));
  const box = statusBox(job.status, paint);
  const time = job.ended === null ? "" : ` (${shortDuration(+job.ended - +job.started)})`;
  const head = `${paint("bold", `Job ${id}`)} ${box} ${localTime(job.started)}${time}:  ${call}`;
  return `${head} ${tagText(job.tags, paint, job.conflicts)}`.trimEnd();
}

/** Everything about one job. */
export function jobPage(view: JobView, paint: Paint): string {
  const { children, dataflow, stack, journal, redactions, job } = view;
  const [head = "", ...rest] = jobLines(view, paint);
  const lines = [head, ...journalNotes(journal, job.execution)];
  lines.push(...redactionLines(redactions), ...rest);
  if (children.length > 0) {
    lines.push("", "  Child Jobs:");
    lines.push(...children.slice(0, LISTED).map((child) => `    ${jobLine(child, paint)}`));
    if (children.length > LISTED) lines.push("    ... (the execution's page shows all)");
  }
  if (dataflow) lines.push("", ...dataflowBlock(dataflow, "  "));
  if (stack) lines.push("", "  Traceback:", ...indented(stack, "    "));
  return `${lines.join("\n")}\n`;
}

/** A job, its call and its task. */
export function jobLines(section: JobSection, paint: Paint): string[] {
  const { job, links, task } = section;
  const lines = [jobLine(job, paint, oneLine(job.id)), `Traceback: ${traceback(section)}`];
  if (job.ended !== null) lines.push(`Duration: ${duration(+job.ended - +job.started)}`);
  lines.push(...linkLines(links, paint));
  // The doc of its task stands below, with the task.
  lines.push(...docBlock(job.tags.filter((tag) => !task.tags.some((one) => sameTag(tag, one)))));
  lines.push("", ...callPart(section, paint));
  lines.push("", ...taskSection(task, paint, "  "));
  return lines;
}

const STILL_AT_WORK = "  CallNode (none: the job has not ended)";
const CUT_SHORT = "  CallNode (none: the job was at work when its run ended)";

function callPart({ job, call, content }: JobSection, paint: Paint): string[] {
  if (call === null) return [job.status === "INTERRUPTED" ? CUT_SHORT : STILL_AT_WORK];
  return [callHead(call, paint), ...callLines(content)].map((line) => `  ${line}`);
}

/** The way from the execution down to a job. */
function traceback({ job, path }: JobSection): string {
  const names = path.map(({ id, task }) => `Job ${shortId(id)} ${oneLine(shortName(task))}`);
  return [`Exec ${shortId(job.execution || "?")}`, ...names].join(" > ");
}
