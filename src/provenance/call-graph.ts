import type { JobRow } from "../index/rows.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { readJob } from "./read.ts";

/** A call node as its neighbours name it. */
export interface CallName {
  readonly id: string;
  /** Full name of the task. */
  readonly task: string;
}

export interface CallNeighbours {
  /** The newest jobs that made this call, or found it in the cache. */
  readonly jobs: readonly JobRow[];
  /** The calls that made it, each once. */
  readonly parents: readonly CallName[];
  /** The calls that it made, as often as it made them. */
  readonly children: readonly CallName[];
}

/** The jobs, parents and children of a call node: at most `limit` of each. */
export async function callNeighbours(
  log: IndexedLog,
  call: string,
  limit: number,
): Promise<CallNeighbours> {
  const jobs = log.index.jobsNaming(call, "jobOfCall", limit);
  const parents = new Map<string, CallName>();
  for (const job of jobs) {
    const parent = job.parent === null ? undefined : log.index.job(job.parent);
    const above = parent && (await readJob(log, job)).late ? undefined : parent;
    const name = above && (await nameOf(log, above));
    if (name) parents.set(name.id, name);
  }
  return { jobs, parents: [...parents.values()], children: await childCalls(log, jobs[0], limit) };
}

/** What one job called is what every job of its call node called. */
async function childCalls(
  log: IndexedLog,
  job: JobRow | undefined,
  limit: number,
): Promise<CallName[]> {
  const children: CallName[] = [];
  for (const child of job ? log.index.childrenOf(job, limit) : []) {
    // What ended after its parent is not part of its parent's call.
    const { late } = await readJob(log, child);
    const name = late ? undefined : await nameOf(log, child);
    if (name) children.push(name);
  }
  return children;
}

/** The call of a job; undefined while it has not ended. */
async function nameOf(log: IndexedLog, row: JobRow): Promise<CallName | undefined> {
  const { call } = await readJob(log, row);
  return call === null ? undefined : { id: call, task: row.task };
}
