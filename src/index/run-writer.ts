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
  readonly #database: Database;
  readonly #parts: Parts;
  readonly #claims: Claims;
  #rows: RunRows;

  constructor(database: Database, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#claims = new Claims(parts.statements, parts.lookups, parts.runs);
    this.#rows = new RunRows(database, parts.lookups.isCollecting ? ROWS_AT_ONCE : 1);
  }

  /** Until then, SQL may not see what was added. */
  flush(): void {
    this.#rows.flush();
  }

  /** Must be called at the end of a rebuild: from then on, each row is written at once. */
  endOfRebuild(): void {
    this.#rows.flush();
    this.#rows = new RunRows(this.#database, 1);
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
    return isWhole;
  }

  /** False where its parent has an id of its own making, and has not arrived. */
  #addJob(execution: KnownExecution, job: JobDigest, segment: number): boolean {
    const { names, entities, lookups, runs, tags } = this.#parts;
    const { id, index, status, started, duration, args } = job;
    const seq = jobNumber(execution.seq, index);
    const parent = job.parent === null ? null : runs.parent(execution, job.parent, index);
    const task = entities.row("Task", job.taskHash, job.task);
    this.#rows.job.add([
      ...[seq, storeId(id), parent ?? null, task, status],
      ...[started, duration, segment, args],
    ]);
    names.add("Job", id, seq);
    runs.addJob(id, seq);
    lookups.add("task_job", task, execution.started, index, execution.seq);
    for (const name of names.ofJob(job)) {
      lookups.add("name", name.key, name.rest, execution.started, index, execution.seq);
      const row = names.rowKnownBy(name);
      if (row !== undefined) entities.seen(row, execution.started, index);
    }
    for (const { id: file, path } of job.files) entities.row("Value", file, path);
    entities.seen(task, execution.started, index);
    if (job.cacheKey !== null) lookups.add("call", task, job.cacheKey, seq);
    if (parent !== null && parent !== undefined && !isHexId(job.parent!)) {
      this.#setParent(seq, parent);
    }
    if (job.tags.length > 0) {
      this.#rows.flush();
      tags.record(taggedJob({ id, seq, started: execution.started }), job.tags);
    }
    return parent !== undefined;
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
