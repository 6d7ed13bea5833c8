import {
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  JOB_STATUSES,
  type JobStatus,
} from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Dictionary } from "./dictionary.ts";
import { loadId, unpackNumbers } from "./ids.ts";
import { executionOfJob } from "./schema.ts";

/** The current tags of an entity. */
interface TagColumns {
  readonly tags: readonly TagPair[];
  /** Those of them that contradict each other. */
  readonly conflicts: readonly TagPair[];
}

/** What the index knows of an execution. Times are milliseconds since 1970. */
export interface ExecutionRow extends TagColumns {
  readonly seq: number;
  readonly id: string;
  readonly status: ExecutionStatus;
  readonly started: number;
  readonly ended: number | null;
  readonly task: string;
  readonly argv: readonly string[];
  readonly user: string;
  /** Ids of the commit of the code, and of its tree; null where they are not recorded. */
  readonly commit: string | null;
  readonly tree: string | null;
}

export interface JobRow extends TagColumns {
  readonly seq: number;
  readonly id: string;
  /** The number of its execution's row. */
  readonly execution: number;
  /** The number of its parent's row. */
  readonly parent: number | null;
  readonly task: string;
  readonly taskHash: string;
  readonly status: JobStatus;
  readonly started: number;
  readonly ended: number | null;
  /** The arguments as one short line. */
  readonly args: string;
  /** Object id of the segment file that holds the whole job. */
  readonly segment: string;
}

/** The jobs of one execution that have the same task and status. */
export interface JobTally {
  readonly task: string;
  readonly taskHash: string;
  readonly status: JobStatus;
  readonly count: number;
  /** How long they took together, in milliseconds; those that have not ended count nothing. */
  readonly took: number;
}

/** A task, a file, or another value or call node that is tagged or has a record of its own. */
export interface EntityRow extends TagColumns {
  readonly seq: number;
  readonly type: EntityType;
  readonly id: string;
  /** A task's full name, or a file's path. */
  readonly name: string | null;
}

type Row = Record<string, unknown>;

/** Numbers of the tags that contradict each other, for the row of a table. */
const conflictSql = (type: string, table: string) =>
  `(SELECT group_concat(pair) FROM conflict c WHERE c.type = ${type} AND c.entity = ${table}.seq) AS conflicts`;

export const EXECUTION_SQL = `SELECT e.seq, e.id, e.status, e.started, e.took, e.argv, e.tags,
    t.text AS task, u.text AS user, code.text AS commit_oid, tree.text AS tree_oid,
    ${conflictSql(String(ENTITY_TYPES.indexOf("Execution")), "e")}
  FROM execution e LEFT JOIN word t ON t.seq = e.task LEFT JOIN word u ON u.seq = e.user
  LEFT JOIN word code ON code.seq = e.commit_id LEFT JOIN word tree ON tree.seq = e.tree_id`;

export const JOB_SQL = `SELECT j.seq, j.id, j.parent, j.status, j.started, j.took, j.args, j.tags,
    w.text AS task, t.id AS task_hash, s.oid AS segment, ${conflictSql(String(ENTITY_TYPES.indexOf("Job")), "j")}
  FROM job j JOIN entity t ON t.seq = j.task LEFT JOIN word w ON w.seq = t.name
  JOIN segment s ON s.seq = j.segment`;

export const ENTITY_SQL = `SELECT n.seq, n.type, n.id, n.tags, w.text AS name,
    ${conflictSql("n.type", "n")}
  FROM entity n LEFT JOIN word w ON w.seq = n.name`;

export function executionRow(row: Row, dictionary: Dictionary): ExecutionRow {
  return {
    seq: row.seq as number,
    id: loadId(row.id),
    status: EXECUTION_STATUSES[row.status as number]!,
    started: row.started as number,
    ended: ended(row),
    task: (row.task as string | null) ?? "",
    argv: JSON.parse(row.argv as string),
    user: (row.user as string | null) ?? "",
    commit: row.commit_oid as string | null,
    tree: row.tree_oid as string | null,
    ...tagColumns(row, dictionary),
  };
}

export function jobRow(row: Row, dictionary: Dictionary): JobRow {
  return {
    seq: row.seq as number,
    id: loadId(row.id),
    execution: executionOfJob(row.seq as number),
    parent: row.parent as number | null,
    task: (row.task as string | null) ?? "",
    taskHash: loadId(row.task_hash),
    status: JOB_STATUSES[row.status as number]!,
    started: row.started as number,
    ended: ended(row),
    args: row.args as string,
    segment: loadId(row.segment),
    ...tagColumns(row, dictionary),
  };
}

export function jobTally(row: Row): JobTally {
  return {
    task: (row.task as string | null) ?? "",
    taskHash: loadId(row.task_hash),
    status: JOB_STATUSES[row.status as number]!,
    count: row.count as number,
    took: row.took as number,
  };
}

export function entityRow(row: Row, dictionary: Dictionary): EntityRow {
  return {
    seq: row.seq as number,
    type: ENTITY_TYPES[row.type as number]!,
    id: loadId(row.id),
    name: row.name as string | null,
    ...tagColumns(row, dictionary),
  };
}

function ended(row: Row): number | null {
  return row.took === null ? null : (row.started as number) + (row.took as number);
}

function tagColumns(row: Row, dictionary: Dictionary): TagColumns {
  const tag = (pair: number) => dictionary.tag(pair);
  const conflicts = row.conflicts as string | null;
  return {
    tags: unpackNumbers(row.tags as Uint8Array | null).map(tag),
    conflicts: conflicts === null ? [] : conflicts.split(",").map(Number).map(tag),
  };
}
