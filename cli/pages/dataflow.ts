import type { DataflowStep } from "../../src/provenance/dataflow.ts";
import { shortName } from "../../src/record/records.ts";
import type { DataflowView, ShownSection } from "../../src/views/dataflow.ts";
import type { ShownValue } from "../../src/views/shown-value.ts";
import { shortId } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";
import { valueText } from "./values.ts";

/** redun's upstream dataflow of a value; each line after `indent`. */
export function dataflowBlock(
  { name, value, sections, isCut }: DataflowView,
  indent = "",
): string[] {
  const lines = ["Upstream dataflow:", "", `  ${name} = ${valueLine(value)}`];
  for (const section of sections) {
    lines.push("", ...sectionLines(section).map((line) => `  ${line}`));
  }
  if (isCut) lines.push("", "  ... (and more: `--format json` shows it)");
  return lines.map((line) => (indent + line).trimEnd());
}

function sectionLines({ name, steps, variables }: ShownSection): string[] {
  const shownName = oneLine(name);
  const lines = steps.map((step, at) => {
    return `${at === 0 ? shownName : " ".repeat(shownName.length)} <-- ${stepText(step)}`;
  });
  const width = Math.max(0, ...variables.map((variable) => oneLine(variable.name).length));
  for (const variable of variables) {
    lines.push(`  ${oneLine(variable.name).padEnd(width)} = ${valueLine(variable)}`);
  }
  return lines;
}

function valueLine(value: ShownValue): string {
  return `<${shortId(value.id)}> ${valueText(value)}`;
}

function stepText(step: DataflowStep): string {
  if (!("call" in step)) return step.kind === "origin" ? "origin" : "derives from";
  const { id, task, arguments: names } = step.call;
  const call = oneLine(`${shortName(task)}(${names.join(", ")})`);
  const text = `<${shortId(id ?? "?")}> ${call}`;
  return step.kind === "argument" ? `argument of ${text}` : text;
}
