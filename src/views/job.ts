import type { JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { outcomeOf, readJob } from "../provenance/read.ts";
import type { Link } from "../tag/links.ts";
import { ErrorValue } from "../value/value.ts";
import { type CallContent, type CallNode, callContent, callNode } from "./call.ts";
import { type DataflowView, dataflowView } from "./dataflow.ts";
import type { JournalState } from "./execution.ts";
import type { Extent } from "./extent.ts";
import { linksFor } from "./links.ts";
import { type LoggedJob, loggedJob } from "./logged.ts";
import { type RedactionView, redactionsOf } from "./redactions.ts";
import { type RecordedTask, taskDefinition } from "./task.ts";

/** A job, its call and its task. */
export interface JobSection {
  readonly job: LoggedJob;
  /** The jobs from the top of its execution down to it, itself included. */
  readonly path: readonly JobOnPath[];
  /** The web pages that its tags and those of its execution point to. */
  readonly links: readonly Link[];
  /** Null while it has not ended, and if its execution ended before. */
  readonly call: CallNode | null;
  readonly content: CallContent;
  readonly task: RecordedTask;
}

export interface JobOnPath {
  readonly id: string;
  /** The full name of its task. */
  readonly task: string;
}

/** The page of one job. */
export interface JobView extends JobSection {
  readonly type: "Job";
  /** The id of the job that called it. */
  readonly parent: string | null;
  /** The jobs that it called; one more than a page has room for. */
  readonly children: readonly LoggedJob[];
  /** For each argument that came from other jobs, their ids. */
  readonly from: ReadonlyMap<string, readonly string[]>;
  /** Where its result came from; null while it has none. */
  readonly dataflow: DataflowView | null;
  /** The stack of the error that it threw. */
  readonly stack: string | null;
  /** Set if it is not in the log yet. */
  readonly journal: JournalState | null;
  /** What was taken out of its record. */
  readonly redactions: readonly RedactionView[];
}

/** Child jobs that a page lists. */
export const LISTED = 10;
export const CHILDREN = { page: LISTED + 1, whole: Number.MAX_SAFE_INTEGER } as const;
/** Jobs of a path: what is deeper has lost its top. */
const MAX_DEPTH = 1000;

/** @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function jobView(
  log: IndexedLog,
  row: JobRow,
  extent: Extent = "page",
): Promise<JobView> {
  const record = await readJob(log, row);
  const section = await jobSection(log, row, extent);
  const outcome = outcomeOf(log, record);
  const children = log.index.childrenOf(row, CHILDREN[extent]);
  return {
    type: "Job",
    ...section,
    parent: record.parent,
    children: children.map((child) => loggedJob(log, child)),
    from: record.from,
    dataflow: outcome ? await dataflowView(log, "result", outcome, row, extent) : null,
    stack: (record.error instanceof ErrorValue && record.error.stack) || null,
    journal: null,
    redactions: await redactionsOf(log, section.job.execution, row.id),
  };
}

/** @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function jobSection(
  log: IndexedLog,
  row: JobRow,
  extent: Extent,
): Promise<JobSection> {
  const record = await readJob(log, row);
  // A link may need a tag of the execution.
  const around = [...(log.index.execution(row.execution)?.tags ?? []), ...row.tags];
  return {
    job: loggedJob(log, row),
    path: pathTo(row, ({ parent }) => (parent === null ? undefined : log.index.job(parent))),
    links: linksFor(log, around),
    call: record.call === null ? null : await callNode(log, record.call, record.task),
    content: await callContent(log, record, extent),
    task: await taskDefinition(log, row.taskHash),
  };
}

/** @param parentOf finds the job that called one */
export function pathTo(row: JobRow, parentOf: (job: JobRow) => JobRow | undefined): JobOnPath[] {
  const path: JobOnPath[] = [];
  let at: JobRow | undefined = row;
  for (let depth = 0; at && depth < MAX_DEPTH; depth++) {
    path.push({ id: at.id, task: at.task });
    at = parentOf(at);
  }
  return path.reverse();
}
