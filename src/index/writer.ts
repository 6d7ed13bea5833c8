import type { ObjectFormat } from "../git/backend.ts";
import { jobId } from "../record/encode.ts";
import { ENTITY_TYPES, type EntityType, EXECUTION_STATUSES } from "../record/records.ts";
import { type Database, Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import type {
  Digest,
  ExecutionDigest,
  JobDigest,
  JobsDigest,
  OutcomeDigest,
  TagsDigest,
} from "./digest.ts";
import { loadId, packNumbers, storeId } from "./ids.ts";
import { LookupWriter } from "./lookups.ts";
import { NAMED, nameKey, ownKey } from "./names.ts";
import { ROWS_AT_ONCE } from "./row-batch.ts";
import { RunRows } from "./run-rows.ts";
import { jobNumber } from "./schema.ts";
import { type TaggedRow, TagWriter } from "./tag-writer.ts";

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
const RUNNING = EXECUTION_STATUSES.indexOf("RUNNING");
/** What stands behind `took` in the row of an outcome. */
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
  #rows: RunRows;
  readonly #format: ObjectFormat;
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
    this.#rows = new RunRows(database, anew ? ROWS_AT_ONCE : 1);
    this.#dictionary = new Dictionary(this.#statements);
    this.#lookups = new LookupWriter(database, { collect: anew });
    this.#tags = new TagWriter(this.#statements, this.#dictionary, this.#lookups);
    this.#format = format;
    this.#anew = anew;
  }

  /** Adds one file; false when it refers to something that has not arrived. */
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
        return this.#entity("Task", digest.id, digest.name) > 0;
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
  }

  #addExecution({ id, started, task, user, commit, tree, argv, tags }: ExecutionDigest): boolean {
    if (this.#findExecution(id)) return true;
    const pairs = this.#tags.pairs(tags);
    const word = (text: string | undefined) => (text ? this.#dictionary.word(text) : null);
    const seq = this.#rows.newExecution();
    const words = [word(task), word(user), word(commit), word(tree)];
    const packed = packNumbers(pairs);
    this.#rows.execution.add([seq, storeId(id), started, RUNNING, null, ...words, argv, packed]);
    this.#lookups.add("name", nameKey(id, NAMED.execution), seq);
    this.#current = { id, seq, started, places: new Map(), tried: 0 };
    this.#tags.recordNew(executionRow(this.#current), tags, pairs);
    return true;
  }

  #addOutcome({ execution, status, ended }: OutcomeDigest): boolean {
    const current = this.#findExecution(execution);
    if (!current) return false;
    const { seq, started } = current;
    const took = ended - started;
    this.#rows.execution.add([seq, storeId(execution), started, status, took, ...NO_MORE]);
    return true;
  }

  #addJobs({ execution, oid, jobs, tagged }: JobsDigest): boolean {
    const current = this.#findExecution(execution);
    if (!current) return false;
    const segment = this.#rows.newSegment();
    this.#rows.segment.add([segment, storeId(oid)]);
    for (const { id, index } of jobs) current.places.set(id, index);
    for (const job of jobs) this.#addJob(current, job, segment);
    let isWhole = true;
    if (tagged.length > 0) this.#rows.flush();
    for (const { type, id, tags } of tagged) {
      const row = this.#row(type, id);
      if (row) this.#tags.record(row, tags);
      else isWhole = false;
    }
    return isWhole;
  }

  #addJob(current: CurrentExecution, job: JobDigest, segment: number): void {
    const seq = jobNumber(current.seq, job.index);
    const parent = job.parent === null ? null : this.#parentNumber(current, job.parent, job.index);
    const task = this.#entity("Task", job.taskHash, job.task);
    const { id, status, started, took, args } = job;
    this.#rows.job.add([seq, storeId(id), parent, task, status, started, took, segment, args]);
    for (const { id: file, path } of job.files) this.#entity("Value", file, path);
    for (const name of job.names) this.#lookups.add("name", name, seq);
    if (job.cacheKey !== null) this.#lookups.add("call", task, job.cacheKey, seq);
    if (job.tags.length === 0) return;
    this.#rows.flush();
    this.#tags.record({ table: "job", type: TYPE.Job, seq, id, time: started }, job.tags);
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
