import type { ObjectFormat } from "../git/backend.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** All that this process has made, in that order. */
const made: TaskDefinition[] = [];
const byName = new Map<string, TaskDefinition>();
const ids = new Map<ObjectFormat, Set<string>>();
let named = 0;
/** How many had been made when each run began. */
const runs: number[] = [];

/** What `hasTwins` knows of the first so many of those made. */
interface Twins {
  upTo: number;
  readonly several: Set<string>;
  /** The last function of a task id, and during which run it was made. */
  readonly functions: Map<string, { readonly at: number; readonly fn: unknown }>;
}
const twins = new Map<ObjectFormat, Twins>();

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

/**
 * Whether several functions are one task by name and source: they close over different values, so what
 * one of them gave says nothing of the others. Those that were made before and after the start of a run
 * are versions of one.
 */
export function hasTwins(task: TaskDefinition, format: ObjectFormat): boolean {
  const known = twins.get(format) ?? { upTo: 0, several: new Set(), functions: new Map() };
  twins.set(format, known);
  for (; known.upTo < made.length; known.upTo++) {
    const { fn } = made[known.upTo]!;
    const id = idOf(made[known.upTo]!, format);
    if (id === null) continue;
    const at = runs.findLastIndex((start) => start <= known.upTo);
    const other = known.functions.get(id);
    if (other?.at === at && other.fn !== fn) known.several.add(id);
    known.functions.set(id, { at, fn });
  }
  return known.several.has(task.id(format));
}

/** Tells apart what was made before a run and after its start. */
export function noteRun(): void {
  if (runs.at(-1) !== made.length) runs.push(made.length);
}

function idOf(task: TaskDefinition, format: ObjectFormat): string | null {
  try {
    return task.id(format);
  } catch {
    // It has no name, which is said where it is called.
    return null;
  }
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
