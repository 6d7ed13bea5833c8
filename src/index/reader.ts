import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import { baseNode, TagGraph } from "../tag/graph.ts";
import { parseJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import { type Database, Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import { loadId, namePrefix, storeId } from "./ids.ts";
import { keyRanges, NAMED, type Named, nameKey, ownKey, readKey } from "./names.ts";
import {
  ENTITY_SQL,
  type EntityRow,
  EXECUTION_SQL,
  type ExecutionRow,
  entityRow,
  executionRow,
  JOB_SQL,
  type JobRow,
  type JobTally,
  jobRow,
  jobTally,
} from "./rows.ts";
import { jobRange } from "./schema.ts";
import { Search } from "./search.ts";
import { loadGraphNodes } from "./tag-nodes.ts";

/** What an id is the name of. */
export interface NameHit {
  readonly type: EntityType;
  readonly named: Named;
  /** The number of the row that `named` says. */
  readonly ref: number;
  /** The first digits of the id. */
  readonly prefix: number;
}

/** Jobs of one result among which the children of a job are looked for. */
const MAX_LOOKED_AT = 10_000;

/** Answers questions from the index. Never reads the log itself. */
export class IndexReader {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  /** Listings, by conditions. */
  readonly search: Search;
  readonly #taskNumbers = new Map<string, number>();

  constructor(database: Database) {
    this.#statements = new Statements(database);
    this.#dictionary = new Dictionary(this.#statements);
    this.search = new Search(database, this.#statements, this.#dictionary);
  }

  execution(seq: number): ExecutionRow | undefined {
    const row = this.#statements.tuples(`${EXECUTION_SQL} WHERE e.seq = ?`).get(seq);
    return row && executionRow(row, this.#dictionary);
  }

  /** The latest execution (0), or the one so many before it. */
  executionBefore(count: number): ExecutionRow | undefined {
    const row = this.#statements
      .tuples(`${EXECUTION_SQL} ORDER BY e.started DESC, e.id DESC LIMIT 1 OFFSET ?`)
      .get(count);
    return row && executionRow(row, this.#dictionary);
  }

  /** The newest execution of the same task that began before this one. */
  previousOfTask({ seq }: ExecutionRow): ExecutionRow | undefined {
    const row = this.#statements
      .tuples(
        `${EXECUTION_SQL} WHERE e.task = (SELECT task FROM execution WHERE seq = ?1)
           AND (e.started, e.id) < (SELECT started, id FROM execution WHERE seq = ?1)
         ORDER BY e.started DESC, e.id DESC LIMIT 1`,
      )
      .get(seq);
    return row && executionRow(row, this.#dictionary);
  }

  job(seq: number): JobRow | undefined {
    const row = this.#statements.tuples(`${JOB_SQL} WHERE j.seq = ?`).get(seq);
    return row && jobRow(row, this.#dictionary);
  }

  entity(seq: number): EntityRow | undefined {
    const row = this.#statements.tuples(`${ENTITY_SQL} WHERE n.seq = ?`).get(seq);
    return row && entityRow(row, this.#dictionary);
  }

  /** The tasks with a full name, or the files with a path: every version of them. */
  entitiesNamed(type: "Task" | "Value", name: string, limit: number): EntityRow[] {
    return this.#statements
      .tuples(
        `${ENTITY_SQL} WHERE n.name = (SELECT seq FROM word WHERE text = ?) AND n.type = ?
         ORDER BY n.seq DESC LIMIT ?`,
      )
      .all(name, ENTITY_TYPES.indexOf(type), limit)
      .map((row) => entityRow(row, this.#dictionary));
  }

  /** The entities whose own row has a key of `name`: those whose ids begin with the same digits. */
  entitiesByKey(key: number): EntityRow[] {
    return this.#statements
      .get("SELECT ref FROM name WHERE key = ?")
      .all(key)
      .flatMap(({ ref }) => this.entity(ref as number) ?? []);
  }

  /** The jobs of an execution, in the order in which they began. */
  jobsOf(execution: number): JobRow[] {
    const { from, to } = jobRange(execution);
    return this.#statements
      .tuples(`${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? ORDER BY j.started, j.seq`)
      .all(from, to)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** How many jobs of an execution each task has by status, in the order of their first jobs. */
  jobTallies(execution: number): JobTally[] {
    const { from, to } = jobRange(execution);
    return this.#statements
      .get(
        `SELECT w.text AS task, t.id AS task_hash, j.status, count(*) AS count,
           coalesce(sum(j.took), 0) AS took
         FROM job j JOIN entity t ON t.seq = j.task LEFT JOIN word w ON w.seq = t.name
         WHERE j.seq >= ? AND j.seq < ? GROUP BY j.task, j.status ORDER BY min(j.seq)`,
      )
      .all(from, to)
      .map(jobTally);
  }

  /** The newest jobs of a task. */
  jobsOfTask(task: number, limit: number): JobRow[] {
    return this.#jobsOfTask(task, limit, "DESC");
  }

  /** The first jobs that a task ever had. */
  firstJobsOfTask(task: number, limit: number): JobRow[] {
    return this.#jobsOfTask(task, limit, "ASC");
  }

  /** The first job that a task ever had. */
  firstJobOfTask(task: number): JobRow | undefined {
    return this.#jobsOfTask(task, 1, "ASC")[0];
  }

  #jobsOfTask(task: number, limit: number, order: "ASC" | "DESC"): JobRow[] {
    return this.#statements
      .tuples(`${JOB_SQL} WHERE j.task = ? ORDER BY j.started ${order}, j.id ${order} LIMIT ?`)
      .all(task, limit)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** Jobs that an id is known by, the last ones first: those of a call, or that gave or took a value. */
  jobsNaming(
    id: string,
    role: "jobOfCall" | "jobWithResult" | "jobWithArgument",
    limit: number,
  ): JobRow[] {
    return this.#statements
      .get("SELECT ref FROM name WHERE key = ? ORDER BY ref DESC LIMIT ?")
      .all(nameKey(id, NAMED[role]), limit)
      .flatMap(({ ref }) => this.job(ref as number) ?? []);
  }

  /** The job with a whole id. */
  jobWithId(id: string): JobRow | undefined {
    return this.#statements
      .get("SELECT ref FROM name WHERE key = ?")
      .all(ownKey(id, "Job"))
      .flatMap(({ ref }) => this.job(ref as number) ?? [])
      .find((job) => job.id === id);
  }

  /** Children of a job that gave a value, or a value that holds it: no more than two. */
  childrenWithResult({ seq, execution }: JobRow, id: string): JobRow[] {
    // They began soon after their parent: most often the first one is found at once.
    const later = `SELECT ref FROM name WHERE key = ? AND ref > ? AND ref < ?
      ORDER BY ref LIMIT ${MAX_LOOKED_AT}`;
    return this.#statements
      .tuples(`${JOB_SQL} JOIN (${later}) n ON n.ref = j.seq WHERE j.parent = ? LIMIT 2`)
      .all(nameKey(id, NAMED.jobWithResult), seq, jobRange(execution).to, seq)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** The jobs that a job called, in the order in which they began. */
  childrenOf(job: JobRow, limit: number): JobRow[] {
    const { to } = jobRange(job.execution);
    return this.#statements
      .tuples(`${JOB_SQL} WHERE j.seq > ? AND j.seq < ? AND j.parent = ? ORDER BY j.seq LIMIT ?`)
      .all(job.seq, to, job.seq, limit)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /**
   * Everything whose id begins with `beginning`, as far as the index holds ids: their first eleven
   * digits. Each entity comes once, by its own row rather than by jobs that know it.
   */
  named(beginning: string, limit: number): NameHit[] {
    // One row at a time, from key to key: a common value may have millions of one key.
    const next = this.#statements.get(
      "SELECT key, ref FROM name WHERE key >= ? AND key < ? ORDER BY key, ref DESC LIMIT 1",
    );
    const hits = new Map<string, NameHit>();
    for (const { from, to } of keyRanges(beginning)) {
      for (let at = from; hits.size < limit; ) {
        const row = next.get(at, to) as { key: number; ref: number } | undefined;
        if (!row) break;
        at = row.key + 1;
        const { named, type, prefix } = readKey(row.key);
        const entity = `${prefix} ${type}`;
        if (!hits.has(entity)) hits.set(entity, { type, named, ref: row.ref, prefix });
      }
    }
    return [...hits.values()];
  }

  /** Every tag that an entity ever had. `tags` are its current ones. */
  tagGraph(entity: {
    readonly type: EntityType;
    readonly seq: number | null;
    readonly id: string;
    readonly tags: readonly TagPair[];
  }): TagGraph {
    const type = ENTITY_TYPES.indexOf(entity.type);
    const { seq } = entity;
    const nodes =
      seq === null ? [] : loadGraphNodes(this.#statements, this.#dictionary, { type, seq });
    if (nodes.length > 0) return new TagGraph(entity.id, nodes);
    return new TagGraph(
      entity.id,
      entity.tags.map((tag) => baseNode(entity.id, tag)),
    );
  }

  /** Tags that pass a test, and how many entities of each type carry them. */
  tagCounts(
    passes: (tag: TagPair) => boolean,
  ): { tag: TagPair; type: EntityType; count: number }[] {
    const pairs = this.#statements.get("SELECT seq, key, value FROM pair").all() as {
      seq: number;
      key: string;
      value: string;
    }[];
    const counts = this.#statements.get(
      "SELECT type, count(*) AS count FROM tag WHERE pair = ? GROUP BY type",
    );
    return pairs
      .map(({ seq, key, value }) => ({ seq, tag: [key, parseJson(value)] as const }))
      .filter(({ tag }) => passes(tag))
      .flatMap(({ seq, tag }) => {
        const rows = counts.all(seq) as { type: number; count: number }[];
        return rows.map(({ type, count }) => ({ tag, type: ENTITY_TYPES[type]!, count }));
      });
  }

  /** The rows of entities that have tags in conflict, by the numbers of their types. */
  conflictRows(): { type: EntityType; seq: number }[] {
    const rows = this.#statements
      .get("SELECT DISTINCT type, entity FROM conflict ORDER BY type, entity DESC")
      .all() as { type: number; entity: number }[];
    return rows.map(({ type, entity }) => ({ type: ENTITY_TYPES[type]!, seq: entity }));
  }

  /** Whether anything carries a tag of this key. */
  hasKey(key: string): boolean {
    return this.#statements.get("SELECT 1 FROM key_count WHERE key = ?").get(key) !== undefined;
  }

  /** How many entities of each type carry each key. */
  keyCounts(): { key: string; type: EntityType; count: number }[] {
    const rows = this.#statements.get("SELECT key, type, count FROM key_count").all() as {
      key: string;
      type: number;
      count: number;
    }[];
    return rows.map(({ key, type, count }) => ({ key, type: ENTITY_TYPES[type]!, count }));
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

  /**
   * The newest job that called a task with these arguments and did not fail: its id, and the
   * segment that holds its result. Of the arguments' id the index knows the first digits: compare
   * the rest with the record.
   */
  cachedCall(taskHash: string, argsHash: string): { job: string; segment: string } | undefined {
    const task = this.#taskNumber(taskHash);
    if (task === undefined) return undefined;
    const call = [task, namePrefix(argsHash)] as const;
    // Most lookups find nothing, which this alone says faster.
    const probe = "SELECT 1 FROM call WHERE task = ? AND args = ?";
    if (!this.#statements.get(probe).get(...call)) return undefined;
    const row = this.#statements
      .get(
        `SELECT j.id, s.oid FROM call c JOIN job j ON j.seq = c.job JOIN segment s ON s.seq = j.segment
         WHERE c.task = ? AND c.args = ? ORDER BY j.started DESC, j.id DESC LIMIT 1`,
      )
      .get(...call);
    return row && { job: loadId(row.id), segment: loadId(row.oid) };
  }

  #taskNumber(hash: string): number | undefined {
    const known = this.#taskNumbers.get(hash);
    if (known !== undefined) return known;
    const row = this.#statements
      .get(`SELECT t.seq FROM name n JOIN entity t ON t.seq = n.ref AND t.id = ? WHERE n.key = ?`)
      .get(storeId(hash), ownKey(hash, "Task")) as { seq: number } | undefined;
    if (row) this.#taskNumbers.set(hash, row.seq);
    return row?.seq;
  }
}
