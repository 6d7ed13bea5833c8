import type { JobTally } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readTask } from "../provenance/read.ts";
import { taskText } from "./task-changes.ts";
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
  const [was, is] = [await readTask(log, before), await readTask(log, after)];
  return unifiedDiff(taskText(was), taskText(is));
}
