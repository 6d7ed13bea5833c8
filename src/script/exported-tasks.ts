import { definitionOf, type Task } from "../engine/task.ts";

export type AnyTask = Task<unknown[], unknown>;

/** How deep a task may be in what is exported: `flows.daily.load`. */
const MAX_DEPTH = 3;
/** Objects that are looked into: a script may export half a library. */
const MAX_LOOKED = 10_000;

/**
 * The tasks that a module exports, by the names that the command line knows them by: those of
 * exports, and of what is in exported objects and classes with dots in between (`Model.train`).
 */
export function exportedTasks(exports: Readonly<Record<string, unknown>>): Map<string, AnyTask> {
  const tasks = new Map<string, AnyTask>();
  let looked = 0;
  const add = (name: string, value: unknown, above: readonly unknown[]) => {
    const definition = definitionOf(value);
    if (definition) {
      const isDefault = name === "default" && definition.hasName;
      tasks.set(isDefault ? definition.name : name, value as AnyTask);
      return;
    }
    if (above.length >= MAX_DEPTH || above.includes(value) || looked++ > MAX_LOOKED) return;
    for (const [key, member] of membersOf(value)) add(`${name}.${key}`, member, [...above, value]);
  };
  for (const [name, value] of Object.entries(exports)) add(name, value, []);
  return tasks;
}

/** What an object or a class holds itself, as far as it can be seen without running the user's code. */
function membersOf(value: unknown): [key: string, member: unknown][] {
  const holds = typeof value === "function" || (typeof value === "object" && value !== null);
  if (!holds || Array.isArray(value) || ArrayBuffer.isView(value)) return [];
  try {
    // A module that was compiled to CommonJS has getters for what it exports.
    const isModule = Object.hasOwn(value, "__esModule");
    const members: [string, unknown][] = [];
    for (const [key, found] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (key === "prototype" || key === "constructor") continue;
      if ("value" in found) members.push([key, found.value]);
      else if (isModule) members.push([key, (value as Record<string, unknown>)[key]]);
    }
    return members;
  } catch {
    // A proxy of the user's threw.
    return [];
  }
}
