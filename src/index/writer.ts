import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import {
  decodeExecution,
  decodeJobs,
  decodeOutcome,
  decodeTags,
  decodeTask,
} from "../record/decode.ts";
import { argsId, jobId } from "../record/encode.ts";
import { executionFolder, type RecordPath } from "../record/layout.ts";
import {
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  fullName,
  JOB_STATUSES,
  type Job,
  type JobSegment,
  type Outcome,
  type TagEdits,
} from "../record/records.ts";
import { type File, filesIn } from "../value/file.ts";
import { contentId } from "../value/oid.ts";
import { previewArgs } from "../value/preview.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { type Database, Statements } from "./database.ts";
import { Dictionary, remember } from "./dictionary.ts";
import { loadId, namePrefix, packNumbers, storeId } from "./ids.ts";
import { LookupWriter } from "./lookups.ts";
import { NAMED, type Named, nameKey, ownKey } from "./names.ts";
import { ROWS_AT_ONCE, RowBatch } from "./row-batch.ts";
import { jobNumber } from "./schema.ts";
import { type TaggedRow, TagWriter } from "./tag-writer.ts";

/** A file of the log, as a YAML reader gave it. */
export interface ReadFile {
  readonly path: string;
  readonly place: RecordPath;
  readonly record: unknown;
}

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

/** Texts whose ids are remembered: few, because each may hold the file that it was read from. */
const TEXTS = 500;
/** Rows of entities that are known without asking. */
const REMEMBERED = 50_000;
/** A parent that is named and never comes must not cost a million hashes. */
const MAX_PLACES_TRIED = 100_000;
const INSERT_JOB = "INSERT INTO job (seq, id, parent, task, status, started, took, segment, args)";
/** Of two records of one job the one that ended counts, then the later. */
const OR_UPDATE_JOB = `ON CONFLICT (seq) DO UPDATE SET parent = excluded.parent, task = excluded.task,
  status = excluded.status, started = excluded.started, took = excluded.took,
  segment = excluded.segment, args = excluded.args WHERE excluded.took IS NOT NULL
  AND (job.took IS NULL OR excluded.started + excluded.took > job.started + job.took)`;
const INTERRUPTED = EXECUTION_STATUSES.indexOf("INTERRUPTED");
const TYPE = Object.fromEntries(ENTITY_TYPES.map((type, at) => [type, at])) as Record<
  EntityType,
  number
>;

/** Puts records into the tables. Files may come in any order, and more than once. */
export class IndexWriter {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #lookups: LookupWriter;
  readonly #tags: TagWriter;
  readonly #database: Database;
  #jobs: RowBatch;
  readonly #format: ObjectFormat;
  /** Ids of short texts: what a job gave, others took. */
  readonly #textIds = new Map<string, string>();
  readonly #entities = new Map<string, number>();
  /** Those of them whose names are written: an edit of a task's tags may come before the task. */
  readonly #withName = new Set<number>();
  /** Nothing was there before, and the `name` table does not exist yet. */
  #anew: boolean;
  #current: CurrentExecution | null = null;

  /** `anew`: the tables are empty, and files come in the order of the tree. */
  constructor(database: Database, format: ObjectFormat, { anew }: { anew: boolean }) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#jobs = this.#jobRows(anew ? ROWS_AT_ONCE : 1);
    this.#dictionary = new Dictionary(this.#statements);
    this.#lookups = new LookupWriter(database, { collect: anew });
    this.#tags = new TagWriter(this.#statements, this.#dictionary, this.#lookups);
    this.#format = format;
    this.#anew = anew;
  }

  /**
   * Adds one file; false when it refers to something that has not arrived.
   * @throws RedunError BAD_RECORD for a file that is not what its path says
   */
  add({ path, place, record }: ReadFile): boolean {
    if (place.kind === "tags" || place.kind === "value" || place.kind === "task") this.endOfFiles();
    switch (place.kind) {
      case "execution":
        return this.#addExecution(path, place.execution, record);
      case "jobs":
        return this.#addJobs(place.execution, decodeJobs(record), place.id);
      case "outcome":
        return this.#addOutcome(place.execution, decodeOutcome(record));
      case "task":
        return this.#addTask(place.id, record);
      case "value":
        return this.#entity("Value", place.id) > 0;
      case "tags":
        return this.#addTagEdits(place.entity, decodeTags(record), place.id);
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
    this.#jobs.flush();
    this.#jobs = this.#jobRows(1);
    this.#lookups.finish();
    this.#anew = false;
    this.#entities.clear();
  }

  #addExecution(path: string, id: string, record: unknown): boolean {
    const { started, task, argv, user, code, tags } = decodeExecution(record, id);
    if (path !== `${executionFolder(id, started)}/execution.yaml`) {
      throw new RedunError("BAD_RECORD", `Its start, ${started}, is not that of its path.`);
    }
    if (this.#findExecution(id)) return true;
    const time = Date.parse(started);
    const pairs = this.#tags.pairs(tags);
    const word = (text: string | undefined) => (text ? this.#dictionary.word(text) : null);
    const seq = this.#insert(
      `INSERT INTO execution (id, started, status, task, user, commit_id, tree_id, argv, tags)
       VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)`,
      storeId(id),
      time,
      word(task),
      word(user),
      word(code.commit),
      word(code.tree),
      JSON.stringify(argv),
      packNumbers(pairs),
    );
    this.#lookups.add("name", nameKey(id, NAMED.execution), seq);
    this.#current = { id, seq, started: time, places: new Map(), tried: 0 };
    this.#tags.recordNew(executionRow(this.#current), tags, pairs);
    return true;
  }

  /** DONE or FAILED beats INTERRUPTED, then the later end wins, then FAILED beats DONE. */
  #addOutcome(id: string, { execution, status, ended }: Outcome): boolean {
    checkSame(execution, id);
    const current = this.#findExecution(id);
    if (!current) return false;
    const code = EXECUTION_STATUSES.indexOf(status);
    const took = Date.parse(ended) - current.started;
    this.#statements
      .get(
        `UPDATE execution SET status = ?1, took = ?2 WHERE seq = ?3 AND (took IS NULL
           OR (status <> ${INTERRUPTED}, took, status) < (?1 <> ${INTERRUPTED}, ?2, ?1))`,
      )
      .run(code, took, current.seq);
    return true;
  }

  #addJobs(id: string, segment: JobSegment, oid: string): boolean {
    checkSame(segment.execution, id);
    const current = this.#findExecution(id);
    if (!current) return false;
    const file = this.#insert("INSERT INTO segment (oid) VALUES (?)", storeId(oid));
    for (const { id: job, index } of segment.jobs) current.places.set(job, index);
    for (const job of segment.jobs) this.#addJob(current, job, file);
    let isWhole = true;
    for (const { type, id: tagged, tags } of segment.tagged) {
      const row = this.#row(type, tagged);
      if (row) this.#tags.record(row, tags);
      else isWhole = false;
    }
    return isWhole;
  }

  #addJob(current: CurrentExecution, job: Job, segment: number): void {
    const seq = jobNumber(current.seq, job.index);
    const parent = job.parent === null ? null : this.#parentNumber(current, job.parent, job.index);
    const task = this.#entity("Task", job.taskHash, job.task);
    const started = Date.parse(job.started);
    const took = job.ended === null ? null : Date.parse(job.ended) - started;
    this.#jobs.add([
      seq,
      storeId(job.id),
      parent,
      task,
      JOB_STATUSES.indexOf(job.status),
      started,
      took,
      segment,
      previewArgs(job.args),
    ]);
    this.#lookups.add("name", nameKey(job.id, NAMED.job), seq);
    if (job.call !== null) this.#addCall(job, seq, task);
    if (job.tags.length === 0) return;
    this.#jobs.flush();
    this.#tags.record({ table: "job", type: TYPE.Job, seq, id: job.id, time: started }, job.tags);
  }

  #jobRows(rowsAtOnce: number): RowBatch {
    return new RowBatch(this.#database, INSERT_JOB, 9, rowsAtOnce, OR_UPDATE_JOB);
  }

  #addCall(job: Job, seq: number, task: number): void {
    this.#lookups.add("name", nameKey(job.call!, NAMED.jobOfCall), seq);
    const ids = [...job.args.values()].map((value) => this.#valueId(value));
    for (const id of ids) this.#lookups.add("name", nameKey(id, NAMED.jobWithArgument), seq);
    const result = this.#valueId(job.status === "FAILED" ? withoutStack(job.error) : job.result);
    this.#lookups.add("name", nameKey(result, NAMED.jobWithResult), seq);
    for (const file of filesIn(job.args)) this.#addFile(file, NAMED.jobWithArgument, seq);
    for (const file of filesIn(job.result)) this.#addFile(file, NAMED.jobWithResult, seq);
    if (job.status === "FAILED") return;
    const names = job.args instanceof Map ? [...job.args.keys()] : null;
    const args = names ? new Map(names.map((name, at) => [name, ids[at]!])) : ids;
    this.#lookups.add("call", task, namePrefix(argsId(args, this.#format)), seq);
  }

  /** A file that a job took or gave, perhaps within another value: it is found by its path too. */
  #addFile(file: File, role: Named, job: number): void {
    const id = contentId(file, this.#format);
    this.#entity("Value", id, file.path);
    this.#lookups.add("name", nameKey(id, role), job);
  }

  #valueId(value: unknown): string {
    if (value instanceof StoredValue) return value.id;
    if (typeof value !== "string" || value.length > 100) return contentId(value, this.#format);
    return remember(this.#textIds, value, () => contentId(value, this.#format), TEXTS);
  }

  #addTask(id: string, record: unknown): boolean {
    return this.#entity("Task", id, fullName(decodeTask(record, id))) > 0;
  }

  #addTagEdits(entity: string, { entity: named, type, edits }: TagEdits, oid: string): boolean {
    checkSame(named, entity);
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
    const { started } = this.#statements.get("SELECT started FROM job WHERE seq = ?").get(seq) as {
      started: number;
    };
    return { table: "job", seq, id, type: TYPE.Job, time: started };
  }

  #findExecution(id: string): CurrentExecution | null {
    if (this.#current?.id === id) return this.#current;
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
   * it began earlier, and a job's id is that of its place.
   */
  #parentNumber(current: CurrentExecution, parent: string, before: number): number | null {
    const end = Math.min(before, MAX_PLACES_TRIED);
    for (let at = current.tried; !current.places.has(parent) && at < end; at++) {
      current.places.set(jobId(current.id, at, this.#format), at);
      current.tried = at + 1;
    }
    const place = current.places.get(parent);
    return place === undefined ? null : jobNumber(current.seq, place);
  }

  /** The row of a task, or of a value or call node that is tagged or has a file of its own. */
  #entity(type: EntityType, id: string, name?: string): number {
    const key = `${type} ${id}`;
    const known = this.#entities.get(key);
    if (known !== undefined && (name === undefined || this.#withName.has(known))) return known;
    let seq = known ?? this.#named(type, id, "SELECT id FROM entity WHERE seq = ?");
    if (seq === null) {
      const word = name === undefined ? null : this.#dictionary.word(name);
      const sql = "INSERT INTO entity (type, id, name) VALUES (?, ?, ?)";
      seq = this.#insert(sql, TYPE[type], storeId(id), word);
      this.#lookups.add("name", ownKey(id, type), seq);
    } else if (name !== undefined) {
      const sql = "UPDATE entity SET name = ? WHERE seq = ? AND name IS NULL";
      this.#statements.get(sql).run(this.#dictionary.word(name), seq);
    }
    if (!this.#anew && this.#entities.size >= REMEMBERED) this.#entities.clear();
    this.#entities.set(key, seq);
    if (name !== undefined) this.#withName.add(seq);
    return seq;
  }

  /** The row that has an id; `idOf` is the SQL that reads a row's id. */
  #named(type: EntityType, id: string, idOf: string): number | null {
    if (this.#anew) return null;
    const rows = this.#statements
      .get("SELECT ref FROM name WHERE key = ?")
      .all(ownKey(id, type)) as { ref: number }[];
    for (const { ref } of rows) {
      const row = this.#statements.get(idOf).get(ref) as { id: unknown } | undefined;
      if (row && loadId(row.id) === id) return ref;
    }
    return null;
  }

  #insert(sql: string, ...values: (string | number | null | Uint8Array)[]): number {
    return Number(this.#statements.get(sql).run(...values).lastInsertRowid);
  }
}

function executionRow({ seq, id, started }: CurrentExecution): TaggedRow {
  return { table: "execution", type: TYPE.Execution, seq, id, time: started };
}

/** A record stands in the folder of what it is about. */
function checkSame(named: string, place: string): void {
  if (named === place) return;
  throw new RedunError("BAD_RECORD", `It is about ${named}, and stands in the folder of ${place}.`);
}
