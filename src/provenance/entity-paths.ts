import { executionFolder, tagsFolder, taskPath, valuePath } from "../record/layout.ts";
import { timeOf } from "../record/records.ts";
import type { Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsKnowing } from "./jobs-knowing.ts";
import { segmentPath } from "./paths.ts";

/**
 * The literal paths that hold all that a log has of an entity: its own folder or file, and the
 * folder of the edits of its tags, if there are any. Job, call and inline value stand in segments.
 */
export async function pathsOf(log: IndexedLog, found: Found): Promise<string[]> {
  const isEdited = log.index.tags.graph(found).isEdited();
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

async function hasFile({ log }: IndexedLog, path: string): Promise<boolean> {
  const tip = await log.tip();
  return tip !== null && (await log.backend.readPath(tip, path)) !== null;
}
