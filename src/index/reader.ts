import { ENTITY_TYPES, JOB_STATUSES } from "../record/records.ts";
import { Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import { IdLookup } from "./id-lookup.ts";
import { JobTree, type TreeRow } from "./job-tree.ts";
import { NAMED, ownKind } from "./names.ts";
import {
  ENTITY_SQL,
  type EntityRow,
  EXECUTION_OF_J,
  EXECUTION_SQL,
  type ExecutionRow,
  entityRow,
  executionRow,
  JOB_DURATION,
  JOB_SQL,
  JOB_STATUS,
  JOBS_BEFORE,
  JOBS_BEHIND,
  type JobRow,
  type JobTally,
  jobRow,
  jobTally,
} from "./rows.ts";
import { JOBS_PER_EXECUTION, jobRange } from "./schema.ts";
import { Search } from "./search.ts";
import type { Database, SqlValue } from "./sqlite-types.ts";
import { TagReader } from "./tag-reader.ts";
import { TaskCalls } from "./task-calls.ts";

type Role = "jobOfCall" | "jobWithResult" | "jobWithArgument";

/** The job of each row `n` that names one. */
const JOB_OF_N = `job j ON j.seq = n.run * ${JOBS_PER_EXECUTION} + n.place`;
/** Rows `n` in the order of `newestJobFirst`; only those of one moment and place must be sorted. */
const NEWEST_N = "ORDER BY n.time DESC, n.place DESC, j.id DESC";

/** Jobs of one result among which the children of a job are looked for. */
const MAX_LOOKED_AT = 10_000;

/** Jobs of a tree that are read at once. */
const TREE_ROWS = 10_000;

/** Answers questions from the index. Never reads the log itself. */
export class IndexReader {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  /** What ids and their prefixes stand for. */
  readonly ids: IdLookup;
  readonly tags: TagReader;
  /** Listings, by conditions. */
  readonly search: Search;

  constructor(database: Database) {
    this.#statements = new Statements(database);
    this.#dictionary = new Dictionary(this.#statements);
    this.ids = new IdLookup(this.#statements);
    this.tags = new TagReader(this.#statements, this.#dictionary);
    this.search = new Search(database, this.#statements, this.#dictionary);
  }

  execution(seq: number): ExecutionRow | undefined {
    return this.#executions(`${EXECUTION_SQL} WHERE e.seq = ?`, seq)[0];
  }

  /** The executions of rows, in their order. */
  executions(seqs: readonly number[]): ExecutionRow[] {
    const rows = this.#executions(
      `${EXECUTION_SQL} WHERE e.seq IN (SELECT value FROM json_each(?))`,
      JSON.stringify(seqs),
    );
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
  }

  /** The latest execution (0), or the one so many before it. */
  executionBefore(count: number): ExecutionRow | undefined {
    return this.#executions(
      `${EXECUTION_SQL} ORDER BY e.started DESC, e.id DESC LIMIT 1 OFFSET ?`,
      count,
    )[0];
  }

  /** The newest execution of the same task that began before this one. */
  previousOfTask({ seq }: ExecutionRow): ExecutionRow | undefined {
    return this.#executions(
      `${EXECUTION_SQL} WHERE e.task = (SELECT task FROM execution WHERE seq = ?1)
           AND (e.started, e.id) < (SELECT started, id FROM execution WHERE seq = ?1)
         ORDER BY e.started DESC, e.id DESC LIMIT 1`,
      seq,
    )[0];
  }

  job(seq: number): JobRow | undefined {
    return this.#jobs(`${JOB_SQL} WHERE j.seq = ?`, seq)[0];
  }

  entity(seq: number): EntityRow | undefined {
    return this.#entities(`${ENTITY_SQL} WHERE n.seq = ?`, seq)[0];
  }

  /**
   * The tasks with a full name, or the files with a path: every version of them, the one that the
   * newest job called, gave or took first.
   */
  entitiesNamed(type: "Task" | "Value", name: string, limit: number): EntityRow[] {
    return this.#entities(
      `${ENTITY_SQL} WHERE n.name = (SELECT seq FROM word WHERE text = ?) AND n.type = ?
         ORDER BY n.time DESC, n.place DESC, n.id DESC LIMIT ?`,
      name,
      ENTITY_TYPES.indexOf(type),
      limit,
    );
  }

  /**
   * Values that are files whose paths begin so, the newest first. The empty prefix is that of all paths in the work tree,
   * which are relative.
   */
  filesBelow(prefix: string, limit: number): EntityRow[] {
    return this.#entities(
      `${ENTITY_SQL} WHERE n.type = ?1 AND n.name IN (
           SELECT seq FROM word WHERE text >= ?2 AND text < ?2 || char(1114111) AND (?2 <> '' OR text NOT GLOB '/*' AND text NOT GLOB '*://*'))
         ORDER BY n.time DESC, n.place DESC, n.id DESC LIMIT ?3`,
      ENTITY_TYPES.indexOf("Value"),
      prefix,
      limit,
    );
  }

  /** Full names of tasks that begin so, in order of code points. */
  taskNames(prefix: string, limit: number): string[] {
    const rows = this.#statements
      .tuples(
        `SELECT DISTINCT w.text FROM entity n JOIN word w ON w.seq = n.name
         WHERE n.type = ${ENTITY_TYPES.indexOf("Task")} AND substr(w.text, 1, length(?1)) = ?1 ORDER BY 1 LIMIT ?2`,
      )
      .all(prefix, limit) as unknown as [string][];
    return rows.map(([name]) => name);
  }

  /** The row of a task, or of a value or call node that has one. */
  entityWithId(type: "Task" | "Value" | "CallNode", id: string): EntityRow | undefined {
    return this.ids
      .withId(id)
      .filter((hit) => hit.named === ownKind(type))
      .flatMap(({ ref }) => this.entity(ref) ?? [])
      .find((row) => row.id === id);
  }

  /** The jobs of an execution, in the order in which they began. */
  jobsOf(execution: number): JobRow[] {
    const { from, to } = jobRange(execution);
    return this.#jobs(`${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? ORDER BY j.seq`, from, to);
  }

  /** How the jobs of an execution hang together. */
  jobTree(execution: number): JobTree {
    const { from, to } = jobRange(execution);
    const [[count] = []] = this.#statements
      .tuples("SELECT count(*) FROM job WHERE seq >= ? AND seq < ?")
      .all(from, to);
    return new JobTree(this.#treeRows(from, to), count as number);
  }

  *#treeRows(from: number, to: number): Generator<TreeRow[]> {
    const statement = this.#statements.tuples(
      `SELECT seq, parent, CASE status WHEN ${JOB_STATUSES.indexOf("FAILED")} THEN started + duration END
       FROM job WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT ${TREE_ROWS}`,
    );
    for (let next = from; ; ) {
      const rows = statement.all(next, to) as unknown as TreeRow[];
      if (rows.length === 0) return;
      yield rows;
      next = rows.at(-1)![0] + 1;
    }
  }

  /** The jobs of rows, in their order. */
  jobs(seqs: readonly number[]): JobRow[] {
    const rows = this.#jobs(
      `${JOB_SQL} WHERE j.seq IN (SELECT value FROM json_each(?))`,
      JSON.stringify(seqs),
    );
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
  }

  /** The jobs of an execution that no other one called, in the order in which they began. */
  rootJobsOf(execution: number, limit: number): JobRow[] {
    const { from, to } = jobRange(execution);
    return this.#jobs(
      `${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? AND j.parent IS NULL ORDER BY j.seq LIMIT ?`,
      from,
      to,
      limit,
    );
  }

  /** Of those of one task, the last one. */
  lastRootJobOf(execution: number, task: string): JobRow | undefined {
    const { from, to } = jobRange(execution);
    return this.#jobs(
      `${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? AND j.parent IS NULL AND w.text = ?
         ORDER BY j.seq DESC LIMIT 1`,
      from,
      to,
      task,
    )[0];
  }

  /** How many jobs of an execution each task has by status, in the order of their first jobs. */
  jobTallies(execution: number): JobTally[] {
    const { from, to } = jobRange(execution);
    return this.#statements
      .get(
        `SELECT w.text AS task, t.id AS task_hash, ${JOB_STATUS} AS shown, count(*) AS count,
           coalesce(sum(${JOB_DURATION}), 0) AS duration
         FROM job j JOIN entity t ON t.seq = j.task LEFT JOIN word w ON w.seq = t.name
         WHERE j.seq >= ? AND j.seq < ? GROUP BY j.task, shown ORDER BY min(j.seq)`,
      )
      .all(from, to)
      .map(jobTally);
  }

  /** The newest jobs of a task. */
  jobsOfTask(task: number, limit: number): JobRow[] {
    return this.#jobsOfTask(task, limit, "DESC");
  }

  /** The newest jobs that a task had in executions that began before a time. */
  jobsOfTaskBefore(task: number, time: number, limit: number): JobRow[] {
    return this.#jobsOfTask(task, limit, "DESC", time);
  }

  /** The first jobs that a task ever had. */
  firstJobsOfTask(task: number, limit: number): JobRow[] {
    return this.#jobsOfTask(task, limit, "ASC");
  }

  /** The first job that a task ever had. */
  firstJobOfTask(task: number): JobRow | undefined {
    return this.#jobsOfTask(task, 1, "ASC")[0];
  }

  #jobsOfTask(
    task: number,
    limit: number,
    order: "ASC" | "DESC",
    before = Number.MAX_SAFE_INTEGER,
  ): JobRow[] {
    return this.#jobs(
      `${JOBS_BEFORE} task_job n CROSS JOIN ${JOB_OF_N} CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND}
         WHERE n.task = ? AND n.time < ? AND j.task = n.task
         ORDER BY n.time ${order}, n.place ${order}, j.id ${order} LIMIT ?`,
      task,
      before,
      limit,
    );
  }

  /** The newest jobs that an id is known by: those of a call, or that gave or took a value. */
  jobsNaming(id: string, role: Role, limit: number): JobRow[] {
    const name = this.ids.name(id, NAMED[role]);
    if (!name) return [];
    return this.#jobs(
      `${JOBS_BEFORE} name n CROSS JOIN ${JOB_OF_N} CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND}
         WHERE n.key = ? AND n.rest = ? ${NEWEST_N} LIMIT ?`,
      name.key,
      name.rest,
      limit,
    );
  }

  /** The job with a whole id. */
  jobWithId(id: string): JobRow | undefined {
    return this.ids
      .withId(id)
      .filter(({ named }) => named === NAMED.job)
      .flatMap(({ ref }) => this.job(ref) ?? [])
      .find((job) => job.id === id);
  }

  /** Children of a job that gave a value, or a value that holds it: no more than two. */
  childrenWithResult({ seq, time, place, execution }: JobRow, id: string): JobRow[] {
    const name = this.ids.name(id, NAMED.jobWithResult);
    if (!name) return [];
    // They began soon after their parent: most often the first one is found at once.
    const later = `SELECT place FROM name WHERE key = ? AND rest = ? AND time = ? AND place > ?
      AND run = ? ORDER BY place LIMIT ${MAX_LOOKED_AT}`;
    return this.#jobs(
      `${JOBS_BEFORE} (${later}) n CROSS JOIN job j ON j.seq = ? + n.place
         CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND} WHERE j.parent = ? LIMIT 2`,
      name.key,
      name.rest,
      time,
      place,
      execution,
      jobRange(execution).from,
      seq,
    );
  }

  /** The jobs that a job called, in the order in which they began. */
  childrenOf(job: JobRow, limit: number): JobRow[] {
    const { to } = jobRange(job.execution);
    return this.#jobs(
      `${JOB_SQL} WHERE j.seq > ? AND j.seq < ? AND j.parent = ? ORDER BY j.seq LIMIT ?`,
      job.seq,
      to,
      job.seq,
      limit,
    );
  }

  /** How much the index holds. */
  counts(): { executions: number; jobs: number } {
    const row = this.#statements
      .get(
        `SELECT (SELECT count(*) FROM execution) AS executions,
           (SELECT count(*) FROM job) AS jobs`,
      )
      .get();
    return row as { executions: number; jobs: number };
  }

  /** The calls of the task with an id; undefined where the index knows no such task. */
  callsOf(taskHash: string): TaskCalls | undefined {
    const task = this.entityWithId("Task", taskHash);
    return task && new TaskCalls(this.#statements, task.seq, this.ids.namer());
  }

  #executions(query: string, ...values: SqlValue[]): ExecutionRow[] {
    const rows = this.#statements.tuples(query).all(...values);
    return rows.map((row) => executionRow(row, this.#dictionary));
  }

  #jobs(query: string, ...values: SqlValue[]): JobRow[] {
    const rows = this.#statements.tuples(query).all(...values);
    return rows.map((row) => jobRow(row, this.#dictionary));
  }

  #entities(query: string, ...values: SqlValue[]): EntityRow[] {
    const rows = this.#statements.tuples(query).all(...values);
    return rows.map((row) => entityRow(row, this.#dictionary));
  }
}
