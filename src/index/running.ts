import { type FoundJournal, isAlive } from "../log/journal.ts";
import { decodeExecution } from "../record/decode.ts";
import { sameTag } from "../tag/graph.ts";
import type { TagPair } from "../tag/tag.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";
import type { TagFilter } from "./reader.ts";
import type { ExecutionRow } from "./rows.ts";

/**
 * Executions that go on right now in this repository and have not been committed yet, newest
 * first. They stand in their journals alone: see `findJournals`.
 */
export function runningExecutions(
  { log }: IndexedLog,
  journals: readonly FoundJournal[],
  filters: readonly TagFilter[],
): ExecutionRow[] {
  return journals
    .filter(({ owner }) => owner.ref === log.ref && isAlive(owner))
    .flatMap((journal) => uncommitted(journal) ?? [])
    .filter(({ tags }) => filters.every((filter) => hasTag(tags, filter)))
    .sort((a, b) => b.started - a.started);
}

/** The row of a journal's execution; undefined once a checkpoint has committed it. */
function uncommitted({ owner, lines }: FoundJournal): ExecutionRow | undefined {
  if (lines.some((line) => "committed" in line)) return undefined;
  const first = lines.find((line) => "file" in line);
  if (!first) return undefined;
  const execution = decodeExecution(readYaml(first.file.text), owner.execution);
  return {
    seq: -1,
    id: execution.id,
    status: "RUNNING",
    started: Date.parse(execution.started),
    ended: null,
    task: execution.task,
    argv: execution.argv,
    user: execution.user,
    tags: execution.tags,
    conflicts: [],
  };
}

function hasTag(tags: readonly TagPair[], { key, value }: TagFilter): boolean {
  return tags.some((tag) => tag[0] === key && (value === undefined || sameTag(tag, [key, value])));
}
