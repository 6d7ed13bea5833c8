import type { SQLInputValue } from "node:sqlite";
import {
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  JOB_STATUSES,
  type JobStatus,
} from "../record/records.ts";
import { baseNode, TagGraph } from "../tag/graph.ts";
import { parseJson, pythonJson } from "../tag/python-json.ts";
import type { TagPair } from "../tag/tag.ts";
import type { TagValue } from "../value/value.ts";
import type { Statements } from "./database.ts";
import { loadId, prefixRanges, splitHashes, storeId } from "./ids.ts";

/** A tag that an entity must have; without a value, any value will do. */
export interface TagFilter {
  readonly key: string;
  readonly value?: TagValue;
}

/** What the index knows of an execution. Times are milliseconds since 1970. */
export interface ExecutionRow {
  readonly seq: number;
  readonly id: string;
  readonly status: ExecutionStatus;
  readonly started: number;
  readonly ended: number | null;
  readonly task: string;
  readonly argv: readonly string[];
  readonly user: string;
}

export interface JobRow {
  readonly seq: number;
  readonly id: string;
  readonly execution: string;
  readonly parent: string | null;
  readonly task: string;
  readonly taskHash: string;
  readonly call: string | null;
  readonly status: JobStatus;
  readonly started: number;
  readonly ended: number | null;
  /** The arguments as one short line. */
  readonly args: string;
  /** Object id of the segment file that holds the whole job. */
  readonly segment: string;
}

export interface EntityRow {
  readonly seq: number;
  readonly type: EntityType;
  readonly id: string;
}

const EXECUTION_COLUMNS = "e.seq, n.id, e.status, e.started, e.ended, e.task, e.argv, e.user";

/** The newest executions that have all the tags asked for. */
export function executions(
  statements: Statements,
  filters: readonly TagFilter[],
  limit: number,
): ExecutionRow[] {
  const { where, values } = tagConditions(filters, "e.seq");
  // The driving filter is an exact one: its range of `tag` is already in order of time.
  const exact = filters.find(({ value }) => value !== undefined);
  const from = exact ? `tag t JOIN execution e ON e.seq = t.entity` : "execution e";
  const driving = exact ? ["t.pair = (SELECT seq FROM pair WHERE key = ? AND value = ?)"] : [];
  const order = exact ? "t.time DESC, t.entity DESC" : "e.started DESC, e.seq DESC";
  const sql = `SELECT ${EXECUTION_COLUMNS} FROM ${from} JOIN entity n ON n.seq = e.seq
    WHERE ${[...driving, ...where, "e.started > 0"].join(" AND ")} ORDER BY ${order} LIMIT ?`;
  const first = exact ? [exact.key, json(exact.value!)] : [];
  return statements
    .get(sql)
    .all(...first, ...values, limit)
    .map(executionRow);
}

function tagConditions(
  filters: readonly TagFilter[],
  entity: string,
): { where: string[]; values: SQLInputValue[] } {
  const where: string[] = [];
  const values: SQLInputValue[] = [];
  for (const { key, value } of filters) {
    const exact = value === undefined ? "" : " AND p.value = ?";
    where.push(
      `EXISTS (SELECT 1 FROM tag x JOIN pair p ON p.seq = x.pair
       WHERE x.entity = ${entity} AND p.key = ?${exact})`,
    );
    values.push(key, ...(value === undefined ? [] : [json(value)]));
  }
  return { where, values };
}

/** @returns undefined when the log has no such execution */
export function execution(statements: Statements, id: string): ExecutionRow | undefined {
  const row = statements
    .get(
      `SELECT ${EXECUTION_COLUMNS} FROM entity n JOIN execution e ON e.seq = n.seq WHERE n.id = ?`,
    )
    .get(storeId(id));
  return row && executionRow(row);
}

const JOB_SQL = `SELECT j.seq, n.id, x.id AS execution, p.id AS parent, t.name AS task,
    h.id AS task_hash, c.id AS call, j.status, j.started, j.ended, j.args, s.oid AS segment
  FROM job j JOIN entity n ON n.seq = j.seq JOIN entity x ON x.seq = j.execution
  LEFT JOIN entity p ON p.seq = j.parent JOIN task t ON t.seq = j.task
  JOIN entity h ON h.seq = j.task LEFT JOIN entity c ON c.seq = j.call
  JOIN segment s ON s.seq = j.segment`;

/** The jobs of an execution, in the order in which they began. */
export function jobsOf(statements: Statements, executionSeq: number): JobRow[] {
  return statements
    .get(`${JOB_SQL} WHERE j.execution = ? ORDER BY j.started, j.seq`)
    .all(executionSeq)
    .map(jobRow);
}

/** @returns undefined when the log has no such job */
export function job(statements: Statements, id: string): JobRow | undefined {
  const row = statements.get(`${JOB_SQL} WHERE n.id = ?`).get(storeId(id));
  return row && jobRow(row);
}

/** First and newest jobs of a task, by time, at most `limit` of them, newest first. */
export function jobsOfTask(statements: Statements, taskSeq: number, limit: number): JobRow[] {
  return statements
    .get(`${JOB_SQL} WHERE j.task = ? ORDER BY j.started DESC, j.seq DESC LIMIT ?`)
    .all(taskSeq, limit)
    .map(jobRow);
}

/** Where a value was an argument or a result: jobs, with the role ("" is the result). */
export function usesOf(
  statements: Statements,
  valueSeq: number,
  limit: number,
): { job: JobRow; role: string }[] {
  const rows = statements
    .get(`SELECT job, role FROM value_use WHERE value = ? ORDER BY job DESC LIMIT ?`)
    .all(valueSeq, limit) as { job: number; role: string }[];
  return rows.map(({ job: seq, role }) => ({
    job: jobRow(statements.get(`${JOB_SQL} WHERE j.seq = ?`).get(seq)!),
    role,
  }));
}

/** Name of a task by its number in the index. */
export function taskName(statements: Statements, taskSeq: number): string | undefined {
  const row = statements.get("SELECT name FROM task WHERE seq = ?").get(taskSeq);
  return (row as { name: string } | undefined)?.name;
}

/** Task and result of a call node. */
export function call(
  statements: Statements,
  callSeq: number,
): { task: string; result: string; jobs: JobRow[] } | undefined {
  const row = statements
    .get(
      `SELECT t.name, v.id FROM call c JOIN task t ON t.seq = c.task
       JOIN entity v ON v.seq = c.result WHERE c.seq = ?`,
    )
    .get(callSeq) as { name: string; id: unknown } | undefined;
  if (!row) return undefined;
  const jobs = statements
    .get(`${JOB_SQL} WHERE j.call = ? ORDER BY j.started DESC LIMIT 10`)
    .all(callSeq)
    .map(jobRow);
  return { task: row.name, result: loadId(row.id), jobs };
}

/** Every entity whose id begins with `prefix`, at most `limit` of them. */
export function entitiesByPrefix(
  statements: Statements,
  prefix: string,
  limit: number,
): EntityRow[] {
  return prefixRanges(prefix)
    .flatMap(({ from, to }) =>
      statements
        .get("SELECT seq, type, id FROM entity WHERE id >= ? AND id < ? ORDER BY id LIMIT ?")
        .all(from, to, limit),
    )
    .slice(0, limit)
    .map(entityRow);
}

/** The current tags of an entity, in no particular order. */
export function tagsOf(statements: Statements, entitySeq: number): TagPair[] {
  const rows = statements
    .get("SELECT p.key, p.value FROM tag t JOIN pair p ON p.seq = t.pair WHERE t.entity = ?")
    .all(entitySeq) as { key: string; value: string }[];
  return rows.map(({ key, value }) => [key, parseJson(value)]);
}

/** Every tag that an entity ever had. */
export function tagGraphOf(statements: Statements, entity: EntityRow): TagGraph {
  const rows = statements
    .get(
      `SELECT t.hash, t.parents, p.key, p.value FROM tag_node t
       LEFT JOIN pair p ON p.seq = t.pair WHERE t.entity = ?`,
    )
    .all(entity.seq) as Row[];
  if (rows.length === 0) {
    const base = tagsOf(statements, entity.seq).map((tag) => baseNode(entity.id, tag));
    return new TagGraph(entity.id, base);
  }
  return new TagGraph(
    entity.id,
    rows.map(({ hash, parents, key, value }) => ({
      hash: loadId(hash),
      tag: key === null ? null : [key as string, parseJson(value as string)],
      parents: splitHashes(parents as Uint8Array),
    })),
  );
}

/** How many entities of each type carry each key. */
export function tagKeyCounts(
  statements: Statements,
): { key: string; type: EntityType; count: number }[] {
  const rows = statements
    .get(
      `SELECT p.key, n.type, count(DISTINCT t.entity) AS count
       FROM pair p JOIN tag t ON t.pair = p.seq JOIN entity n ON n.seq = t.entity
       GROUP BY p.key, n.type`,
    )
    .all() as { key: string; type: number; count: number }[];
  return rows.map(({ key, type, count }) => ({ key, type: ENTITY_TYPES[type]!, count }));
}

const json = (value: TagValue): string => pythonJson(value, { compact: true });

type Row = Record<string, unknown>;

function executionRow(row: Row): ExecutionRow {
  return {
    seq: row.seq as number,
    id: loadId(row.id),
    status: EXECUTION_STATUSES[row.status as number]!,
    started: row.started as number,
    ended: row.ended as number | null,
    task: row.task as string,
    argv: JSON.parse(row.argv as string),
    user: row.user as string,
  };
}

function jobRow(row: Row): JobRow {
  return {
    seq: row.seq as number,
    id: loadId(row.id),
    execution: loadId(row.execution),
    parent: row.parent === null ? null : loadId(row.parent),
    task: row.task as string,
    taskHash: loadId(row.task_hash),
    call: row.call === null ? null : loadId(row.call),
    status: JOB_STATUSES[row.status as number]!,
    started: row.started as number,
    ended: row.ended as number | null,
    args: row.args as string,
    segment: loadId(row.segment),
  };
}

function entityRow(row: Row): EntityRow {
  return {
    seq: row.seq as number,
    type: ENTITY_TYPES[row.type as number]!,
    id: loadId(row.id),
  };
}
