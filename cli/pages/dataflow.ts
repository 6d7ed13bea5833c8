import type { JobRow } from "../../src/index/rows.ts";
import {
  type DataflowSection,
  type DataflowStep,
  resultDataflow,
} from "../../src/provenance/dataflow.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import type { RecordedValue } from "../../src/provenance/read.ts";
import { shortName } from "../../src/record/records.ts";
import { shortId } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";
import { valueJson, valueText } from "./values.ts";

/** Sections that a page shows, and that programs get. */
const SHOWN_SECTIONS = 40;
const ALL_SECTIONS = 1000;
/** Longest value, in characters. */
const MAX_VALUE = 100;

/** redun's upstream dataflow of a value that a job gave, if one did; each line behind `indent`. */
export async function dataflowBlock(
  log: IndexedLog,
  name: string,
  value: RecordedValue,
  job: JobRow | undefined,
  indent = "",
): Promise<string[]> {
  const { sections, isCut } = await resultDataflow(log, job, { name, limit: SHOWN_SECTIONS });
  const shown = await valueText(log, value, MAX_VALUE);
  const lines = ["Upstream dataflow:", "", `  ${name} = <${shortId(value.id)}> ${shown}`];
  for (const section of sections) {
    lines.push("", ...(await sectionLines(log, section)).map((line) => `  ${line}`));
  }
  if (isCut) lines.push("", "  ... (and more: `--format json` shows it)");
  return lines.map((line) => (indent + line).trimEnd());
}

async function sectionLines(
  log: IndexedLog,
  { name, steps, variables }: DataflowSection,
): Promise<string[]> {
  const shownName = oneLine(name);
  const lines = steps.map((step, at) => {
    return `${at === 0 ? shownName : " ".repeat(shownName.length)} <-- ${stepText(step)}`;
  });
  const width = Math.max(0, ...variables.map((variable) => oneLine(variable.name).length));
  for (const variable of variables) {
    const text = await valueText(log, variable, MAX_VALUE);
    lines.push(`  ${oneLine(variable.name).padEnd(width)} = <${shortId(variable.id)}> ${text}`);
  }
  return lines;
}

function stepText(step: DataflowStep): string {
  if (!("call" in step)) return step.kind === "origin" ? "origin" : "derives from";
  const { id, task, arguments: names } = step.call;
  const call = oneLine(`${shortName(task)}(${names.join(", ")})`);
  const text = `<${shortId(id ?? "?")}> ${call}`;
  return step.kind === "argument" ? `argument of ${text}` : text;
}

/** The same as programs get it. */
export async function dataflowJson(
  log: IndexedLog,
  name: string,
  job: JobRow | undefined,
): Promise<object> {
  const dataflow = await resultDataflow(log, job, { name, limit: ALL_SECTIONS });
  const sections = [];
  for (const { name, steps, variables } of dataflow.sections) {
    const values = [];
    for (const variable of variables) {
      const value = await valueJson(log, variable);
      values.push({ name: variable.name, id: variable.id, value });
    }
    sections.push({ name, steps: steps.map(stepJson), variables: values });
  }
  return { sections, is_cut: dataflow.isCut };
}

function stepJson(step: DataflowStep): object {
  if (!("call" in step)) return step;
  const { id, job, task, arguments: names } = step.call;
  return { kind: step.kind, call: id, job, task, arguments: names };
}
