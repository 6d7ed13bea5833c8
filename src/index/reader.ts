import { ENTITY_TYPES, type EntityType, JOB_STATUSES } from "../record/records.ts";
import { baseNode, TagGraph } from "../tag/graph.ts";
import { parseJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import { Statements } from "./database.ts";
import { Dictionary } from "./dictionary.ts";
import { isHexId, loadId, storeId } from "./ids.ts";
import { JobTree, type TreeRow } from "./job-tree.ts";
import {
  foreignKey,
  isRole,
  isWithinKey,
  KINDS,
  keyRange,
  kindOfKey,
  NAMED,
  type Name,
  type Named,
  Namer,
  ownKind,
  readKey,
  refOf,
} from "./names.ts";
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
import { bound, type Sql, sql } from "./sql.ts";
import type { Database } from "./sqlite-types.ts";
import { loadGraphNodes } from "./tag-nodes.ts";

/** What an id is the name of. */
export interface NameHit extends Name {
  readonly type: EntityType;
  readonly named: Named;
  /** The number of the row that `named` says. */
  readonly ref: number;
}

type Role = "jobOfCall" | "jobWithResult" | "jobWithArgument";

/** A row of `name`. */
interface NameRow extends Name {
  readonly time: number;
  readonly place: number;
  readonly run: number;
}

/** The job of each row `n` that names one. */
const JOB_OF_N = `job j ON j.seq = n.run * ${JOBS_PER_EXECUTION} + n.place`;
/** Rows `n` in the order of `newestJobFirst`; only those of one moment and place must be sorted. */
const NEWEST_N = "ORDER BY n.time DESC, n.place DESC, j.id DESC";

/** A time after all others. */
const LAST = 2 ** 52;
/** Jobs of one result among which the children of a job are looked for. */
const MAX_LOOKED_AT = 10_000;

/** Jobs of a tree that are read at once. */
const TREE_ROWS = 10_000;

/** Answers questions from the index. Never reads the log itself. */
export class IndexReader {
  readonly #statements: Statements;
  readonly #dictionary: Dictionary;
  /** Listings, by conditions. */
  readonly search: Search;
  readonly #taskNumbers = new Map<string, number>();
  #secret: { readonly text: string; readonly namer: Namer } | undefined;

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

  /**
   * The tasks with a full name, or the files with a path: every version of them, the one that the
   * newest job called, gave or took first.
   */
  entitiesNamed(type: "Task" | "Value", name: string, limit: number): EntityRow[] {
    return this.#statements
      .tuples(
        `${ENTITY_SQL} WHERE n.name = (SELECT seq FROM word WHERE text = ?) AND n.type = ?
         ORDER BY n.time DESC, n.place DESC, n.id DESC LIMIT ?`,
      )
      .all(name, ENTITY_TYPES.indexOf(type), limit)
      .map((row) => entityRow(row, this.#dictionary));
  }

  /** The row of a task, or of a value or call node that has one. */
  entityWithId(type: "Task" | "Value" | "CallNode", id: string): EntityRow | undefined {
    return this.withId(id)
      .filter((hit) => hit.named === ownKind(type))
      .flatMap(({ ref }) => this.entity(ref) ?? [])
      .find((row) => row.id === id);
  }

  /** The jobs of an execution, in the order in which they began. */
  jobsOf(execution: number): JobRow[] {
    const { from, to } = jobRange(execution);
    return this.#statements
      .tuples(`${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? ORDER BY j.seq`)
      .all(from, to)
      .map((row) => jobRow(row, this.#dictionary));
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
    const rows = this.#statements
      .tuples(`${JOB_SQL} WHERE j.seq IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(seqs))
      .map((row) => jobRow(row, this.#dictionary));
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
  }

  /** The jobs of an execution that no other one called, in the order in which they began. */
  rootJobsOf(execution: number, limit: number): JobRow[] {
    const { from, to } = jobRange(execution);
    return this.#statements
      .tuples(
        `${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? AND j.parent IS NULL ORDER BY j.seq LIMIT ?`,
      )
      .all(from, to, limit)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** Of those of one task, the last one. */
  lastRootJobOf(execution: number, task: string): JobRow | undefined {
    const { from, to } = jobRange(execution);
    const row = this.#statements
      .tuples(
        `${JOB_SQL} WHERE j.seq >= ? AND j.seq < ? AND j.parent IS NULL AND w.text = ?
         ORDER BY j.seq DESC LIMIT 1`,
      )
      .get(from, to, task);
    return row && jobRow(row, this.#dictionary);
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
      .tuples(
        `${JOBS_BEFORE} task_job n CROSS JOIN ${JOB_OF_N} CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND}
         WHERE n.task = ? AND j.task = n.task
         ORDER BY n.time ${order}, n.place ${order}, j.id ${order} LIMIT ?`,
      )
      .all(task, limit)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** The newest jobs that an id is known by: those of a call, or that gave or took a value. */
  jobsNaming(id: string, role: Role, limit: number): JobRow[] {
    const name = this.#name(id, NAMED[role]);
    if (!name) return [];
    return this.#statements
      .tuples(
        `${JOBS_BEFORE} name n CROSS JOIN ${JOB_OF_N} CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND}
         WHERE n.key = ? AND n.rest = ? ${NEWEST_N} LIMIT ?`,
      )
      .all(name.key, name.rest, limit)
      .map((row) => jobRow(row, this.#dictionary));
  }

  /** The job with a whole id. */
  jobWithId(id: string): JobRow | undefined {
    return this.withId(id)
      .filter(({ named }) => named === NAMED.job)
      .flatMap(({ ref }) => this.job(ref) ?? [])
      .find((job) => job.id === id);
  }

  /** Children of a job that gave a value, or a value that holds it: no more than two. */
  childrenWithResult({ seq, time, place, execution }: JobRow, id: string): JobRow[] {
    const name = this.#name(id, NAMED.jobWithResult);
    if (!name) return [];
    // They began soon after their parent: most often the first one is found at once.
    const later = `SELECT place FROM name WHERE key = ? AND rest = ? AND time = ? AND place > ?
      AND run = ? ORDER BY place LIMIT ${MAX_LOOKED_AT}`;
    return this.#statements
      .tuples(
        `${JOBS_BEFORE} (${later}) n CROSS JOIN job j ON j.seq = ? + n.place
         CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND} WHERE j.parent = ? LIMIT 2`,
      )
      .all(name.key, name.rest, time, place, execution, jobRange(execution).from, seq)
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
   * Everything whose id begins with `prefix`, one entity after the other, as far as an id's key
   * holds it: its first eleven digits, all of a foreign id. Each comes once, by its own row rather
   * than by jobs that know it.
   */
  *withPrefix(prefix: string): Generator<NameHit> {
    const range = keyRange(prefix);
    if (range) yield* this.#hitsIn(range);
    const { from, to } = textRange(prefix);
    const next = (operator: ">=" | ">", after: string) =>
      this.#statements
        .get(`SELECT seq, id FROM foreign_id WHERE id ${operator} ? AND id < ? ORDER BY id LIMIT 1`)
        .get(after, to) as { seq: number; id: string } | undefined;
    for (let found = next(">=", from); found; found = next(">", found.id)) {
      yield* this.#hitsOf(foreignKey(found.seq, 0));
    }
  }

  /** Everything that has a whole id, or one in the form of git's with the same key and rest. */
  withId(id: string): NameHit[] {
    const name = this.#name(id, 0 as Named);
    if (!name) return [];
    const isSame = ({ rest, named }: NameHit) =>
      rest === name.rest || named === NAMED.execution || named === NAMED.job;
    return [...this.#hitsOf(name.key)].filter(isSame);
  }

  /**
   * SQL of the rows that ids refer to: those with one of the whole ids, and those whose ids begin
   * with one of the prefixes, as far as a name's key holds that, or a foreign id does.
   */
  refsOf(named: Named, ids: readonly string[], prefixes: readonly string[]): Sql {
    const names = ids.flatMap((id) => this.#name(id, named) ?? []);
    const ranges = [
      ...names.map(({ key, rest }) => [key, key + 1, rest]),
      ...prefixes.flatMap((word) => {
        const range = isWithinKey(word) ? keyRange(word) : undefined;
        return range ? [[range.from, range.to, null]] : [];
      }),
    ];
    const texts = prefixes.map((word) => Object.values(textRange(word)));
    const ref = isRole(named) ? `n.run * ${JOBS_PER_EXECUTION} + n.place` : "n.run";
    const column = (at: number) => `json_extract(t.value, '$[${at}]')`;
    return sql`(SELECT ${ref} FROM json_each(${bound(JSON.stringify(ranges))}) t
        CROSS JOIN name n ON n.key >= ${column(0)} AND n.key < ${column(1)}
          AND n.rest = ifnull(${column(2)}, n.rest) AND ${kindOfKey("n.key")} = ${named}
      UNION ALL SELECT ${ref} FROM json_each(${bound(JSON.stringify(texts))}) t
        CROSS JOIN foreign_id f ON f.id >= ${column(0)} AND f.id < ${column(1)}
        CROSS JOIN name n ON n.key = ${named} - f.seq * ${KINDS})`;
  }

  /** Whether an id is the one that a hit stands for. */
  isNamed({ key, rest, named }: NameHit, id: string): boolean {
    const name = this.#name(id, named);
    return name?.key === key && (name.rest === rest || !isRole(named));
  }

  /** The name of an id; undefined for a foreign one that nothing has. */
  #name(id: string, named: Named): Name | undefined {
    if (isHexId(id)) return this.#namer().name(id, named);
    const row = this.#statements.get("SELECT seq FROM foreign_id WHERE id = ?").get(id);
    return row && { key: foreignKey(row.seq as number, named), rest: 0 };
  }

  /** Another process may have built the index anew meanwhile, with another secret. */
  #namer(): Namer {
    const row = this.#statements.get("SELECT value FROM meta WHERE key = 'secret'").get();
    const text = row?.value as string;
    if (text !== this.#secret?.text) {
      this.#secret = { text, namer: new Namer(JSON.parse(text)) };
    }
    return this.#secret!.namer;
  }

  #hitsOf(key: number): Generator<NameHit> {
    return this.#hitsIn({ from: key, to: key + KINDS });
  }

  /** What the names with keys from `from` to `to` (not included) stand for. */
  *#hitsIn({ from, to }: { from: number; to: number }): Generator<NameHit> {
    // One row at a time, from name to name: a common value may have millions of rows.
    const next = this.#statements.get(
      `SELECT key, rest, time, place, run FROM name
       WHERE (key, rest, time, place, run) > (?, ?, ?, ?, ?) AND key < ?
       ORDER BY key, rest, time, place, run LIMIT 1`,
    );
    let at: readonly number[] = [from, -1, 0, 0, 0];
    // Names of one id follow each other but for others that begin alike.
    let prefix: number | undefined;
    const known = new Set<string>();
    for (;;) {
      const row = next.get(...at, to) as NameRow | undefined;
      if (!row) return;
      const { key, rest, time, place, run } = row;
      const read = readKey(key);
      const { named, type } = read;
      if (read.prefix !== prefix) known.clear();
      prefix = read.prefix;
      // An execution's or job's name has no rest, and each is another one.
      const isRow = named === NAMED.execution || named === NAMED.job;
      at = isRow ? [key, rest, time, place, run] : [key, rest, LAST, 0, 0];
      const entity = `${type} ${rest}`;
      if (!isRow && known.has(entity)) continue;
      known.add(entity);
      yield { type, named, key, rest, ref: refOf(named, row) };
    }
  }

  /** The numbers of files of tag edits, as far as they are in the log, by their object ids. */
  editNumbers(oids: readonly string[]): Set<number> {
    const find = this.#statements.get("SELECT seq FROM tag_edit WHERE oid = ?");
    return new Set(
      oids.flatMap((oid) => {
        const row = find.get(storeId(oid)) as { seq: number } | undefined;
        return row ? [row.seq] : [];
      }),
    );
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

  /** The rows of entities that have tags in conflict: by type, in each the newest first. */
  conflictRows(): { type: EntityType; seq: number }[] {
    const rows = this.#statements
      .get(
        `SELECT c.type, c.entity, coalesce(e.started, n.time) AS time,
           CASE WHEN j.seq IS NULL THEN n.place ELSE j.seq % ${JOBS_PER_EXECUTION} END AS place,
           coalesce(j.id, e.id, n.id) AS id
         FROM (SELECT DISTINCT type, entity FROM conflict) c
         LEFT JOIN job j ON c.type = ${ENTITY_TYPES.indexOf("Job")} AND j.seq = c.entity
         LEFT JOIN execution e ON e.seq = CASE c.type WHEN ${ENTITY_TYPES.indexOf("Execution")}
           THEN c.entity WHEN ${ENTITY_TYPES.indexOf("Job")} THEN c.entity / ${JOBS_PER_EXECUTION} END
         LEFT JOIN entity n ON c.type > ${ENTITY_TYPES.indexOf("Job")} AND n.seq = c.entity
         ORDER BY c.type, time DESC, place DESC, id DESC`,
      )
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
   * segment that holds its result. Of the arguments' id the index knows a number alone, which
   * another may have once in some millions of millions: compare it with the record.
   */
  cachedCall(taskHash: string, argsHash: string): { job: string; segment: string } | undefined {
    const task = this.#taskNumber(taskHash);
    if (task === undefined || !isHexId(argsHash)) return undefined;
    const call = [task, this.#namer().number(argsHash)] as const;
    // Most lookups find nothing, which this alone says faster.
    const probe = "SELECT 1 FROM call WHERE task = ? AND args = ?";
    if (!this.#statements.get(probe).get(...call)) return undefined;
    const row = this.#statements
      .get(
        `SELECT j.id, s.oid FROM call c CROSS JOIN job j ON j.seq = c.job
         CROSS JOIN ${EXECUTION_OF_J} JOIN segment s ON s.seq = j.segment
         WHERE c.task = ? AND c.args = ?
         ORDER BY e.started DESC, c.job % ${JOBS_PER_EXECUTION} DESC, j.id DESC LIMIT 1`,
      )
      .get(...call);
    return row && { job: loadId(row.id), segment: loadId(row.oid) };
  }

  #taskNumber(hash: string): number | undefined {
    const known = this.#taskNumbers.get(hash);
    if (known !== undefined) return known;
    const row = this.entityWithId("Task", hash);
    if (row) this.#taskNumbers.set(hash, row.seq);
    return row?.seq;
  }
}

/** The texts with a prefix: `from` included, `to` not. SQLite orders them by their UTF-8. */
function textRange(prefix: string): { from: string; to: string } {
  return { from: prefix, to: `${prefix}\u{10ffff}` };
}
