import type { Job } from "../../src/record/records.ts";

/** A job as `task STATUS`, followed by the list of its children where it has some, by task. */
export type JobTree = (string | JobTree)[];

export function jobTree(jobs: readonly Job[], parent: string | null = null): JobTree {
  return jobs
    .filter((job) => job.parent === parent)
    .sort((a, b) => (a.task < b.task ? -1 : 1))
    .flatMap(({ id, task, status }) => {
      const children = jobTree(jobs, id);
      return [`${task} ${status}`, ...(children.length > 0 ? [children] : [])];
    });
}
