import type { ObjectFormat } from "../git/backend.ts";
import { runsBegun } from "./run-count.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** All that this process has made, in that order, and how many runs had begun by then. */
const made: { readonly task: TaskDefinition; readonly run: number }[] = [];
const byName = new Map<string, TaskDefinition>();
/** Tasks that have a name in common with another, whose they are: see `TaskDefinition.including`. */
const variants: TaskDefinition[] = [];
const ids = new Map<ObjectFormat, Set<string>>();
let named = 0;
/** For which run ids were read: a file may count in them. */
let read = 0;

/** What `hasTwins` knows of the first so many of those made. */
interface Twins {
  upTo: number;
  readonly several: Set<string>;
  /** The last function of a task id, and during which run it was made. */
  readonly functions: Map<string, { readonly run: number; readonly fn: unknown }>;
}
const twins = new Map<ObjectFormat, Twins>();

/** Makes a task known by its name: a call that was recorded is computed again by that. */
export function registerTask(task: TaskDefinition): void {
  made.push({ task, run: runsBegun() });
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
    current = new Set([...byName.values(), ...variants].map((task) => task.id(format)));
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
  forgetOldIds();
  const known = twins.get(format) ?? { upTo: 0, several: new Set(), functions: new Map() };
  twins.set(format, known);
  for (; known.upTo < made.length; known.upTo++) {
    const { task: other, run } = made[known.upTo]!;
    const { fn } = other;
    const id = idOf(other, format);
    if (id === null) continue;
    const last = known.functions.get(id);
    if (last?.run === run && last.fn !== fn) known.several.add(id);
    known.functions.set(id, { run, fn });
  }
  return known.several.has(task.id(format));
}

/** The id of a task in which a file counts is that of a run. */
function forgetOldIds(): void {
  if (read === runsBegun()) return;
  read = runsBegun();
  if (!made.some(({ task }) => task.isVolatile)) return;
  ids.clear();
  twins.clear();
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
  forgetOldIds();
  if (named === made.length) return;
  for (; named < made.length; named++) {
    const { task } = made[named]!;
    if (task.base) {
      variants.push(task);
      continue;
    }
    try {
      byName.set(task.fullName, task);
    } catch {
      // It has no name, which is said where it is called.
    }
  }
  ids.clear();
}
