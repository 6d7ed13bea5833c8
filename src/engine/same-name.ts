import { relative } from "node:path";
import { RedunError } from "../errors.ts";
import { isSameOrigin, siteOfOrigin } from "../source/source.ts";
import { startFolder } from "../start-folder.ts";
import type { TaskDefinition } from "./task-definition.ts";

/**
 * Two tasks of one full name cannot be told apart in a log: not by those who look for a task by its
 * name, and neither in the lines of jobs. What the same code makes more than once is one task, and so
 * is a file that is loaded again. Dependencies (`node_modules`) are nobody's to rename.
 */
export class TaskNames {
  readonly #known = new Map<string, TaskDefinition>();

  /** @throws RedunError BAD_TASK where another task has the name, or the task has none */
  add(task: TaskDefinition): void {
    const { fullName } = task;
    const known = this.#known.get(fullName);
    if (known && isOther(known, task)) throw twoOfOneName(fullName, known, task);
    this.#known.set(fullName, task);
  }
}

/**
 * As `TaskNames`, of tasks of which it is not known yet whether they will be called: one without a name
 * is left out.
 * @throws RedunError BAD_TASK
 */
export function assertOwnNames(tasks: readonly TaskDefinition[]): void {
  const names = new TaskNames();
  for (const task of tasks) if (task.hasName) names.add(task);
}

function isOther({ source: a }: TaskDefinition, { source: b }: TaskDefinition): boolean {
  if (!a.origin || !b.origin || isSameOrigin(a.origin, b.origin)) return false;
  return ![a.origin, b.origin].some(({ source }) => /[\\/]node_modules[\\/]/.test(source.file));
}

function twoOfOneName(name: string, a: TaskDefinition, b: TaskDefinition): RedunError {
  const places = [a, b].map(({ source }) => {
    const { file, line } = siteOfOrigin(source.origin!);
    return `${relative(startFolder(), file)}:${line}`;
  });
  const [first, second] = places.sort();
  return new RedunError(
    "BAD_TASK",
    `Two tasks have the name ${name}: ${first} and ${second}`,
    'Give one another name (`task({ name: "..." }, fn)`), or its file a namespace: `export const namespace = "..."`.',
  );
}
