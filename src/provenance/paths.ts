import type { ExecutionRow, JobRow } from "../index/rows.ts";
import {
  executionFolder,
  executionPath,
  jobsPath,
  tagsFolder,
  taskPath,
  valuePath,
} from "../record/layout.ts";
import type { Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsKnowing } from "./jobs-knowing.ts";

/**
 * The literal paths that hold all that a log has of an entity: its own folder or file, and the
 * folder of the edits of its tags, if there are any. Job, call and inline value stand in segments.
 */
export async function pathsOf(log: IndexedLog, found: Found): Promise<string[]> {
  const isEdited = log.index.tagGraph(found).isEdited();
  return [...(await ownPaths(log, found)), ...(isEdited ? [tagsFolder(found.id)] : [])];
}

async function ownPaths(log: IndexedLog, found: Found): Promise<string[]> {
  const { id } = found;
  if (found.type === "Execution") return [executionFolder(id, timeOf(found.row.started))];
  if (found.type === "Job") return [segmentPath(log, found.row)];
  if (found.type === "Task") return [taskPath(id)];
  if (found.type === "Value" && (await hasFile(log, valuePath(id)))) return [valuePath(id)];
  const [job] = jobsKnowing(log.index, found.type, id, 1);
  return job ? [segmentPath(log, job)] : [];
}

/** The file that holds an execution's start. */
export function startPath({ id, started }: ExecutionRow): string {
  return executionPath(id, timeOf(started));
}

/** The file that holds a job. */
export function segmentPath(log: IndexedLog, job: JobRow): string {
  const { id, started } = log.index.execution(job.execution)!;
  return jobsPath(id, timeOf(started), job.segment);
}

/** A time as records and their paths have it. */
function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

async function hasFile({ log }: IndexedLog, path: string): Promise<boolean> {
  const tip = await log.tip();
  return tip !== null && (await log.backend.readPath(tip, path)) !== null;
}
