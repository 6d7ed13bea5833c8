import type { TaskInclude, TaskRecord } from "../record/records.ts";
import { preview } from "../value/preview.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** What the hash of a task stands for; its id is not asked for. */
export type TaskText = Omit<TaskRecord, "id">;

/** How two tasks of one name differ. */
export interface TaskDifference {
  /** The version that their author maintains, where one has it. */
  readonly version: { readonly before: string | null; readonly after: string | null } | null;
  readonly isSourceChanged: boolean;
  /** What else their hashes include that is not the same, in a word or two each. */
  readonly includes: readonly string[];
  /** Lines of a unified diff of all that their hashes stand for. */
  readonly diff: readonly string[];
}

/** A definition that is not in the log is taken for an empty one. */
export function taskDifference(
  before: TaskText | undefined,
  after: TaskText | undefined,
): TaskDifference {
  const versions = { before: before?.taskVersion ?? null, after: after?.taskVersion ?? null };
  return {
    version: versions.before === versions.after ? null : versions,
    isSourceChanged: (before?.source ?? null) !== (after?.source ?? null),
    includes: changedIncludes(before?.hashIncludes ?? [], after?.hashIncludes ?? []),
    diff: unifiedDiff(taskText(before), taskText(after)),
  };
}

/** All that the hash of a task stands for; empty where its definition is not known. */
export function taskText(task: TaskText | undefined): string {
  if (!task) return "";
  const version = task.taskVersion === undefined ? "" : `version ${task.taskVersion}`;
  return [task.source ?? version, ...(task.hashIncludes ?? []).map(includeText)].join("\n");
}

function includeText(include: TaskInclude): string {
  const name = `hashIncludes ${includeName(include)}`;
  switch (include.kind) {
    case "function":
      return `${name}:\n${include.source}`;
    case "value":
      return `hashIncludes ${writeYaml(include.value).trimEnd()}`;
    case "file":
      return `${name} ${include.hash ?? "(not there)"}`;
    case "task":
      return `${name} ${include.taskHash}`;
  }
}

function includeName(include: TaskInclude): string {
  switch (include.kind) {
    case "function":
      return include.name ?? "a function";
    case "value":
      return preview(include.value, 40);
    case "file":
      return "a file";
    case "task":
      return `task ${include.task}`;
  }
}

/** Those that only one of the lists has, each named once. */
function changedIncludes(
  before: readonly TaskInclude[],
  after: readonly TaskInclude[],
): readonly string[] {
  const [was, is] = [before, after].map(
    (list) => new Map(list.map((one) => [includeText(one), one])),
  );
  const added = [...is!].filter(([text]) => !was!.has(text));
  const removed = [...was!].filter(([text]) => !is!.has(text));
  const names = [...added, ...removed].map(([, include]) => includeName(include));
  // Another order is another hash.
  if (names.length === 0 && before.map(includeText).join() !== after.map(includeText).join()) {
    return ["the order"];
  }
  return [...new Set(names)];
}
