import { RedunError } from "../errors.ts";
import { compareIds } from "../index/ids.ts";
import type { IndexReader } from "../index/reader.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { type JournaledRun, journaledRuns, lastWritten } from "../log/journals.ts";
import type { Subject } from "../query/matcher.ts";
import { decodeExecution, decodeOutcome } from "../record/decode.ts";
import { parsePath } from "../record/layout.ts";
import type { Execution, Outcome } from "../record/records.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";
import type { JournaledExecution } from "./journaled-execution.ts";
import { jobIdsBeginning } from "./journaled-jobs.ts";

/**
 * The executions that stand in their journals alone, and those of which the log has not all: they go
 * on, or could not be committed. Mostly none, which costs a look into one folder.
 */
export function journaledExecutions({ log, index }: IndexedLog): JournaledExecution[] {
  return journaledRuns(log.backend.repository.commonDir)
    .filter(({ head }) => head?.ref === log.ref)
    .flatMap((run) => journaledExecution(run, indexedRow(index, run.execution)) ?? []);
}

/** The one whose id a word is, or begins, or that it counts back to. */
export function journaledWithId(log: IndexedLog, word: string): JournaledExecution | undefined {
  const count = countedBack(word);
  if (count !== null) {
    const row = executionBack(log, count);
    return row && journaledExecutions(log).find((execution) => execution.row.id === row.id);
  }
  const found = word === "" ? [] : journaledExecutions(log);
  const hits = found.filter(({ row }) => row.id.startsWith(word));
  return hits.length === 1 ? hits[0] : undefined;
}

const RELATIVE = /^(?:-|-?~(\d{1,9}))$/;

/** How many executions a word counts back from the latest one: `-`, `~1`; null for other words. */
export function countedBack(word: string): number | null {
  const back = RELATIVE.exec(word);
  return back && Number(back[1] ?? 0);
}

/** The latest execution (0) or the one so many before it, those in their journals included. */
export function executionBack(log: IndexedLog, count: number): ExecutionRow | undefined {
  const { index } = log;
  const waiting = journaledExecutions(log).filter(({ indexed }) => indexed === null);
  // As many of the log's executions as are certainly before it need not be looked at.
  const skipped = Math.max(0, count - waiting.length);
  const rows = waiting.map(({ row }) => row);
  for (let at = skipped; at <= count; at++) {
    const row = index.executionBefore(at);
    if (row) rows.push(row);
  }
  return rows.sort(newestFirst)[count - skipped];
}

/** The one order of executions: by their start, then by their id. */
export function newestFirst(a: ExecutionRow, b: ExecutionRow): number {
  return b.started - a.started || compareIds(b.id, a.id);
}

/**
 * The job whose id a word is, or begins, of those that stand in journals.
 * @throws RedunError AMBIGUOUS_ID
 */
export function journaledJobId(
  log: IndexedLog,
  word: string,
): { readonly execution: JournaledExecution; readonly id: string } | undefined {
  if (!/^[0-9a-f]+$/.test(word)) return undefined;
  let found: { execution: JournaledExecution; id: string } | undefined;
  for (const execution of journaledExecutions(log)) {
    for (const id of jobIdsBeginning(execution, word)) {
      if (id === word) return { execution, id };
      if (found) throw ambiguousJob(word, [found.id, id]);
      found = { execution, id };
    }
  }
  return found;
}

function ambiguousJob(word: string, ids: readonly string[]): RedunError {
  return new RedunError(
    "AMBIGUOUS_ID",
    `"${word}" matches several jobs that are not committed yet:\n${ids.map((id) => `  Job ${id.slice(0, 16)}`).join("\n")}\n  and maybe others`,
    "Write (more of) the id of one.",
    { data: { candidates: ids.map((id) => ({ type: "Job", id })) } },
  );
}

function indexedRow(index: IndexReader, execution: string): ExecutionRow | null {
  for (const { type, ref } of index.ids.withId(execution)) {
    const row = type === "Execution" ? index.execution(ref) : undefined;
    if (row?.id === execution) return row;
  }
  return null;
}

/** undefined for one whose end the log has, and for a journal that says something else. */
function journaledExecution(
  run: JournaledRun,
  indexed: ExecutionRow | null,
): JournaledExecution | undefined {
  const isDead = run.fate.state === "dead";
  // All of it has been committed, and its journal will be deleted.
  if (indexed && indexed.ended !== null) return undefined;
  try {
    const row = indexed ?? unindexedRow(decodeExecution(readYaml(run.head!.record), run.execution));
    if (!isDead) return { run, row, indexed };
    const end = outcomeOf(run);
    const { status, reason = null, files = [] } = end ?? { status: "INTERRUPTED" as const };
    const ended = end ? Date.parse(end.ended) : null;
    return { run, row: { ...row, status, ended, reason, files }, indexed };
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

/** The number of a row that no index holds. */
export const NOT_INDEXED = -1;

/** The row of an execution that no index holds, as long as nothing tells of its end. */
export function unindexedRow(execution: Execution): ExecutionRow {
  const { id, started, task, argv, user, code, tags } = execution;
  return {
    seq: NOT_INDEXED,
    id,
    status: "RUNNING",
    started: Date.parse(started),
    ended: null,
    reason: null,
    files: [],
    task,
    argv,
    user,
    commit: code.commit ?? null,
    tree: code.tree ?? null,
    tags,
    conflicts: [],
  };
}
