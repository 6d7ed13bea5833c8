import { compareIds } from "../index/ids.ts";
import type { IndexReader } from "../index/reader.ts";
import type { ExecutionRow, JobRow } from "../index/rows.ts";
import { JOBS_PER_EXECUTION } from "../index/schema.ts";
import { contentOf, type JournaledRun, journaledRuns, lastWritten } from "../log/journals.ts";
import type { Subject } from "../query/matcher.ts";
import { decodeExecution, decodeJobs, decodeOutcome } from "../record/decode.ts";
import { segmentYaml } from "../record/encode.ts";
import { parsePath } from "../record/layout.ts";
import type { Execution, Job, Outcome } from "../record/records.ts";
import { previewArgs } from "../value/preview.ts";
import { readYaml } from "../value/yaml-read.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** An execution of this repository of which its journal knows more than the log. */
export interface JournaledExecution {
  readonly run: JournaledRun;
  readonly row: ExecutionRow;
  /** What the index has of it, by its checkpoints; null before the first one. */
  readonly indexed: ExecutionRow | null;
}

/**
 * The executions that stand in their journals alone, and those whose log says that they go on although
 * they are dead: they could not be committed. Mostly none, which costs a look into one folder.
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

/** The jobs of such an execution, in the order in which they began. */
export function journaledJobs({ index }: IndexedLog, execution: JournaledExecution): JobRow[] {
  const { run, row, indexed } = execution;
  const jobs = new Map<number, JobRow>();
  if (indexed) for (const job of index.jobsOf(indexed.seq)) jobs.set(job.place, job);
  const records = new Map<number, Job>();
  for (const file of run.files) {
    for (const line of contentOf(file)) {
      const item = "job" in line ? line.job : "begun" in line ? line.begun : undefined;
      const job = item === undefined ? undefined : jobOf(row.id, item);
      if (job) records.set(job.index, job);
    }
  }
  const places = new Map<string, number>();
  for (const { id, place } of jobs.values()) places.set(id, place);
  for (const { id, index } of records.values()) places.set(id, index);
  for (const [place, job] of records) {
    const parent = places.get(job.parent ?? "");
    if (!jobs.get(place)?.ended) jobs.set(place, jobRowOf(row, job, parent));
  }
  const isOver = row.status !== "RUNNING";
  return [...jobs.values()]
    .sort((a, b) => a.place - b.place)
    .map((job) => (isOver && job.ended === null ? { ...job, status: "INTERRUPTED" } : job));
}

function jobRowOf(execution: ExecutionRow, job: Job, parent: number | undefined): JobRow {
  const first = execution.seq * JOBS_PER_EXECUTION;
  return {
    seq: first + job.index,
    id: job.id,
    execution: execution.seq,
    time: execution.started,
    place: job.index,
    parent: parent === undefined ? null : first + parent,
    task: job.task,
    taskHash: job.taskHash,
    status: job.status,
    started: Date.parse(job.started),
    ended: job.ended === null ? null : Date.parse(job.ended),
    args: previewArgs(job.args),
    segment: "",
    tags: job.tags,
    conflicts: [],
  };
}

/** undefined for what a newer redun-git wrote, or nobody. */
function jobOf(execution: string, item: string): Job | undefined {
  try {
    return decodeJobs(readYaml(segmentYaml(execution, [item], []))).jobs[0];
  } catch {
    return undefined;
  }
}

function indexedRow(index: IndexReader, execution: string): ExecutionRow | null {
  for (const { type, ref } of index.withId(execution)) {
    const row = type === "Execution" ? index.execution(ref) : undefined;
    if (row?.id === execution) return row;
  }
  return null;
}

/** undefined for one that the log tells the truth of, and for a journal that says something else. */
function journaledExecution(
  run: JournaledRun,
  indexed: ExecutionRow | null,
): JournaledExecution | undefined {
  const isDead = run.fate.state === "dead";
  // All of it has been committed and its journal will be deleted, or it goes on.
  if (indexed && (indexed.ended !== null || !isDead)) return undefined;
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
