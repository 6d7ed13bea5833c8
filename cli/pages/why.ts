import type { HelperChange } from "../../src/compare/helper-changes.ts";
import type { ArgumentChange, Because, ToldJob, Why } from "../../src/compare/why.ts";
import type { JobRow } from "../../src/index/rows.ts";
import type { RecordedValue } from "../../src/provenance/read.ts";
import type { MissedResult } from "../../src/record/records.ts";
import { filesIn } from "../../src/value/files-in.ts";
import { preview } from "../../src/value/preview.ts";
import { callLine } from "../../src/value/program-line.ts";
import { isPlainArray, StoredValue } from "../../src/value/value.ts";
import { changedLines } from "../text/diff-lines.ts";
import { localTime, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { helperText } from "./task.ts";

/** Why a job ran, or did not: one line, and what changed below it. */
export function whyPage(
  row: JobRow,
  why: Why,
  helpers: readonly HelperChange[],
  paint: Paint,
): string {
  const call = `Job ${shortId(row.id)} ${oneLine(callLine(row.task, row.args))}`;
  const lines = [`${paint("bold", call)} ${whyLine(row.status, why)}.`];
  lines.push(...helpers.map((helper) => `  ${helperText(helper)}`));
  if (why.kind === "changed") {
    lines.push(...why.args.map((change) => `  ${oneLine(changeText(change))}`));
    if (why.task) lines.push(...changedLines(why.task.diff, paint));
  }
  return `${lines.join("\n")}\n`;
}

/** The same in a few words, which follow the job's call. */
export function whyLine(status: string, why: Why): string {
  if (why.kind !== "reused") return `ran: ${whyRan(why)}`;
  return `${status === "FAILED" ? "failed with" : "was cached by"} ${whyReused(why)}`;
}

/** Why a job ran. */
export function whyRan(why: Exclude<Why, { kind: "reused" }>): string {
  switch (why.kind) {
    case "unasked":
      return unaskedText(why.reason);
    case "first":
      return "no earlier execution called this task";
    case "changed":
      return `${changedText(why)} ${sinceText(why.earlier)}`;
    case "again":
      return againText(why.because, why.earlier);
  }
}

/** Whose result a job takes. */
export function whyReused({ source, id }: Why & { kind: "reused" }): string {
  return source ? jobText(source) : `job ${shortId(id)}, which is not in this log`;
}

/** `job 54c6aae7 (execution 074f22e4 of ann, 2026-11-30 14:03:26)` */
function jobText({ row, execution }: ToldJob): string {
  const who = `execution ${shortId(execution.id)} of ${oneLine(execution.user)}`;
  return `job ${shortId(row.id)} (${who}, ${localTime(row.started)})`;
}

function sinceText({ row, execution }: ToldJob): string {
  return `(compared with job ${shortId(row.id)} of execution ${shortId(execution.id)}, ${localTime(row.started)})`;
}

function unaskedText(reason: MissedResult["reason"]): string {
  switch (reason) {
    case "disabled":
      return "the cache was off (--no-cache, or cacheScope of the task or call)";
    case "default":
      return "a default of it is computed when it runs, so no earlier result was looked for";
    case "ambiguous":
      return "several functions of this run are the same task by name and source, so none takes the result of another";
    default:
      return `no earlier result was looked for (${oneLine(reason)})`;
  }
}

function changedText({ task, args }: Why & { kind: "changed" }): string {
  const files = args.flatMap(changedFiles);
  const others = args.filter((change) => changedFiles(change).length === 0).map(({ name }) => name);
  const parts = [
    ...(task?.isSourceChanged ? ["its source changed"] : []),
    ...(task?.version ? [`its version changed (${versionText(task.version)})`] : []),
    ...(task && task.includes.length > 0
      ? [`what its hash includes changed (${task.includes.join(", ")})`]
      : []),
    ...(others.length > 0
      ? [`${others.join(", ")} ${others.length === 1 ? "is" : "are"} new`]
      : []),
    ...(files.length > 0 ? [`the content of ${files.join(", ")} changed`] : []),
  ];
  return oneLine(parts.join(", and ") || "its definition changed");
}

function versionText({ before, after }: { before: string | null; after: string | null }): string {
  return `${before ?? "none"} -> ${after ?? "none"}`;
}

/** Paths of the files whose content alone makes the argument another one. */
function changedFiles({ before, after }: ArgumentChange): string[] {
  if (!before || !after || JSON.stringify(named(before)) !== JSON.stringify(named(after)))
    return [];
  const was = new Map(filesIn(before.value).map(({ path, hash }) => [path, hash]));
  return filesIn(after.value).flatMap(({ path, hash }) => (was.get(path) === hash ? [] : [path]));
}

/** A File, or a list of Files, by their paths; null for any other value. */
function named({ value, id }: RecordedValue): unknown {
  const files = filesIn(value);
  if (typeof value !== "object" || value === null || files.length === 0) return id;
  const isList = isPlainArray(value) && value.length === files.length;
  return isList || files[0] === value ? files.map(({ path }) => path) : id;
}

function changeText({ name, before, after, from }: ArgumentChange): string {
  const makers = from.map(({ id, task }) => `${shortId(id)} ${task}`);
  const where = makers.length > 0 ? `, from job ${makers.join(", ")}` : "";
  return `${name}: ${valueText(before)} -> ${valueText(after)}${where}`;
}

function valueText(value: RecordedValue | undefined): string {
  if (!value) return "(not given)";
  return value.value instanceof StoredValue ? `value ${shortId(value.id)}` : preview(value.value);
}

function againText(because: Because, earlier: ToldJob): string {
  switch (because.kind) {
    case "failed":
      return `the last equal call failed: ${jobText(earlier)}`;
    case "unfinished":
      return `the last equal call did not end: ${jobText(earlier)}`;
    case "not asked":
      return `exec runs its program unless --cached is given; the last equal run ended well: ${jobText(earlier)}`;
    case "stdin":
      return "what it read from its standard input is not recorded";
    case "secret":
      return "a secret was cut from its record, so no other run can be known to be equal";
    case "outputs":
      return `of the last equal run not all outputs are recorded: ${jobText(earlier)}`;
    case "unknown":
      return `an equal call is known, ${jobText(earlier)}; why its result was not taken was not recorded`;
    case "missed":
      return missedText(because.missed, jobText(earlier));
  }
}

/** Files that a line names. */
const NAMED = 5;

function missedText({ reason, files = [] }: MissedResult, job: string): string {
  const more = files.length > NAMED ? ` and ${files.length - NAMED} more` : "";
  const paths = `${files.slice(0, NAMED).map(oneLine).join(", ")}${more}`;
  switch (reason) {
    case "files":
      return `${paths} ${files.length === 1 ? "is" : "are"} not as the equal call left ${files.length === 1 ? "it" : "them"}: ${job}`;
    case "tasks":
      return `a task below it is not what it was in the equal call: ${job}`;
    case "user":
      return `the result of the equal call is of a user that redun.cacheFrom leaves out: ${job}`;
    case "unsigned":
      return `the result of the equal call is in no commit with a good signature, as redun.cacheFrom asks for: ${job}`;
    case "gone":
      return `the result of the equal call is no longer in the log, or only its hash is: ${job}`;
    case "incomplete":
      return `the result of the equal call was not recorded in a form that can be taken: ${job}`;
    default:
      return `the result of the equal call was not taken (${oneLine(reason)}): ${job}`;
  }
}
