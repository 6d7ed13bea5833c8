import type { TagEdit, TagPair } from "../tag/tag.ts";

/** The version of the records that this code writes. */
export const RECORD_VERSION = 1;

/**
 * Versions of the format of a whole log: in 1 nothing is ever removed; 2 has tombstones, and a program
 * that does not know them would bring back what they took.
 */
export const PLAIN_FORMAT = 1;
export const FORMAT_WITH_TOMBSTONES = 2;

/** An object id of the repository, in hex digits. */
type Oid = string;

/** Times are ISO 8601 in UTC with milliseconds: `2026-11-22T09:43:43.512Z`. */
export type Time = string;

/** A point in time, in milliseconds since 1970, as records and their paths have it. */
export function timeOf(milliseconds: number): Time {
  return new Date(milliseconds).toISOString();
}

export const ENTITY_TYPES = ["Execution", "Job", "CallNode", "Task", "Value"] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

export const JOB_STATUSES = ["PENDING", "RUNNING", "DONE", "CACHED", "FAILED"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
/**
 * A job's status as it is shown: one that was still at work when its run ended, ended with it. The
 * record itself says RUNNING.
 */
export const SHOWN_JOB_STATUSES = [...JOB_STATUSES, "INTERRUPTED"] as const;
export type ShownJobStatus = (typeof SHOWN_JOB_STATUSES)[number];
export const EXECUTION_STATUSES = ["RUNNING", "DONE", "FAILED", "INTERRUPTED"] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** The state of the code that ran. Fields that could not be known are absent. */
export interface Code {
  readonly commit?: Oid;
  readonly tree?: Oid;
  readonly branch?: string;
  readonly dirty?: boolean;
  /** Files that ran as modules and that the commit does not hold as they were, by path. */
  readonly files?: readonly CodeFile[];
  /** Id of a text: how tracked files, and `files`, differed from the commit, as `git diff` says it. */
  readonly patch?: Oid;
  readonly origin?: string;
}

/** A file that ran as a module. */
export interface CodeFile {
  /** From the top of the work tree; of a script outside of it, `../` leads there. */
  readonly path: string;
  /** The object id that git would give its content. */
  readonly blob: Oid;
}

/** One run, as known at its start. Its id is the object id of its file. */
export interface Execution {
  readonly id: string;
  readonly task: string;
  readonly argv: readonly string[];
  readonly started: Time;
  readonly user: string;
  readonly host: string;
  readonly code: Code;
  readonly tags: readonly TagPair[];
  /** Empty where the id is that of another system. */
  readonly nonce: string;
  readonly imported?: ImportedFacts;
}

/**
 * What the system that a record was imported from says, and no field of ours: maps of that system's
 * own. A job's `values` are what it has of values that stand in the record by their ids there.
 */
export interface ImportedFacts {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

/** One task call of an execution. */
export interface Job {
  readonly id: string;
  /** Which job of its execution this is, in the order in which they began. */
  readonly index: number;
  /** The job that made this call; null for the root job. */
  readonly parent: string | null;
  /** Full task name, `namespace.name`. */
  readonly task: string;
  readonly taskHash: string;
  /** The call node that this job produced, or found in the cache; null while unfinished. */
  readonly call: string | null;
  readonly status: JobStatus;
  /** The job whose outcome it took, or whose function's return value; present when it took one. */
  readonly reused?: string | undefined;
  readonly started: Time;
  readonly ended: Time | null;
  /** It ended after its parent had: the parent's call does not have it among its children. */
  readonly late: boolean;
  /** Arguments by parameter name in the order of the parameters, or a list without names. */
  readonly args: ReadonlyMap<string, unknown> | readonly unknown[];
  /** For each argument that came from other jobs, which ones. */
  readonly from: ReadonlyMap<string, readonly string[]>;
  /** Why no earlier result was taken, where there was more to it than that none was known. */
  readonly missed?: MissedResult;
  /** Files within arguments and a result that stand in files of their own, which no index reads. */
  readonly files?: JobFiles | undefined;
  /** Present when the status is DONE or CACHED. */
  readonly result?: unknown;
  /**
   * What the function returned, before the calls in it were computed: present where `result` does not
   * say it. Calls are `!lazy`, as docs/format.md describes them.
   */
  readonly returned?: unknown;
  /** Ids of the tasks of all jobs below it, sorted: present where its result depends on what they are. */
  readonly tasksBelow?: readonly string[];
  /** Present when the status is FAILED. */
  readonly error?: unknown;
  readonly imported?: ImportedFacts | undefined;
  readonly tags: readonly TagPair[];
}

/** Why a job took no earlier result. */
export interface MissedResult {
  readonly reason: MissReason;
  /** The job of an equal call whose result was not taken; absent where none was looked for. */
  readonly job?: string;
  /** Paths of its files that were others when its result was looked at. */
  readonly files?: readonly string[];
}

/** One of these; a later version may write others. */
export type MissReason =
  /** The run, the task or the call wanted no earlier results. */
  | "disabled"
  /** An argument was a default that the function itself computes. */
  | "default"
  /** Several functions of the process were this task. */
  | "ambiguous"
  /** It was that of somebody whose results are not taken. */
  | "user"
  /** No commit with a good signature had brought it, and only such results were to be taken. */
  | "unsigned"
  /** A file of it had been changed or removed. */
  | "files"
  /** It depended on a task that had been changed or removed. */
  | "tasks"
  /** A value of it was no longer in the log. */
  | "gone"
  /** Its record does not say enough to make it again. */
  | "incomplete";

/** Files (`File`, as `!file` is read) that a job took and gave. */
export interface JobFiles {
  readonly args?: readonly unknown[];
  readonly result?: readonly unknown[];
}

/** Tags that a run put on an entity other than its jobs. */
export interface EntityTags {
  readonly type: EntityType;
  readonly id: string;
  readonly tags: readonly TagPair[];
}

/** Some jobs of an execution, in one file. */
export interface JobSegment {
  readonly execution: string;
  readonly jobs: readonly Job[];
  readonly tagged: readonly EntityTags[];
}

/** How an execution ended. */
export interface Outcome {
  readonly execution: string;
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly ended: Time;
  /** What ended it, where no failed job says so: a signal, work that nothing could end. */
  readonly reason?: string;
  /** As those of the execution's code: files that were loaded as modules while it went on, by path. */
  readonly files?: readonly CodeFile[];
}

/** A task's definition. Its id, the task hash, is the object id of its file. */
export interface TaskRecord {
  readonly id: string;
  readonly name: string;
  readonly namespace: string | null;
  /** What the hash stands for: the source text, or a version that its author maintains. */
  readonly source?: string;
  readonly taskVersion?: string;
  /** What its author also had counted, in that order; absent where that is nothing. */
  readonly hashIncludes?: readonly TaskInclude[];
}

/** One thing that a task's hash stands for in addition to its source. */
export type TaskInclude =
  /** A function, by its text as it is written. */
  | { readonly kind: "function"; readonly name: string | null; readonly source: string }
  /** Any other value; a `StoredValue` where only its id is recorded. */
  | { readonly kind: "value"; readonly value: unknown }
  /** A file or directory, by the git object id of its content; null where there was none. */
  | { readonly kind: "file"; readonly hash: string | null }
  /** Another task, by its hash. */
  | { readonly kind: "task"; readonly task: string; readonly taskHash: string };

export interface TagEdits {
  readonly entity: string;
  readonly type: EntityType;
  readonly edits: readonly TagEdit[];
}

/** What was removed from the log: by whom, when and why. It never says what was there. */
export interface Tombstone {
  /** As git names authors: `Ann <ann@example.com>`. */
  readonly by: string;
  readonly at: Time;
  readonly reason?: string;
  /** Places in records whose values are no longer there. */
  readonly redacted: readonly Redaction[];
  /** Executions with all that was recorded of them and of their jobs. */
  readonly removed: readonly string[];
  /** Values whose files are no longer there. */
  readonly values: readonly string[];
  /** Values whose files went because nothing else used them; they may come again. */
  readonly unused: readonly string[];
  /** The ref of the log that has what was removed; absent where none is meant to. */
  readonly movedTo?: string;
}

/** A place whose value was removed: of a job, or of its execution where no job is named. */
export interface Redaction {
  readonly execution: string;
  readonly job?: string;
  readonly part: RedactedPart;
  /** The argument's name, the tag's key, or which word of the command line, counted from 0. */
  readonly name?: string;
}

/**
 * Of an execution a word of its command line, why it ended, or a tag; of a job an argument, its result or
 * error, what its function returned, or a tag. A later version may write others.
 */
export type RedactedPart = "argv" | "reason" | "tag" | "args" | "result" | "returned";

/** A task's full name as people write it. */
export function fullName(task: { namespace: string | null; name: string }): string {
  return task.namespace ? `${task.namespace}.${task.name}` : task.name;
}

/** The dot in these is none of a namespace: programs are tasks as well, `train.py`, `python3.12`. */
const FILE_NAME =
  /\.(?:\d[^.]*|py|[rR]|Rmd|qmd|ipynb|jl|[cm]?[jt]s|[jt]sx|(?:ba|z|k|da|fi)?sh|pl|rb|php|lua|jar|exe|out|smk|nf|wdl)$/;

/** A task's name without its namespace, from its full name. */
export function shortName(task: string): string {
  return FILE_NAME.test(task) ? task : task.slice(task.lastIndexOf(".") + 1);
}
