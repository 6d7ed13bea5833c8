import type { ArgumentChange, Because, ToldJob, Why } from "../../src/compare/why.ts";
import type { JobRow } from "../../src/index/rows.ts";
import type { RecordedValue } from "../../src/provenance/read.ts";
import { File } from "../../src/value/file.ts";
import { preview } from "../../src/value/preview.ts";
import { StoredValue } from "../../src/value/value.ts";
import { changedLines } from "../text/diff-lines.ts";
import { localTime, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** Why a job ran, or did not: one line, and what changed below it. */
export function whyPage(row: JobRow, why: Why, paint: Paint): string {
  const call = `Job ${shortId(row.id)} ${oneLine(`${row.task}(${row.args})`)}`;
  const lines = [`${paint("bold", call)} ${whyLine(row, why)}.`];
  if (why.kind === "changed") {
    lines.push(...why.args.map((change) => `  ${oneLine(changeText(change))}`));
    if (why.source) lines.push(...changedLines(why.source, paint));
  }
  return `${lines.join("\n")}\n`;
}

/** The same in a few words, which follow the job's call. */
export function whyLine({ status }: JobRow, why: Why): string {
  switch (why.kind) {
    case "reused":
      return reusedText(status, why.source, why.id);
    case "first":
      return "ran: no earlier execution called this task";
    case "changed":
      return `ran: ${changedText(why)} ${sinceText(why.earlier)}`;
    case "again":
      return `ran: ${againText(why.because)} ${sinceText(why.earlier)}`;
  }
}

function reusedText(status: string, source: ToldJob | null, id: string): string {
  const what = status === "FAILED" ? "failed with" : "was cached by";
  if (!source) return `${what} job ${shortId(id)}, which is not in this log`;
  const { row, execution } = source;
  const who = `execution ${shortId(execution.id)} of ${oneLine(execution.user)}`;
  return `${what} job ${shortId(row.id)} (${who}, ${localTime(row.started)})`;
}

function sinceText({ row, execution }: ToldJob): string {
  return `(compared with job ${shortId(row.id)} of execution ${shortId(execution.id)}, ${localTime(row.started)})`;
}

function changedText({ source, args }: Why & { kind: "changed" }): string {
  const files = args.filter(isSameFile);
  const others = args.filter((change) => !isSameFile(change));
  const parts = [
    ...(source ? ["its source changed"] : []),
    ...(others.length > 0
      ? [`${others.map(({ name }) => name).join(", ")} ${others.length === 1 ? "is" : "are"} new`]
      : []),
    ...files.map((change) => `the content of ${changedFiles(change).join(", ")} changed`),
  ];
  return oneLine(parts.join(", and "));
}

/** One path, other content. */
function isSameFile(change: ArgumentChange): boolean {
  return changedFiles(change).length > 0;
}

/** The files of an argument, or of a list, whose content alone changed; none where something else did. */
function changedFiles({ before, after }: ArgumentChange): string[] {
  const [was, is] = [before, after].map((side) => [side?.value].flat());
  const changed: string[] = [];
  for (const [at, file] of was!.entries()) {
    const now = is![at];
    if (!(file instanceof File && now instanceof File) || file.path !== now.path) return [];
    if (file.hash !== now.hash) changed.push(file.path);
  }
  return was!.length === is!.length ? changed : [];
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

function againText(because: Because): string {
  switch (because.kind) {
    case "failed":
      return "the last equal call failed";
    case "unfinished":
      return "the last equal call did not end";
    case "hidden":
      return "of the last result only the hash was recorded";
    case "opaque":
      return "the last result has no form in which it could be kept";
    case "files":
      return `the last result was not valid any more, or not to be used; it gave ${because.paths.join(", ")}`;
    case "tasks":
      return `a task below it changed: ${because.names.join(", ")}`;
    case "not asked":
      return "exec runs its program unless --cached is given; the last equal run ended well";
    case "stdin":
      return "what it read from its standard input is not recorded";
    case "secret":
      return "a secret was cut from its record, so no other run can be known to be equal";
    case "outputs":
      return "of the last equal run not all outputs are recorded";
    case "unknown":
      return "the last result was not to be used (see --no-cache, cacheScope, redun.cacheFrom)";
  }
}
