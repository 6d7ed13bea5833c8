import type { ObjectFormat } from "../git/backend.ts";
import {
  decodeExecution,
  decodeJobs,
  decodeOutcome,
  decodeTags,
  decodeTask,
} from "../record/decode.ts";
import { argsId } from "../record/encode.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
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
import { contentId } from "../value/oid.ts";
import { previewArgs } from "../value/preview.ts";
import { StoredValue } from "../value/value.ts";
import { type Database, Statements } from "./database.ts";
import { storeId } from "./ids.ts";
import { type TaggedEntity, TagWriter } from "./tag-writer.ts";

/** Puts record files into the tables. Files may come in any order, and more than once. */
export class IndexWriter {
  readonly #statements: Statements;
  readonly #tags: TagWriter;
  readonly #format: ObjectFormat;

  constructor(database: Database, format: ObjectFormat) {
    this.#statements = new Statements(database);
    this.#tags = new TagWriter(this.#statements);
    this.#format = format;
  }

  /**
   * Adds one file of the log, as a YAML reader gave it. Paths that this version does not know are skipped.
   * @throws RedunError BAD_RECORD for a file that is not what its path says
   */
  add(path: string, raw: unknown): void {
    const place = parsePath(path);
    if (place) this.#addRecord(place, raw);
  }

  #addRecord(place: RecordPath, raw: unknown): void {
    if (place.kind === "execution") this.#addExecution(place.execution, raw);
    else if (place.kind === "jobs") this.#addJobs(decodeJobs(raw), place.id);
    else if (place.kind === "outcome") this.#addOutcome(decodeOutcome(raw));
    else if (place.kind === "task") this.#addTask(place.id, raw);
    else if (place.kind === "tags") this.#addTagEdits(decodeTags(raw));
    else if (place.kind === "value") this.#entity("Value", place.id);
  }

  #addTagEdits(edits: TagEdits): void {
    this.#tags.edit(this.#tagged(edits.type, edits.entity), edits);
  }

  #addExecution(id: string, raw: unknown): void {
    const execution = decodeExecution(raw, id);
    const { seq } = this.#entity("Execution", id);
    const time = Date.parse(execution.started);
    this.#run(
      `INSERT INTO execution (seq, started, status, ended, task, argv, user, commit_id, tree_id)
       VALUES (?, ?, 0, NULL, ?, ?, ?, ?, ?)
       ON CONFLICT (seq) DO UPDATE SET started = excluded.started, task = excluded.task,
         argv = excluded.argv, user = excluded.user, commit_id = excluded.commit_id,
         tree_id = excluded.tree_id`,
      seq,
      time,
      execution.task,
      JSON.stringify(execution.argv),
      execution.user,
      execution.code.commit ? storeId(execution.code.commit) : null,
      execution.code.tree ? storeId(execution.code.tree) : null,
    );
    this.#tags.retime({ seq, id, time });
    this.#tags.record({ seq, id, time }, execution.tags);
  }

  /** DONE or FAILED beats INTERRUPTED, then the later end wins. */
  #addOutcome({ execution, status, ended }: Outcome): void {
    const { seq } = this.#entity("Execution", execution);
    const code = EXECUTION_STATUSES.indexOf(status);
    const interrupted = EXECUTION_STATUSES.indexOf("INTERRUPTED");
    this.#run(
      `INSERT INTO execution (seq, started, status, ended, task, argv, user)
       VALUES (?, 0, ?, ?, '', '[]', '')
       ON CONFLICT (seq) DO UPDATE SET status = excluded.status, ended = excluded.ended
       WHERE ended IS NULL
         OR (status = ${interrupted}) > (excluded.status = ${interrupted})
         OR ((status = ${interrupted}) = (excluded.status = ${interrupted}) AND excluded.ended > ended)`,
      seq,
      code,
      Date.parse(ended),
    );
  }

  #addJobs(segment: JobSegment, oid: string): void {
    const execution = this.#entity("Execution", segment.execution).seq;
    const file = Number(
      this.#run("INSERT INTO segment (oid) VALUES (?)", storeId(oid)).lastInsertRowid,
    );
    for (const job of segment.jobs) this.#addJob(job, execution, file);
    for (const { type, id, tags } of segment.tagged) {
      this.#tags.record(this.#tagged(type, id), tags);
    }
  }

  #addJob(job: Job, execution: number, segment: number): void {
    const { seq } = this.#entity("Job", job.id);
    const task = this.#entity("Task", job.taskHash).seq;
    const time = Date.parse(job.started);
    this.#run("INSERT OR IGNORE INTO task (seq, name) VALUES (?, ?)", task, job.task);
    const call = job.call === null ? null : this.#addCall(job, task, seq);
    this.#run(
      `INSERT INTO job (seq, execution, parent, task, call, status, started, ended, args, segment)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (seq) DO UPDATE SET call = excluded.call, status = excluded.status,
         ended = excluded.ended, segment = excluded.segment
       WHERE ended IS NULL`,
      seq,
      execution,
      job.parent === null ? null : this.#entity("Job", job.parent).seq,
      task,
      call,
      JOB_STATUSES.indexOf(job.status),
      time,
      job.ended === null ? null : Date.parse(job.ended),
      previewArgs(job.args),
      segment,
    );
    this.#tags.retime({ seq, id: job.id, time });
    this.#tags.record({ seq, id: job.id, time }, job.tags);
  }

  #addCall(job: Job, task: number, jobSeq: number): number {
    const given = job.status === "FAILED" ? job.error : job.result;
    const ids: string[] = [];
    for (const [name, value] of job.args.entries() as Iterable<[string | number, unknown]>) {
      const id = this.#valueId(value);
      ids.push(id);
      this.#use(id, jobSeq, String(name));
    }
    const args =
      job.args instanceof Map
        ? argsId(new Map([...job.args.keys()].map((name, at) => [name, ids[at]!])), this.#format)
        : argsId(ids, this.#format);
    const resultId = this.#valueId(given);
    const result = this.#use(resultId, jobSeq, "");
    const { seq } = this.#entity("CallNode", job.call!);
    this.#run(
      "INSERT OR IGNORE INTO call (seq, task, args, result) VALUES (?, ?, ?, ?)",
      seq,
      task,
      Buffer.from(args, "hex"),
      result,
    );
    return seq;
  }

  /** A value's part in a job: an argument by its name, or the result, whose role is "". */
  #use(valueId: string, job: number, role: string): number {
    const { seq } = this.#entity("Value", valueId);
    this.#run(
      "INSERT OR IGNORE INTO value_use (value, job, role) VALUES (?, ?, ?)",
      seq,
      job,
      role,
    );
    return seq;
  }

  #valueId(value: unknown): string {
    return value instanceof StoredValue ? value.id : contentId(value, this.#format);
  }

  #addTask(id: string, raw: unknown): void {
    const task = decodeTask(raw, id);
    const { seq } = this.#entity("Task", id);
    this.#run("INSERT OR IGNORE INTO task (seq, name) VALUES (?, ?)", seq, fullName(task));
  }

  #entity(type: EntityType, id: string): { seq: number } {
    const stored = storeId(id);
    const found = this.#statements.get("SELECT seq FROM entity WHERE id = ?").get(stored);
    if (found) return found as { seq: number };
    const { lastInsertRowid } = this.#run(
      "INSERT INTO entity (type, id) VALUES (?, ?)",
      ENTITY_TYPES.indexOf(type),
      stored,
    );
    return { seq: Number(lastInsertRowid) };
  }

  #tagged(type: EntityType, id: string): TaggedEntity {
    const { seq } = this.#entity(type, id);
    const table = type === "Execution" ? "execution" : type === "Job" ? "job" : null;
    const row = table
      ? this.#statements.get(`SELECT started FROM ${table} WHERE seq = ?`).get(seq)
      : undefined;
    return { seq, id, time: (row as { started: number } | undefined)?.started ?? 0 };
  }

  #run(sql: string, ...values: (string | number | null | Uint8Array)[]) {
    return this.#statements.get(sql).run(...values);
  }
}
