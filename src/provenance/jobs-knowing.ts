import type { IndexReader } from "../index/reader.ts";
import { type JobRow, newestJobFirst } from "../index/rows.ts";

/** How the index knows call nodes and values that have no row: by what they are to jobs. */
export const ROLES = {
  CallNode: ["jobOfCall"],
  Value: ["jobWithResult", "jobWithArgument"],
} as const;

/**
 * The newest jobs that made a call, or that gave a value, and after them those that took it; at
 * most `limit` of each.
 */
export function jobsKnowing(
  index: IndexReader,
  type: keyof typeof ROLES,
  id: string,
  limit: number,
): JobRow[] {
  return ROLES[type].flatMap((role) => index.jobsNaming(id, role, limit));
}

/** The newest of the jobs that made a call, or that gave or took a value. */
export function newestKnowing(
  index: IndexReader,
  type: keyof typeof ROLES,
  id: string,
): JobRow | undefined {
  return jobsKnowing(index, type, id, 1).sort(newestJobFirst)[0];
}
