import type { HelperChange } from "../../src/compare/helper-changes.ts";
import type { TaskInclude } from "../../src/record/records.ts";
import { preview } from "../../src/value/preview.ts";
import { StoredValue } from "../../src/value/value.ts";
import type { JobName, OtherVersion, RecordedTask, TaskView } from "../../src/views/task.ts";
import { localTime, shortId, tagText } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { docBlock, indented } from "./doc.ts";

/** Versions that a page lists. */
const LISTED = 10;

/** `Task 81f3... hello_world.greeter (team=qa)`, its doc and its source, at an indent. */
export function taskSection(task: RecordedTask, paint: Paint, indent: string): string[] {
  const { id, name, tags, conflicts, source, version = "unknown", hashIncludes = [] } = task;
  const title = `${paint("bold", `Task ${oneLine(id)}`)} ${oneLine(name ?? "")}`;
  const head = `${title} ${tagText(tags, paint, conflicts)}`.trimEnd();
  const lines = [indent + head, ...docBlock(tags, `${indent}    `), ""];
  if (source !== undefined) lines.push(...indented(source, `${indent}  `));
  else lines.push(`${indent}  version ${oneLine(version)}`);
  if (hashIncludes.length > 0) {
    lines.push("", `${indent}  Its hash includes:`);
    for (const include of hashIncludes) lines.push(...includeLines(include, `${indent}    `));
  }
  return lines;
}

function includeLines(include: TaskInclude, indent: string): string[] {
  switch (include.kind) {
    case "function":
      return indented(include.source, indent);
    case "value": {
      const { value } = include;
      const text = value instanceof StoredValue ? `value ${shortId(value.id)}` : preview(value);
      return [indent + oneLine(text)];
    }
    case "file":
      return [
        `${indent}${include.hash ? `file ${shortId(include.hash)}` : "a file that was not there"}`,
      ];
    case "task":
      return [`${indent}Task ${shortId(include.taskHash)} ${oneLine(include.task)}`];
  }
}

/** Everything about one task. */
export function taskPage(view: TaskView, paint: Paint): string {
  const { task, firstJob, lastJob, others, changedHelpers } = view;
  const [head = "", ...rest] = taskSection(task, paint, "");
  const lines = [
    head,
    ...jobLines("First Job", firstJob),
    ...jobLines("Last Job", lastJob),
    ...rest,
  ];
  if (changedHelpers.length > 0) {
    lines.push("", ...changedHelpers.map((helper) => `  ${helperText(helper)}`));
  }
  if (others.length > 0) {
    const shown = others.slice(0, LISTED).map((version) => versionLine(version, task.name ?? ""));
    lines.push("", "Other versions:", ...shown);
    if (others.length > LISTED) lines.push(`  ... (${others.length - LISTED} more)`);
  }
  return `${lines.join("\n")}\n`;
}

/** What a task's hash does not cover, and who looks at its results should know. */
export function helperText({ name, path, kind }: HelperChange): string {
  const what = kind === "function" ? "helper" : kind;
  return oneLine(
    `${what} \`${name}\` in ${path} changed since; it is not part of the task's hash: hashIncludes`,
  );
}

function jobLines(title: string, job: JobName | null): string[] {
  return job ? [`  ${title} ${shortId(job.id)} ${localTime(job.started)}`] : [];
}

function versionLine({ id, lastJob }: OtherVersion, name: string): string {
  const last = lastJob ? `, last Job ${shortId(lastJob.id)} ${localTime(lastJob.started)}` : "";
  return `  Task ${shortId(id)} ${oneLine(name)}${last}`;
}
