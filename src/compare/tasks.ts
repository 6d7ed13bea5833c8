import type { JobTally } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readTask } from "../provenance/read.ts";
import type { TaskInclude } from "../record/records.ts";
import { writeYaml } from "../value/yaml-write.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** A task that both executions ran, in different versions. */
export interface TaskChange {
  readonly name: string;
  /** Its hashes. */
  readonly before: string;
  readonly after: string;
  /** Lines of a unified diff of the source, or of the version that its author gave. */
  readonly diff: readonly string[];
}

export interface TaskComparison {
  readonly changed: readonly TaskChange[];
  readonly removed: readonly TaskVersion[];
  readonly added: readonly TaskVersion[];
}

export interface TaskVersion {
  readonly name: string;
  readonly hash: string;
}

/** Which tasks two executions ran. The order is that of their first jobs. */
export async function compareTasks(
  log: IndexedLog,
  before: readonly JobTally[],
  after: readonly JobTally[],
): Promise<TaskComparison> {
  const [was, is] = [versions(before), versions(after)];
  const removed = [...was.values()].filter(({ hash }) => !is.has(hash));
  const added = [...is.values()].filter(({ hash }) => !was.has(hash));
  const changed: TaskChange[] = [];
  for (const old of [...removed]) {
    // A task may have several versions in one run: the first is taken for the first.
    const next = added.find(({ name }) => name === old.name);
    if (!next) continue;
    removed.splice(removed.indexOf(old), 1);
    added.splice(added.indexOf(next), 1);
    const diff = await taskDiff(log, old.hash, next.hash);
    changed.push({ name: old.name, before: old.hash, after: next.hash, diff });
  }
  return { changed, removed, added };
}

function versions(tallies: readonly JobTally[]): Map<string, TaskVersion> {
  return new Map(tallies.map(({ task, taskHash }) => [taskHash, { name: task, hash: taskHash }]));
}

/** Lines of a unified diff of what the hashes of two tasks stand for. */
export async function taskDiff(log: IndexedLog, before: string, after: string): Promise<string[]> {
  return unifiedDiff(await sourceOf(log, before), await sourceOf(log, after));
}

/** What the hash of a task stands for; empty where its definition is not in the log. */
async function sourceOf(log: IndexedLog, hash: string): Promise<string> {
  const task = await readTask(log, hash);
  if (!task) return "";
  const version = task.taskVersion === undefined ? "" : `version ${task.taskVersion}`;
  return [task.source ?? version, ...(task.hashIncludes ?? []).map(includeText)].join("\n");
}

function includeText(include: TaskInclude): string {
  switch (include.kind) {
    case "function":
      return `hashIncludes ${include.name ?? "a function"}:\n${include.source}`;
    case "value":
      return `hashIncludes ${writeYaml(include.value).trimEnd()}`;
    case "file":
      return `hashIncludes file ${include.hash ?? "(not there)"}`;
    case "task":
      return `hashIncludes task ${include.task} ${include.taskHash}`;
  }
}
