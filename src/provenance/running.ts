import type { ExecutionRow } from "../index/rows.ts";
import { type FoundJournal, isAlive } from "../log/journal.ts";
import type { Condition } from "../query/condition.ts";
import { matcher, type Subject } from "../query/matcher.ts";
import { decodeExecution } from "../record/decode.ts";
import type { Execution } from "../record/records.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * Executions that go on right now in this repository and have not been committed yet, newest
 * first, if they meet a condition. They stand in their journals alone: see `findJournals`.
 */
export function runningExecutions(
  { log }: IndexedLog,
  journals: readonly FoundJournal[],
  condition: Condition,
): ExecutionRow[] {
  const passes = matcher(condition);
  return journals
    .filter(({ owner }) => owner.ref === log.ref && isAlive(owner))
    .flatMap((journal) => uncommitted(journal) ?? [])
    .filter((row) => passes(executionSubject(row)))
    .sort((a, b) => b.started - a.started);
}

/** An execution as conditions see it. */
export function executionSubject(row: ExecutionRow): Subject {
  return { ...row, exec: row.id, args: row.argv };
}

/** The row of a journal's execution; undefined once a checkpoint has committed it. */
function uncommitted({ owner, lines }: FoundJournal): ExecutionRow | undefined {
  if (lines.some((line) => "committed" in line)) return undefined;
  const first = lines.find((line) => "file" in line);
  if (!first) return undefined;
  return unindexedRow(decodeExecution(readYaml(first.file.text), owner.execution));
}

/** The row of an execution that no index holds, as long as nothing tells of its end. */
export function unindexedRow(execution: Execution): ExecutionRow {
  const { id, started, task, argv, user, code, tags } = execution;
  return {
    seq: -1,
    id,
    status: "RUNNING",
    started: Date.parse(started),
    ended: null,
    task,
    argv,
    user,
    commit: code.commit ?? null,
    tree: code.tree ?? null,
    tags,
    conflicts: [],
  };
}
