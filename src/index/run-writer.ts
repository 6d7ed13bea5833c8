import { RedunError } from "../errors.ts";
import { dayOf, executionPath } from "../record/layout.ts";
import { ENTITY_TYPES, EXECUTION_STATUSES, timeOf } from "../record/records.ts";
import { Claims } from "./claims.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import type { ExecutionDigest, JobDigest, JobsDigest, OutcomeDigest } from "./digest.ts";
import type { EntityWriter } from "./entity-writer.ts";
import { isHexId, packNumbers, storeId } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import type { NameWriter } from "./name-writer.ts";
import { ROWS_AT_ONCE } from "./row-batch.ts";
import type { KnownExecution, RunLookup } from "./run-lookup.ts";
import { RunRows } from "./run-rows.ts";
import { jobNumber } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";
import type { TaggedRow, TagWriter } from "./tag-writer.ts";

const RUNNING = EXECUTION_STATUSES.indexOf("RUNNING");
/** What stands between `duration` and `reason` in the row of an outcome. */
const NO_MORE = [null, null, null, null, null, null];

/** What else is written of a run. */
interface Parts {
  readonly statements: Statements;
  readonly dictionary: Dictionary;
  readonly lookups: LookupWriter;
  readonly names: NameWriter;
  readonly entities: EntityWriter;
  readonly tags: TagWriter;
  readonly runs: RunLookup;
}

/** Writes executions, their outcomes and their jobs. */
export class RunWriter {
  readonly #parts: Parts;
  readonly #claims: Claims;
  readonly #rows: RunRows;

  constructor(database: Database, parts: Parts) {
    this.#parts = parts;
    this.#claims = new Claims(parts.statements, parts.lookups, parts.runs);
    this.#rows = new RunRows(database, ROWS_AT_ONCE);
  }

  /** Until then, SQL may not see what was added. */
  flush(): void {
    this.#rows.flush();
  }

  /** In a rebuild, what is added waits for more of its kind. */
  #endOfFile(): void {
    if (this.#parts.lookups.isCollecting) return;
    this.#rows.flush();
    this.#parts.lookups.flush();
  }

  /** @throws RedunError BAD_RECORD, or Contested, for an id that another execution has */
  addExecution(digest: ExecutionDigest): void {
    const { dictionary, names, runs, tags } = this.#parts;
    const { id, started, task, user, commit, tree, argv } = digest;
    const known = runs.execution(id);
    if (known) {
      this.#claims.assertExecution(digest, known);
      return;
    }
    const pairs = tags.pairs(digest.tags);
    const word = (text: string | undefined) => (text ? dictionary.word(text) : null);
    const seq = this.#rows.newExecution();
    const words = [word(task), word(user), word(commit), word(tree)];
    const packed = packNumbers(pairs);
    this.#rows.execution.add([
      ...[seq, storeId(id), started, RUNNING, null, ...words],
      ...[argv, packed, null, null],
    ]);
    names.add("Execution", id, seq);
    runs.addExecution(id, seq, started);
    this.#endOfFile();
    tags.recordNew(taggedExecution({ id, seq, started }), digest.tags, pairs);
  }

  /** False where its execution has not arrived. */
  addOutcome({ execution, day, status, ended, reason, files }: OutcomeDigest): boolean {
    const known = this.#parts.runs.execution(execution);
    if (!known) return false;
    assertDay(day, known);
    const { seq, started } = known;
    const end = [status, ended - started, ...NO_MORE, reason, files];
    this.#rows.execution.add([seq, storeId(execution), started, ...end]);
    this.#endOfFile();
    return true;
  }

  /**
   * Adds the jobs of one segment; false where the execution, or a parent, has not arrived.
   * @throws RedunError BAD_RECORD, or Contested, for ids or places that other jobs have
   */
  addJobs({ execution, day, oid, jobs }: JobsDigest): boolean {
    const known = this.#parts.runs.execution(execution);
    if (!known) return false;
    assertDay(day, known);
    if (!isHexId(execution) || jobs.some(({ id }) => !isHexId(id))) {
      this.#rows.flush();
      this.#claims.assertJobs(known, jobs, oid);
    }
    const segment = this.#rows.newSegment();
    this.#rows.segment.add([segment, storeId(oid)]);
    for (const { id, index } of jobs) known.places.set(id, index);
    let isWhole = true;
    for (const job of jobs) isWhole = this.#addJob(known, job, segment) && isWhole;
    this.#endOfFile();
    this.#addEntities(known, jobs);
    this.#addTags(known, jobs);
    return isWhole;
  }

  /** False where its parent has an id of its own making, and has not arrived. */
  #addJob(execution: KnownExecution, job: JobDigest, segment: number): boolean {
    const { names, entities, lookups, runs } = this.#parts;
    const { id, index, status, started, duration, args } = job;
    const seq = jobNumber(execution.seq, index);
    const parent = job.parent === null ? null : runs.parent(execution, job.parent, index);
    const task = entities.row("Task", job.taskHash, job.task);
    const stored = storeId(id);
    this.#rows.job.add([
      seq,
      stored,
      parent ?? null,
      task,
      status,
      started,
      duration,
      segment,
      args,
    ]);
    names.addJob(id, seq);
    runs.addJob(id, seq);
    lookups.addLater("task_job", [task, execution.started, index, execution.seq]);
    names.eachOfJob(job, (key, rest) => {
      lookups.addLater("name", [key, rest, execution.started, index, execution.seq]);
    });
    if (job.cacheKey !== null) lookups.addLater("call", [task, job.cacheKey, seq]);
    if (parent !== null && parent !== undefined && !isHexId(job.parent!)) {
      this.#setParent(seq, parent);
    }
    return parent !== undefined;
  }

  /** Gives the files of jobs their rows, and notes of all that have rows which job is the newest. */
  #addEntities({ started }: KnownExecution, jobs: readonly JobDigest[]): void {
    const { names, entities, lookups } = this.#parts;
    for (const { files } of jobs) {
      for (const { id, path } of files) entities.row("Value", id, path);
    }
    if (lookups.isCollecting) return;
    const newest = new Map<number, number>();
    const newestOfTask = new Map<string, number>();
    const rowOf = names.rowsKnownBy(jobs.length);
    for (const job of jobs) {
      newestOfTask.set(job.taskHash, Math.max(job.index, newestOfTask.get(job.taskHash) ?? 0));
      if (!rowOf) continue;
      names.eachOfJob(job, (key, rest) => {
        const row = rowOf({ key, rest });
        if (row !== undefined) newest.set(row, Math.max(job.index, newest.get(row) ?? 0));
      });
    }
    for (const [id, index] of newestOfTask) newest.set(entities.row("Task", id), index);
    for (const [row, index] of newest) entities.seen(row, started, index);
  }

  #addTags({ seq, started }: KnownExecution, jobs: readonly JobDigest[]): void {
    for (const { id, index, tags } of jobs) {
      if (tags.length === 0) continue;
      this.#rows.flush();
      this.#parts.tags.record(taggedJob({ id, seq: jobNumber(seq, index), started }), tags);
    }
  }

  /** A job with a foreign parent may have come without it before. */
  #setParent(job: number, parent: number): void {
    this.#rows.flush();
    const update = "UPDATE job SET parent = ? WHERE seq = ? AND parent IS NULL";
    this.#parts.statements.get(update).run(parent, job);
  }
}

/** What a row of a run has tags by; `started` is its execution's start. */
interface RunRow {
  readonly id: string;
  readonly seq: number;
  readonly started: number;
}

export function taggedExecution({ seq, id, started }: RunRow): TaggedRow {
  const type = ENTITY_TYPES.indexOf("Execution");
  return { table: "execution", type, seq, id, time: started };
}

export function taggedJob({ seq, id, started }: RunRow): TaggedRow {
  return { table: "job", type: ENTITY_TYPES.indexOf("Job"), seq, id, time: started };
}

/** All files of an execution stand in the folder of the day on which it began. */
function assertDay(day: string, { id, started }: KnownExecution): void {
  if (dayOf(executionPath(id, timeOf(started))) === day) return;
  const what = `Execution ${id} began at ${timeOf(started)}: its files belong elsewhere.`;
  throw new RedunError("BAD_RECORD", what);
}
