/** Entities as plain data: what listings and views hold of each. */
import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { EntityType, ExecutionStatus, ShownJobStatus } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";

/** Anything with an id and tags. */
export interface LoggedEntity {
  readonly type: EntityType;
  readonly id: string;
  /** Its current tags. */
  readonly tags: readonly TagPair[];
  /** The current tags that two clones set concurrently to different values. */
  readonly conflicts: readonly TagPair[];
}

/** One execution: a recorded run of a workflow. */
export interface LoggedExecution extends LoggedEntity {
  readonly type: "Execution";
  readonly status: ExecutionStatus;
  readonly started: Date;
  /** Null while it runs, and if its end was never recorded. */
  readonly ended: Date | null;
  /** What ended it, if no failed job tells: a signal, say. */
  readonly reason: string | null;
  /** The full name of its root task. */
  readonly task: string;
  /** The command line. */
  readonly argv: readonly string[];
  readonly user: string;
  /** The id of the commit of the code that ran; null without one. */
  readonly commit: string | null;
}

/** One job: a call of a task within an execution. */
export interface LoggedJob extends LoggedEntity {
  readonly type: "Job";
  readonly status: ShownJobStatus;
  readonly started: Date;
  /** Null while it runs, and if its end was never recorded. */
  readonly ended: Date | null;
  /** The full name of its task. */
  readonly task: string;
  /** The id of that version of the task. */
  readonly taskHash: string;
  /** Its arguments on one line, of at most 100 characters. */
  readonly argsText: string;
  /** The id of its execution. */
  readonly execution: string;
}

export function loggedExecution(row: ExecutionRow): LoggedExecution {
  const { id, status, reason, task, argv, user, commit, tags, conflicts } = row;
  const type = "Execution";
  return {
    type,
    id,
    status,
    ...times(row),
    reason,
    task,
    argv,
    user,
    commit,
    tags,
    conflicts,
  };
}

export function loggedJob({ index }: IndexedLog, row: JobRow): LoggedJob {
  return loggedJobOf(index.execution(row.execution)?.id ?? "", row);
}

/** A job of the execution with an id. */
export function loggedJobOf(execution: string, row: JobRow): LoggedJob {
  const { id, status, task, taskHash, args: argsText, tags, conflicts } = row;
  const type = "Job";
  return {
    type,
    id,
    status,
    ...times(row),
    task,
    taskHash,
    argsText,
    execution,
    tags,
    conflicts,
  };
}

function times({ started, ended }: { started: number; ended: number | null }) {
  return { started: new Date(started), ended: ended === null ? null : new Date(ended) };
}
