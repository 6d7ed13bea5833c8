import {
  type CodeFile,
  ENTITY_TYPES,
  type EntityType,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  JOB_STATUSES,
  SHOWN_JOB_STATUSES,
  type ShownJobStatus,
} from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Tuple } from "./database.ts";
import type { Dictionary } from "./dictionary.ts";
import { compareIds, loadId, unpackNumbers } from "./ids.ts";
import { filesOfText } from "./outcome-files.ts";
import { executionOfJob, JOBS_PER_EXECUTION } from "./schema.ts";

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
  /** What ended it, where no failed job says so. */
  readonly reason: string | null;
  /** What its outcome names: files that were loaded while it went on, and are not the commit's. */
  readonly files: readonly CodeFile[];
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
  /** When its execution began. */
  readonly time: number;
  /** Its place among the jobs of its execution. */
  readonly place: number;
  /** The number of its parent's row. */
  readonly parent: number | null;
  readonly task: string;
  readonly taskHash: string;
  readonly status: ShownJobStatus;
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
  readonly status: ShownJobStatus;
  readonly count: number;
  /** How long they took together, in milliseconds; those that have not ended count nothing. */
  readonly duration: number;
}

/** A task, a file, or another value or call node that is tagged or has a record of its own. */
export interface EntityRow extends TagColumns {
  readonly seq: number;
  readonly type: EntityType;
  readonly id: string;
  /** A task's full name, or a file's path. */
  readonly name: string | null;
}

/** Numbers of the tags that contradict each other, for the row of a table. */
const conflictSql = (type: string, table: string) =>
  `(SELECT group_concat(pair) FROM conflict c WHERE c.type = ${type} AND c.entity = ${table}.seq)`;

export const EXECUTION_SQL = `SELECT e.seq, e.id, e.status, e.started, e.duration, t.text, e.argv, u.text,
    code.text, tree.text, e.reason, e.files, e.tags, ${conflictSql(String(ENTITY_TYPES.indexOf("Execution")), "e")}
  FROM execution e LEFT JOIN word t ON t.seq = e.task LEFT JOIN word u ON u.seq = e.user
  LEFT JOIN word code ON code.seq = e.commit_id LEFT JOIN word tree ON tree.seq = e.tree_id`;

export function executionRow(row: Tuple, dictionary: Dictionary): ExecutionRow {
  const [seq, id, status, started, duration, task, argv, user, commit, tree, ...more] = row;
  const [reason, files, tags, conflicts] = more;
  return {
    seq: seq as number,
    id: loadId(id),
    status: EXECUTION_STATUSES[status as number]!,
    started: started as number,
    ended: ended(started, duration),
    reason: (reason as string | null) ?? null,
    files: filesOfText(files as string | null),
    task: (task as string | null) ?? "",
    argv: JSON.parse(argv as string),
    user: (user as string | null) ?? "",
    commit: commit as string | null,
    tree: tree as string | null,
    ...tagColumns(tags, conflicts, dictionary),
  };
}

/** Columns of the execution of a job `j`. Its number is in the job's: see `jobNumber`. */
const ofExecution = (columns: string) =>
  `(SELECT ${columns} FROM execution x WHERE x.seq = j.seq / ${JOBS_PER_EXECUTION})`;

/** The duration of a job `j`. One that had not ended when its run did, ended with it. */
export const JOB_DURATION = `coalesce(j.duration, ${ofExecution("max(x.started + x.duration, j.started) - j.started")})`;

/** The number of a job's status as it is shown, in SHOWN_JOB_STATUSES. */
export const JOB_STATUS = `CASE WHEN j.status > ${JOB_STATUSES.indexOf("RUNNING")}
  OR ${ofExecution("x.duration")} IS NULL THEN j.status
  ELSE ${SHOWN_JOB_STATUSES.indexOf("INTERRUPTED")} END`;

/** Of rows `j` of `job` beside their executions `e`, which are to stand in place of `$`. */
const JOBS_SQL = `SELECT j.seq, j.id, j.parent, w.text, t.id, ${JOB_STATUS}, j.started, ${JOB_DURATION}, j.args,
    s.oid, e.started, j.tags, ${conflictSql(String(ENTITY_TYPES.indexOf("Job")), "j")}
  FROM $ JOIN entity t ON t.seq = j.task LEFT JOIN word w ON w.seq = t.name
  JOIN segment s ON s.seq = j.segment`;

/** What stands before and after the rows `j` of `job` and `e` of their executions. */
export const [JOBS_BEFORE, JOBS_BEHIND] = JOBS_SQL.split("$") as [string, string];

/** The execution `e` of a row `j` of `job`. */
export const EXECUTION_OF_J = `execution e ON e.seq = j.seq / ${JOBS_PER_EXECUTION}`;

export const JOB_SQL = `${JOBS_BEFORE} job j CROSS JOIN ${EXECUTION_OF_J} ${JOBS_BEHIND}`;

export function jobRow(row: Tuple, dictionary: Dictionary): JobRow {
  const [seq, id, parent, task, taskHash, status, started, duration, args, segment, time] = row;
  const [tags, conflicts] = row.slice(11);
  return {
    seq: seq as number,
    id: loadId(id),
    execution: executionOfJob(seq as number),
    time: time as number,
    place: (seq as number) % JOBS_PER_EXECUTION,
    parent: parent as number | null,
    task: (task as string | null) ?? "",
    taskHash: loadId(taskHash),
    status: SHOWN_JOB_STATUSES[status as number]!,
    started: started as number,
    ended: ended(started, duration),
    args: args as string,
    segment: loadId(segment),
    ...tagColumns(tags, conflicts, dictionary),
  };
}

/**
 * The order in which jobs are listed, the newest first: by the start of their execution, their
 * place there, their ids.
 */
export function newestJobFirst(a: JobRow, b: JobRow): number {
  return b.time - a.time || b.place - a.place || compareIds(b.id, a.id);
}

/** Of rows with the columns `task`, `task_hash`, `shown`, `count` and `duration`. */
export function jobTally(row: Record<string, unknown>): JobTally {
  return {
    task: (row.task as string | null) ?? "",
    taskHash: loadId(row.task_hash),
    status: SHOWN_JOB_STATUSES[row.shown as number]!,
    count: row.count as number,
    duration: row.duration as number,
  };
}

export const ENTITY_SQL = `SELECT n.seq, n.type, n.id, w.text, n.tags, ${conflictSql("n.type", "n")}
  FROM entity n LEFT JOIN word w ON w.seq = n.name`;

export function entityRow(row: Tuple, dictionary: Dictionary): EntityRow {
  const [seq, type, id, name, tags, conflicts] = row;
  return {
    seq: seq as number,
    type: ENTITY_TYPES[type as number]!,
    id: loadId(id),
    name: name as string | null,
    ...tagColumns(tags, conflicts, dictionary),
  };
}

function ended(started: unknown, duration: unknown): number | null {
  return duration === null ? null : (started as number) + (duration as number);
}

function tagColumns(tags: unknown, conflicts: unknown, dictionary: Dictionary): TagColumns {
  const tag = (pair: number) => dictionary.tag(pair);
  return {
    tags: unpackNumbers(tags as Uint8Array | null).map(tag),
    conflicts: conflicts === null ? [] : (conflicts as string).split(",").map(Number).map(tag),
  };
}
