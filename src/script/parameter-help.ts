import type { Parameter } from "../source/parameters.ts";
import { clip } from "../value/shown-text.ts";
import { type Option, optionsOf } from "./options.ts";

const LONGEST_TYPE = 40;

/**
 * The parameters as `--help` lists them, one option a line in three columns: how it is written,
 * its default, what the doc comment says. Empty for a task without parameters.
 */
export function formatParameters(parameters: readonly Parameter[]): string {
  const rows = optionsOf(parameters).map((option) => [
    optionUsage(option),
    defaultShown(option),
    option.parameter.doc ?? "",
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
    .map(([usage, fallback, doc]) => `  ${usage}   ${fallback}  ${doc}`.trimEnd())
    .join("\n");
}

/** `--greet <string>`, `--verbose`, `--item <string>...` */
export function optionUsage({ flag, shape, parameter }: Option): string {
  if (shape.kind === "boolean") {
    return parameter.defaultValue === true ? `--no-${flag}` : `--${flag}`;
  }
  const type = parameter.type === null ? null : oneLine(parameter.type);
  if (shape.kind !== "list") return `--${flag} <${type ?? inferred(shape.kind)}>`;
  return `--${flag} <${inferred(shape.item.kind)}>...`;
}

function inferred(kind: string): string {
  return ["any", "union", "object", "null"].includes(kind) ? "value" : kind;
}

function defaultShown({ parameter, required }: Option): string {
  if (required) return "(required)";
  if (parameter.defaultText === null) return "";
  const { defaultValue } = parameter;
  const shown = typeof defaultValue === "string" && defaultValue !== "" ? defaultValue : null;
  return `${oneLine(shown ?? parameter.defaultText)} (default)`;
}

/** How the task is declared: `main(greet = "Hello")`. */
export function signature(name: string, parameters: readonly Parameter[]): string {
  return `${name}(${parameters.map(declaration).join(", ")})`;
}

function declaration(parameter: Parameter): string {
  const { name, type, defaultText, rest, optional, properties } = parameter;
  if (properties) {
    const fallback = defaultText === null ? "" : ` = ${oneLine(defaultText)}`;
    return `{ ${properties.map(declaration).join(", ")} }${fallback}`;
  }
  const mark = optional && defaultText === null && !rest ? "?" : "";
  const annotation = type === null ? "" : `: ${oneLine(type)}`;
  const fallback = defaultText === null ? "" : ` = ${oneLine(defaultText)}`;
  return `${rest ? "..." : ""}${name}${mark}${annotation}${fallback}`;
}

function oneLine(text: string): string {
  return clip(text.replace(/\s+/g, " ").trim(), LONGEST_TYPE);
}
