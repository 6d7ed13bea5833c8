import type { IndexReader } from "../index/reader.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { type JournaledRun, lastWritten } from "../log/journals.ts";
import type { Condition } from "../query/condition.ts";
import { matcher, type Subject } from "../query/matcher.ts";
import { decodeExecution, decodeOutcome } from "../record/decode.ts";
import { parsePath } from "../record/layout.ts";
import type { Execution, Outcome } from "../record/records.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * Executions of this repository that stand in their journals alone, newest first, if they meet a
 * condition: they go on right now, or have ended and could not be committed yet.
 */
export function journaledExecutions(
  { log, index }: IndexedLog,
  runs: readonly JournaledRun[],
  condition: Condition,
): ExecutionRow[] {
  const passes = matcher(condition);
  return runs
    .filter(({ head, execution }) => head?.ref === log.ref && !isIndexed(index, execution))
    .flatMap((run) => rowOf(run) ?? [])
    .filter((row) => passes(executionSubject(row)))
    .sort((a, b) => b.started - a.started);
}

/** A checkpoint has committed it, or all of it has been and its journal will be deleted. */
function isIndexed(index: IndexReader, execution: string): boolean {
  return index
    .withId(execution)
    .some(({ type, ref }) => type === "Execution" && index.execution(ref)?.id === execution);
}

/** undefined for a journal that says something else than an execution's record. */
function rowOf(run: JournaledRun): ExecutionRow | undefined {
  try {
    const row = unindexedRow(decodeExecution(readYaml(run.head!.record), run.execution));
    if (run.fate.state !== "dead") return row;
    const end = outcomeOf(run);
    return end
      ? { ...row, status: end.status, ended: Date.parse(end.ended) }
      : { ...row, status: "INTERRUPTED" };
  } catch {
    return undefined;
  }
}

/** How a run ended that could not commit its end. */
function outcomeOf(run: JournaledRun): Outcome | undefined {
  const line = lastWritten(run);
  if (!line || !("file" in line) || parsePath(line.file.path)?.kind !== "outcome") return undefined;
  return decodeOutcome(readYaml(line.file.text));
}

/** An execution as conditions see it. */
export function executionSubject(row: ExecutionRow): Subject {
  return { ...row, exec: row.id, args: row.argv };
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
    reason: null,
    task,
    argv,
    user,
    commit: code.commit ?? null,
    tree: code.tree ?? null,
    tags,
    conflicts: [],
  };
}
