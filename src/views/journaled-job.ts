import type { JobRow } from "../index/rows.ts";
import { type Found, findEntity } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { JournaledJobs } from "../provenance/journaled-jobs.ts";
import { ErrorValue } from "../value/value.ts";
import { type CallNode, callContent } from "./call.ts";
import type { Extent } from "./extent.ts";
import { CHILDREN, type JobView, pathTo } from "./job.ts";
import { linksFor } from "./links.ts";
import { loggedJobOf } from "./logged.ts";
import { definedBy, type RecordedTask, taskDefinition } from "./task.ts";

/**
 * The page of a job that stands in a journal alone. Where its result came from is not known before it
 * is in the log.
 */
export async function journaledJobView(
  log: IndexedLog,
  id: string,
  jobs: JournaledJobs,
  extent: Extent = "page",
): Promise<JobView> {
  const { row, record } = jobs.withId(id)!;
  const execution = jobs.execution.row;
  const children = jobs.childrenOf(row).slice(0, CHILDREN[extent]);
  return {
    type: "Job",
    job: loggedJobOf(execution.id, row),
    path: pathTo(row, (job) => jobs.parentOf(job)),
    links: linksFor(log, [...execution.tags, ...row.tags]),
    call: record.call === null ? null : await callOf(log, record.call, row),
    content: await callContent(log, record, extent),
    task: await taskOf(log, jobs, row),
    parent: record.parent,
    children: children.map((child) => loggedJobOf(execution.id, child)),
    from: record.from,
    dataflow: null,
    stack: (record.error instanceof ErrorValue && record.error.stack) || null,
    journal: jobs.execution.run.fate,
    redactions: [],
  };
}

/** With the tags of the same call of other jobs, which the log has. */
async function callOf(log: IndexedLog, id: string, { task }: JobRow): Promise<CallNode> {
  const known = await ifKnown(log, id);
  return {
    type: "CallNode",
    id,
    task,
    tags: known?.tags ?? [],
    conflicts: known?.conflicts ?? [],
  };
}

async function taskOf(
  log: IndexedLog,
  jobs: JournaledJobs,
  { task, taskHash: id }: JobRow,
): Promise<RecordedTask> {
  if (await ifKnown(log, id)) return taskDefinition(log, id);
  return {
    type: "Task",
    id,
    name: task,
    ...definedBy(jobs.task(id)),
    tags: [],
    conflicts: [],
  };
}

async function ifKnown(log: IndexedLog, id: string): Promise<Found | undefined> {
  return log.index.ids.withId(id).length > 0 ? findEntity(log, id) : undefined;
}
