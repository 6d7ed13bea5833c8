/** What a script's tasks are, and what one of them takes. */

import { definitionOf } from "../../src/engine/task.ts";
import type { TaskDefinition } from "../../src/engine/task-definition.ts";
import { formatParameters, isArgument } from "../../src/script/arguments.ts";
import type { AnyTask } from "../../src/script/exported-tasks.ts";
import type { Parameter } from "../../src/source/parameters.ts";
import { longName } from "../argv.ts";
import { RUN_OPTIONS } from "../declarations/run.ts";
import { type Paint, visible } from "../text/terminal.ts";

export function taskList(
  script: string,
  tasks: ReadonlyMap<string, AnyTask>,
  paint: Paint,
): string {
  if (tasks.size === 0) {
    return `${script} exports no tasks. Write \`export const main = task(...)\`.\n`;
  }
  const width = Math.max(...[...tasks.keys()].map((name) => name.length));
  const lines = [...tasks].map(([name, task]) => {
    const doc = definitionOf(task)!.source.doc?.split("\n")[0] ?? "";
    return `  ${paint("bold", name.padEnd(width))}  ${visible(doc)}`.trimEnd();
  });
  return [
    `Tasks of ${script}:`,
    ...lines,
    "",
    `Run one:          redun-git run ${script} <task> [--argument value]...`,
    `Its parameters:   redun-git run ${script} <task> --help`,
    "",
  ].join("\n");
}

export function taskHelp(
  script: string,
  name: string,
  { source, fullName }: TaskDefinition,
): string {
  const options = formatParameters(source.parameters);
  const words = source.parameters.length > 0 ? " [--argument value]..." : "";
  const parts = [
    fullName,
    ...(source.doc ? [visible(source.doc)] : []),
    `Usage:\n  $ redun-git run ${script} ${name}${words}`,
    options ? `Arguments:\n${options}` : "It takes no arguments.",
    ...[sharedNote(script, name, source.parameters)].filter(Boolean),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Says which options of `run` are arguments of this task; empty where none is. */
export function sharedNote(script: string, name: string, parameters: readonly Parameter[]): string {
  const shared = sharedOptions(parameters);
  if (shared.length === 0) return "";
  const are = shared.length === 1 ? "is an argument" : "are arguments";
  return `${shared.join(", ")} ${are} of this task. Put options of \`run\` before the script:
  $ redun-git run ${shared[0]} ... ${script} ${name}`;
}

/** `--tag` of a task with a parameter of that name, and of `run`. */
function sharedOptions(parameters: readonly Parameter[]): string[] {
  return RUN_OPTIONS.options.flatMap((option) => {
    const name = `--${longName(option)}`;
    return isArgument(parameters, name) ? [name] : [];
  });
}
