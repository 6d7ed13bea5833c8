import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { jobId } from "../record/encode.ts";
import { dayOf, executionPath, jobsPath } from "../record/layout.ts";
import { ENTITY_TYPES, type EntityType, EXECUTION_STATUSES } from "../record/records.ts";
import { Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import type {
  Digest,
  ExecutionDigest,
  JobDigest,
  JobsDigest,
  OutcomeDigest,
  TagsDigest,
} from "./digest.ts";
import { isHexId, loadId, packNumbers, storeId } from "./ids.ts";
import { LookupWriter } from "./lookups.ts";
import {
  foreignKey,
  hexKey,
  keyOfKind,
  NAMED,
  type Name,
  type Named,
  type Namer,
  ownKind,
  readKey,
} from "./names.ts";
import { ROWS_AT_ONCE } from "./row-batch.ts";
import { RunRows } from "./run-rows.ts";
import { executionOfJob, jobNumber } from "./schema.ts";
import type { Database } from "./sqlite-types.ts";
import { namerOf } from "./stamp.ts";
import { type TaggedRow, TagWriter } from "./tag-writer.ts";

/** A file has a better claim to an id than one that is in the index: which must be built anew. */
export class Contested extends Error {}

/** The execution whose files are being added; they stand next to each other in the tree. */
interface CurrentExecution {
  readonly id: string;
  readonly seq: number;
  readonly started: number;
  /** Places of its jobs by their ids, as far as they are known. */
  readonly places: Map<string, number>;
  /** The ids of all places below this one are known. */
  tried: number;
}

/** Rows of entities that are known without asking. */
const REMEMBERED = 50_000;
/** A parent that is named and never comes must not cost a million hashes. */
const MAX_PLACES_TRIED = 100_000;
/** The time of what no job is known to have made, given or taken: before all times. */
const NEVER = -(2 ** 47);
const RUNNING = EXECUTION_STATUSES.indexOf("RUNNING");
/** What stands between `duration` and `reason` in the row of an outcome. */
const NO_MORE = [null, null, null, null, null, null];
const TYPE = Object.fromEntries(ENTITY_TYPES.map((type, at) => [type, at])) as Record<
  EntityType,
  number
>;

/** Puts digests of records into the tables. Files may come in any order, and more than once. */
export class IndexWriter {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #lookups: LookupWriter;
  readonly #tags: TagWriter;
  readonly #database: Database;
  readonly #namer: Namer;
  #rows: RunRows;
  readonly #format: ObjectFormat;
  readonly #entities = new Map<string, number>();
  /** The names that were written last: an edit of a task's tags may come before the task. */
  readonly #lastNames = new Map<number, string>();
  /** Nothing was there before, and the `name` table does not exist yet. */
  #anew: boolean;
  #current: CurrentExecution | null = null;
  /** Executions and jobs with foreign ids that a rebuild has added, which it cannot look up yet. */
  readonly #foreignRuns = new Map<string, CurrentExecution>();
  readonly #foreignJobs = new Map<string, number>();

  /** `anew`: the tables are empty, and files come in the order of the tree. */
  constructor(database: Database, format: ObjectFormat, { anew }: { anew: boolean }) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#rows = new RunRows(database, anew ? ROWS_AT_ONCE : 1);
    this.#dictionary = new Dictionary(this.#statements);
    this.#lookups = new LookupWriter(database, { collect: anew });
    this.#tags = new TagWriter(this.#statements, this.#dictionary, this.#lookups);
    this.#format = format;
    this.#namer = namerOf(database);
    this.#anew = anew;
  }

  /**
   * Adds one file; false when it refers to something that has not arrived.
   * @throws RedunError BAD_RECORD for one that claims what another has: nothing of it was added
   * @throws Contested where it has the better claim
   */
  add(digest: Digest): boolean {
    const { kind } = digest;
    if (kind === "tags" || kind === "value" || kind === "task") this.endOfFiles();
    switch (kind) {
      case "execution":
        return this.#addExecution(digest);
      case "jobs":
        return this.#addJobs(digest);
      case "outcome":
        return this.#addOutcome(digest);
      case "task":
        return this.#define(digest.id, digest.name);
      case "value":
        return this.#entity("Value", digest.id) > 0;
      case "tags":
        return this.#addTagEdits(digest);
      case "format":
        return true;
    }
  }

  /** Must be called after the last file. */
  finish(): void {
    this.endOfFiles();
    this.#tags.finish();
  }

  /** From here on, what comes may refer to anything that came before. */
  endOfFiles(): void {
    if (!this.#anew) return;
    this.#rows.flush();
    this.#rows = new RunRows(this.#database, 1);
    this.#lookups.finish();
    this.#anew = false;
    this.#entities.clear();
    this.#foreignRuns.clear();
    this.#foreignJobs.clear();
    const rows = this.#statements.get("SELECT seq, type, id FROM entity").all();
    for (const { seq, type, id } of rows) {
      this.#findNewest(ENTITY_TYPES[type as number]!, seq as number, loadId(id));
    }
  }

  #addExecution({ id, started, task, user, commit, tree, argv, tags }: ExecutionDigest): boolean {
    const known = this.#findExecution(id);
    if (known) {
      if (known.started === started) return true;
      const what = `The id ${id} is that of the execution of ${timeOf(known.started)}.`;
      throw this.#claimed(what, started < known.started);
    }
    const pairs = this.#tags.pairs(tags);
    const word = (text: string | undefined) => (text ? this.#dictionary.word(text) : null);
    const seq = this.#rows.newExecution();
    const words = [word(task), word(user), word(commit), word(tree)];
    const packed = packNumbers(pairs);
    this.#rows.execution.add([
      ...[seq, storeId(id), started, RUNNING, null, ...words],
      ...[argv, packed, null, null],
    ]);
    this.#addOwnName("Execution", id, seq);
    this.#current = { id, seq, started, places: new Map(), tried: 0 };
    if (this.#anew && !isHexId(id)) this.#foreignRuns.set(id, this.#current);
    this.#tags.recordNew(executionRow(this.#current), tags, pairs);
    return true;
  }

  #addOutcome({ execution, day, status, ended, reason, files }: OutcomeDigest): boolean {
    const current = this.#findExecution(execution);
    if (!current) return false;
    expectDay(day, current);
    const { seq, started } = current;
    const duration = ended - started;
    const end = [status, duration, ...NO_MORE, reason, files];
    this.#rows.execution.add([seq, storeId(execution), started, ...end]);
    return true;
  }

  #addJobs({ execution, day, oid, jobs, tagged }: JobsDigest): boolean {
    const current = this.#findExecution(execution);
    if (!current) return false;
    expectDay(day, current);
    if (!isHexId(execution) || jobs.some(({ id }) => !isHexId(id))) {
      this.#checkClaims(current, jobs, oid);
    }
    const segment = this.#rows.newSegment();
    this.#rows.segment.add([segment, storeId(oid)]);
    for (const { id, index } of jobs) current.places.set(id, index);
    let isWhole = true;
    for (const job of jobs) isWhole = this.#addJob(current, job, segment) && isWhole;
    if (tagged.length > 0) this.#rows.flush();
    for (const { type, id, tags } of tagged) {
      const row = this.#row(type, id);
      if (row) this.#tags.record(row, tags);
      else isWhole = false;
    }
    return isWhole;
  }

  /** False where its parent has an id of its own making, and has not arrived. */
  #addJob(current: CurrentExecution, job: JobDigest, segment: number): boolean {
    const seq = jobNumber(current.seq, job.index);
    const parent = job.parent === null ? null : this.#parentNumber(current, job.parent, job.index);
    const task = this.#entity("Task", job.taskHash, job.task);
    const { id, index, status, started, duration, args } = job;
    this.#rows.job.add([
      seq,
      storeId(id),
      parent ?? null,
      task,
      status,
      started,
      duration,
      segment,
      args,
    ]);
    this.#addOwnName("Job", id, seq);
    if (this.#anew && !isHexId(id)) this.#foreignJobs.set(id, seq);
    this.#lookups.add("task_job", task, current.started, index, current.seq);
    for (const { key, rest } of this.#namesOf(job)) {
      this.#lookups.add("name", key, rest, current.started, index, current.seq);
      if (!this.#anew) this.#seen(this.#rowKnownBy(key, rest), current.started, index);
    }
    for (const { id: file, path } of job.files) this.#entity("Value", file, path);
    if (!this.#anew) this.#seen(task, current.started, index);
    if (job.cacheKey !== null) this.#lookups.add("call", task, job.cacheKey, seq);
    if (parent !== null && parent !== undefined && !isHexId(job.parent!)) {
      // It may have come without its parent before.
      this.#rows.flush();
      const sql = "UPDATE job SET parent = ? WHERE seq = ? AND parent IS NULL";
      this.#statements.get(sql).run(parent, seq);
    }
    if (job.tags.length > 0) {
      this.#rows.flush();
      this.#tags.record(jobRow(current, seq, id), job.tags);
    }
    return parent !== undefined;
  }

  #namesOf({ names: { hex, foreign } }: JobDigest): Name[] {
    const names: Name[] = [];
    for (let at = 0; at < hex.length; at += 2) names.push({ key: hex[at]!, rest: hex[at + 1]! });
    for (const [id, named] of foreign) {
      names.push({ key: foreignKey(this.#dictionary.foreignId(id), named), rest: 0 });
    }
    return names;
  }

  #addOwnName(type: EntityType, id: string, seq: number): void {
    const { key, rest } = this.#ownName(type, id);
    this.#lookups.add("name", key, rest, 0, 0, seq);
  }

  /** There are two sorts of rows: of runs and jobs, whose ids stand there, the key alone will do. */
  #ownName(type: EntityType, id: string): Name {
    const named = ownKind(type);
    if (!isHexId(id)) return { key: foreignKey(this.#dictionary.foreignId(id), named), rest: 0 };
    const isRun = type === "Execution" || type === "Job";
    return { key: hexKey(id, named), rest: isRun ? 0 : this.#namer.rest(id) };
  }

  /** The row of the value or call node of a job's name, if it has one. */
  #rowKnownBy(key: number, rest: number): number | undefined {
    const own = keyOfKind(key, ownKind(readKey(key).type));
    const row = this.#statements.get("SELECT run FROM name WHERE key = ? AND rest = ?");
    return row.get(own, rest)?.run as number | undefined;
  }

  /** A row that has one more job by which it is known, perhaps the newest. */
  #seen(seq: number | undefined, time: number, place: number): void {
    if (seq === undefined) return;
    this.#statements
      .get("UPDATE entity SET time = ?2, place = ?3 WHERE seq = ?1 AND (time, place) < (?2, ?3)")
      .run(seq, time, place);
  }

  #findNewest(type: EntityType, seq: number, id: string): void {
    for (const { time, place } of this.#newestJobs(type, seq, id)) this.#seen(seq, time, place);
  }

  *#newestJobs(type: EntityType, seq: number, id: string) {
    type Newest = { time: number; place: number } | undefined;
    const newest = "ORDER BY time DESC, place DESC LIMIT 1";
    if (type === "Task") {
      const sql = `SELECT time, place FROM task_job WHERE task = ? ${newest}`;
      const job = this.#statements.get(sql).get(seq) as Newest;
      if (job) yield job;
    }
    const own = this.#ownName(type, id);
    for (const role of ROLES[type] ?? []) {
      const sql = `SELECT time, place FROM name WHERE key = ? AND rest = ? ${newest}`;
      const job = this.#statements.get(sql).get(keyOfKind(own.key, role), own.rest) as Newest;
      if (job) yield job;
    }
  }

  /**
   * No job may have the id or the place of another one. A native id is that of its place: only
   * foreign ones can be claimed twice.
   */
  #checkClaims(current: CurrentExecution, jobs: readonly JobDigest[], oid: string): void {
    this.#rows.flush();
    const idAt = this.#statements.get("SELECT id FROM job WHERE seq = ?");
    const path = this.#segmentPath(current.id, current.started, oid);
    const ids = new Map<number, string>();
    const places = new Map<string, number>();
    for (const { id, index } of jobs) {
      const seq = jobNumber(current.seq, index);
      const stored = idAt.get(seq)?.id;
      const other = ids.get(index) ?? (stored == null ? id : loadId(stored));
      const known = places.get(id) ?? (isHexId(id) ? seq : (this.#foreignJob(id) ?? seq));
      ids.set(index, id);
      places.set(id, seq);
      if (other === id && known === seq) continue;
      const rival = this.#segmentOf(known === seq ? seq : known);
      const what = `Job ${index} claims the id ${id} or the place of another job, in ${rival ?? path}.`;
      throw this.#claimed(what, rival !== undefined && path < rival);
    }
  }

  #foreignJob(id: string): number | null {
    return this.#foreignJobs.get(id) ?? this.#named("Job", id, "SELECT id FROM job WHERE seq = ?");
  }

  /** The path of the segment that a job is in; undefined for one that is not added yet. */
  #segmentOf(job: number): string | undefined {
    const row = this.#statements
      .get(
        `SELECT e.id, e.started, s.oid FROM job j JOIN segment s ON s.seq = j.segment
         JOIN execution e ON e.seq = ? WHERE j.seq = ?`,
      )
      .get(executionOfJob(job), job);
    return row && this.#segmentPath(loadId(row.id), row.started as number, loadId(row.oid));
  }

  #segmentPath(execution: string, started: number, oid: string): string {
    return jobsPath(execution, timeOf(started), oid);
  }

  /** Of two claims that of the path that comes first counts, as in a rebuild, which adds it first. */
  #claimed(what: string, isFirst: boolean): Error {
    return isFirst && !this.#anew ? new Contested(what) : new RedunError("BAD_RECORD", what);
  }

  #addTagEdits({ type, entity, oid, edits }: TagsDigest): boolean {
    const row = this.#row(type, entity);
    if (row) this.#tags.edit(row, edits, oid);
    return row !== null;
  }

  /** The row of an entity that tags are for; null for an execution or job that has not arrived. */
  #row(type: EntityType, id: string): TaggedRow | null {
    if (type === "Execution") {
      const found = this.#findExecution(id);
      return found && executionRow(found);
    }
    if (type !== "Job") {
      return { table: "entity", seq: this.#entity(type, id), id, type: TYPE[type], time: 0 };
    }
    const seq = this.#named("Job", id, "SELECT id FROM job WHERE seq = ?");
    if (seq === null) return null;
    const { started } = this.#statements
      .get("SELECT started FROM execution WHERE seq = ?")
      .get(executionOfJob(seq)) as { started: number };
    return { table: "job", seq, id, type: TYPE.Job, time: started };
  }

  #findExecution(id: string): CurrentExecution | null {
    if (this.#current?.id === id) return this.#current;
    const foreign = this.#foreignRuns.get(id);
    if (foreign) {
      this.#current = foreign;
      return foreign;
    }
    const seq = this.#named("Execution", id, "SELECT id FROM execution WHERE seq = ?");
    if (seq === null) return null;
    const { started } = this.#statements
      .get("SELECT started FROM execution WHERE seq = ?")
      .get(seq) as { started: number };
    this.#current = { id, seq, started, places: new Map(), tried: 0 };
    return this.#current;
  }

  /**
   * The number of a job's parent, whose own record may be in a segment that has not come yet: but
   * it began earlier, and a job's id is that of its place. Undefined where the id is a foreign one,
   * which only its own record tells; null for one of another execution, and for one that began later: jobs could call each other
   * in a ring.
   */
  #parentNumber(
    current: CurrentExecution,
    parent: string,
    before: number,
  ): number | null | undefined {
    const { places } = current;
    if (!isHexId(parent) && !places.has(parent)) {
      const seq = this.#named("Job", parent, "SELECT id FROM job WHERE seq = ?");
      if (seq === null) return undefined;
      const isEarlier = seq < jobNumber(current.seq, before);
      return executionOfJob(seq) === current.seq && isEarlier ? seq : null;
    }
    const end = Math.min(before, MAX_PLACES_TRIED);
    for (let at = current.tried; !places.has(parent) && at < end; at++) {
      places.set(jobId(current.id, at, this.#format), at);
      current.tried = at + 1;
    }
    const place = places.get(parent);
    return place === undefined || place >= before ? null : jobNumber(current.seq, place);
  }

  /** What a task's own record says of its name counts. */
  #define(id: string, name: string): boolean {
    const seq = this.#entity("Task", id, name);
    const sql = "UPDATE entity SET name = ?, own = 1 WHERE seq = ?";
    this.#statements.get(sql).run(this.#dictionary.word(name), seq);
    return true;
  }

  /**
   * The row of a task, or of a value or call node that is tagged or has a file of its own. Of
   * several names that jobs give a task without a record, the first in order counts.
   */
  #entity(type: EntityType, id: string, name?: string): number {
    const key = `${type} ${id}`;
    const known = this.#entities.get(key);
    if (known !== undefined && (name === undefined || this.#lastNames.get(known) === name))
      return known;
    let seq = known ?? this.#named(type, id, "SELECT id FROM entity WHERE seq = ?");
    if (seq === null) {
      const word = name === undefined ? null : this.#dictionary.word(name);
      const sql = "INSERT INTO entity (type, id, name, time, place, own) VALUES (?, ?, ?, ?, ?, 0)";
      seq = this.#insert(sql, TYPE[type], storeId(id), word, NEVER, 0);
      this.#addOwnName(type, id, seq);
      if (!this.#anew) this.#findNewest(type, seq, id);
    } else if (name !== undefined) {
      const sql = `UPDATE entity SET name = ?2 WHERE seq = ?1 AND own = 0 AND (name IS NULL
        OR ?3 < (SELECT text FROM word WHERE seq = name))`;
      this.#statements.get(sql).run(seq, this.#dictionary.word(name), name);
    }
    if (!this.#anew && this.#entities.size >= REMEMBERED) this.#entities.clear();
    this.#entities.set(key, seq);
    if (name !== undefined) this.#lastNames.set(seq, name);
    return seq;
  }

  /** The row that has an id; `idOf` is the SQL that reads a row's id. */
  #named(type: EntityType, id: string, idOf: string): number | null {
    if (this.#anew) return null;
    const { key, rest } = this.#ownName(type, id);
    const rows = this.#statements
      .get("SELECT run FROM name WHERE key = ? AND rest = ?")
      .all(key, rest) as { run: number }[];
    for (const { run } of rows) {
      const row = this.#statements.get(idOf).get(run) as { id: unknown } | undefined;
      if (row && loadId(row.id) === id) return run;
    }
    return null;
  }

  #insert(sql: string, ...values: (string | number | null | Uint8Array)[]): number {
    return Number(this.#statements.get(sql).run(...values).lastInsertRowid);
  }
}

/** As what a job knows the ids of call nodes and values. */
const ROLES: Readonly<Partial<Record<EntityType, readonly Named[]>>> = {
  CallNode: [NAMED.jobOfCall],
  Value: [NAMED.jobWithResult, NAMED.jobWithArgument],
};

function jobRow({ started }: CurrentExecution, seq: number, id: string): TaggedRow {
  return { table: "job", type: TYPE.Job, seq, id, time: started };
}

/** All files of an execution stand in the folder of the day on which it began. */
function expectDay(day: string, { id, started }: CurrentExecution): void {
  if (dayOf(executionPath(id, timeOf(started))) === day) return;
  const what = `Execution ${id} began at ${timeOf(started)}: its files belong elsewhere.`;
  throw new RedunError("BAD_RECORD", what);
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function executionRow({ seq, id, started }: CurrentExecution): TaggedRow {
  return { table: "execution", type: TYPE.Execution, seq, id, time: started };
}
