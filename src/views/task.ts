import { type HelperChange, HelperChanges } from "../compare/helper-changes.ts";
import type { EntityRow, JobRow } from "../index/rows.ts";
import { type Found, findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readJob, readTask } from "../provenance/read.ts";
import { taskVersions } from "../provenance/versions.ts";
import type { TaskInclude, TaskRecord } from "../record/records.ts";
import type { LoggedEntity } from "./logged.ts";

/** One version of a task. */
export interface RecordedTask extends LoggedEntity {
  readonly type: "Task";
  /** Its full name; null if the log does not say. */
  readonly name: string | null;
  /** Its source text; missing if its author maintains a version, or if its record is not here. */
  readonly source?: string;
  /** The version that its author maintains. */
  readonly version?: string;
  /** What else its hash stands for; missing if that is nothing. */
  readonly hashIncludes?: readonly TaskInclude[];
}

/** A job as others name it. */
export interface JobName {
  readonly id: string;
  readonly started: Date;
}

/** Another version of a task, or another content of a file. */
export interface OtherVersion {
  readonly id: string;
  /** The newest job that called the task, or that gave or took the file. */
  readonly lastJob: JobName | null;
}

/** The page of one task. */
export interface TaskView {
  readonly type: "Task";
  readonly task: RecordedTask;
  /** The first and the newest job that called it. */
  readonly firstJob: JobName | null;
  readonly lastJob: JobName | null;
  /** Up to 1,000 tasks of the same full name, the one that was called last first. */
  readonly others: readonly OtherVersion[];
  /** What it uses and its hash does not cover, and has changed in the work tree since it ran last. */
  readonly changedHelpers: readonly HelperChange[];
}

/** @throws RedunError BAD_RECORD */
export async function taskView(log: IndexedLog, found: Found): Promise<TaskView> {
  const { index } = log;
  const row = found.row as EntityRow | null;
  const versions = row && row.name !== null ? taskVersions(index, row.name) : [];
  return {
    type: "Task",
    task: await definitionOf(log, found),
    firstJob: jobName(row ? index.firstJobOfTask(row.seq) : undefined),
    lastJob: jobName(row ? index.jobsOfTask(row.seq, 1)[0] : undefined),
    changedHelpers: row ? await changedHelpers(log, index.jobsOfTask(row.seq, 1)[0]) : [],
    others: versions.filter((version) => version.row.id !== found.id).map(otherVersion),
  };
}

/** A job that was cached says nothing of the code that computed its result. */
async function changedHelpers(
  log: IndexedLog,
  newest: JobRow | undefined,
): Promise<readonly HelperChange[]> {
  if (!newest) return [];
  const { reused } = await readJob(log, newest);
  const ran = reused === undefined ? newest : log.index.jobWithId(reused);
  return ran ? new HelperChanges(log).since(ran) : [];
}

/** @throws RedunError UNKNOWN_ID, BAD_RECORD */
export async function taskDefinition(log: IndexedLog, hash: string): Promise<RecordedTask> {
  return definitionOf(log, await findEntity(log, hash));
}

async function definitionOf(log: IndexedLog, found: Found): Promise<RecordedTask> {
  const { id, tags, conflicts } = found;
  return {
    type: "Task",
    id,
    name: (found.row as EntityRow | null)?.name ?? null,
    ...definedBy(await readTask(log, id)),
    tags,
    conflicts,
  };
}

/** What the hash of a task stands for, as far as its record is here. */
export function definedBy(record: TaskRecord | undefined) {
  const { source, taskVersion: version, hashIncludes } = record ?? {};
  return {
    ...(source !== undefined && { source }),
    ...(version !== undefined && { version }),
    ...(hashIncludes && { hashIncludes }),
  };
}

export function otherVersion({
  row,
  newest,
}: {
  row: EntityRow;
  newest: JobRow | undefined;
}): OtherVersion {
  return { id: row.id, lastJob: jobName(newest) };
}

function jobName(row: JobRow | undefined): JobName | null {
  return row ? { id: row.id, started: new Date(row.started) } : null;
}
