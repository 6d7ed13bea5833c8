import type { ObjectFormat } from "../git/backend.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** All that this process has made, in that order. */
const made: TaskDefinition[] = [];
const byName = new Map<string, TaskDefinition>();
const ids = new Map<ObjectFormat, Set<string>>();
let named = 0;

/** Makes a task known by its name: a call that was recorded is computed again by that. */
export function registerTask(task: TaskDefinition): void {
  made.push(task);
}

/** The task with a full name: of several, the one that was made last. */
export function taskNamed(fullName: string): TaskDefinition | undefined {
  readNames();
  return byName.get(fullName);
}

/** Whether a task id is that of a task as it is now. */
export function isCurrentTask(id: string, format: ObjectFormat): boolean {
  readNames();
  let current = ids.get(format);
  if (!current) {
    current = new Set([...byName.values()].map((task) => task.id(format)));
    ids.set(format, current);
  }
  return current.has(id);
}

/** Names are read from the source, which is parsed for that: not before somebody asks. */
function readNames(): void {
  if (named === made.length) return;
  for (; named < made.length; named++) {
    const task = made[named]!;
    try {
      byName.set(task.fullName, task);
    } catch {
      // It has no name, which is said where it is called.
    }
  }
  ids.clear();
}
