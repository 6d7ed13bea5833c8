import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import type { Statements } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { loadId, storeId } from "./ids.ts";
import type { LookupWriter } from "./lookups.ts";
import type { NameWriter } from "./name-writer.ts";
import { NAMED, type Named } from "./names.ts";

/** Rows of entities that are known without asking. */
const REMEMBERED = 50_000;
/** The time of what no job is known to have made, given or taken: before all times. */
const NEVER = -(2 ** 47);

/** As what a job knows the ids of call nodes and values. */
const ROLES: Readonly<Partial<Record<EntityType, readonly Named[]>>> = {
  CallNode: [NAMED.jobOfCall],
  Value: [NAMED.jobWithResult, NAMED.jobWithArgument],
};

/** Writes the rows of tasks, and of values and call nodes that are tagged or have a file. */
export class EntityWriter {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  readonly #lookups: LookupWriter;
  readonly #names: NameWriter;
  readonly #rows = new Map<string, number>();
  /** The names that were written last: an edit of a task's tags may come before the task. */
  readonly #lastNames = new Map<number, string>();

  constructor(
    statements: Statements,
    dictionary: Dictionary,
    lookups: LookupWriter,
    names: NameWriter,
  ) {
    this.#statements = statements;
    this.#dictionary = dictionary;
    this.#lookups = lookups;
    this.#names = names;
  }

  /**
   * The row of an entity, which is added if it is new. Of several names that jobs give a task
   * without a record, the first in order counts.
   */
  row(type: EntityType, id: string, name?: string): number {
    const key = `${type} ${id}`;
    const known = this.#rows.get(key);
    if (known !== undefined && (name === undefined || this.#lastNames.get(known) === name))
      return known;
    let seq = known ?? this.#names.row(type, id);
    if (seq === null) {
      seq = this.#insert(type, id, name);
    } else if (name !== undefined) {
      const sql = `UPDATE entity SET name = ?2 WHERE seq = ?1 AND own = 0 AND (name IS NULL
        OR ?3 < (SELECT text FROM word WHERE seq = name))`;
      this.#statements.get(sql).run(seq, this.#dictionary.word(name), name);
    }
    if (!this.#lookups.isCollecting && this.#rows.size >= REMEMBERED) this.#rows.clear();
    this.#rows.set(key, seq);
    if (name !== undefined) this.#lastNames.set(seq, name);
    return seq;
  }

  /** What a task's own record says of its name counts. */
  define(id: string, name: string): void {
    const seq = this.row("Task", id, name);
    const sql = "UPDATE entity SET name = ?, own = 1 WHERE seq = ?";
    this.#statements.get(sql).run(this.#dictionary.word(name), seq);
  }

  /**
   * Notes one more job, perhaps the newest, by which a row is known: its execution's start, and its
   * place there. A rebuild finds the newest when it has all jobs.
   */
  seen(row: number, time: number, place: number): void {
    if (this.#lookups.isCollecting) return;
    this.#statements
      .get("UPDATE entity SET time = ?2, place = ?3 WHERE seq = ?1 AND (time, place) < (?2, ?3)")
      .run(row, time, place);
  }

  /** Must be called when a rebuild has all jobs, and their names are in the tables. */
  endOfJobs(): void {
    this.#rows.clear();
    const rows = this.#statements.get("SELECT seq, type, id FROM entity").all();
    for (const { seq, type, id } of rows) {
      this.#findNewest(ENTITY_TYPES[type as number]!, seq as number, loadId(id));
    }
  }

  #insert(type: EntityType, id: string, name: string | undefined): number {
    const word = name === undefined ? null : this.#dictionary.word(name);
    const { lastInsertRowid } = this.#statements
      .get("INSERT INTO entity (type, id, name, time, place, own) VALUES (?, ?, ?, ?, ?, 0)")
      .run(ENTITY_TYPES.indexOf(type), storeId(id), word, NEVER, 0);
    const seq = Number(lastInsertRowid);
    this.#names.add(type, id, seq);
    if (!this.#lookups.isCollecting) this.#findNewest(type, seq, id);
    return seq;
  }

  #findNewest(type: EntityType, seq: number, id: string): void {
    for (const { time, place } of this.#newestJobs(type, seq, id)) this.seen(seq, time, place);
  }

  *#newestJobs(type: EntityType, seq: number, id: string) {
    type Newest = { time: number; place: number } | undefined;
    const newest = "ORDER BY time DESC, place DESC LIMIT 1";
    if (type === "Task") {
      const sql = `SELECT time, place FROM task_job WHERE task = ? ${newest}`;
      const job = this.#statements.get(sql).get(seq) as Newest;
      if (job) yield job;
    }
    for (const role of ROLES[type] ?? []) {
      const { key, rest } = this.#names.inRole(type, id, role);
      const sql = `SELECT time, place FROM name WHERE key = ? AND rest = ? ${newest}`;
      const job = this.#statements.get(sql).get(key, rest) as Newest;
      if (job) yield job;
    }
  }
}
