import { type JobRow, newestJobFirst } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { makersOf } from "../provenance/maker.ts";
import { filesBelow } from "../provenance/versions.ts";
import type { Extent } from "./extent.ts";
import { type LoggedJob, loggedJob } from "./logged.ts";

/** What jobs gave and took below a folder: one that no job had as a whole, or that was a `Dir`. */
export interface FolderView {
  /** As records have it: relative to the top of the work tree. */
  readonly path: string;
  /** The contents of files below it, those recorded last first; at most 1000. */
  readonly files: readonly FileBelow[];
  /** The newest jobs that made one of them, rather than handed it up. */
  readonly makers: readonly LoggedJob[];
  /** The newest jobs that took one of them. */
  readonly takenBy: readonly LoggedJob[];
}

/** One content of one path. */
export interface FileBelow {
  /** The id of the value that it is. */
  readonly id: string;
  readonly path: string;
}

/** Contents that are looked at. */
const MOST_FILES = 1000;
/** Jobs of each. */
const MOST_JOBS = { page: 12, whole: 1000 } as const;

/** The folder that a word means, in the current one; null where no recorded file is below it. */
export function folderView(
  log: IndexedLog,
  word: string,
  extent: Extent = "page",
): FolderView | null {
  const found = filesBelow(log, word, MOST_FILES);
  if (!found) return null;
  const jobs = (role: "jobWithResult" | "jobWithArgument") => {
    const rows = found.files.flatMap(({ id }) => log.index.jobsNaming(id, role, MOST_JOBS[extent]));
    return [...new Map(rows.map((row) => [row.seq, row])).values()].sort(newestJobFirst);
  };
  const logged = (rows: readonly JobRow[]) =>
    rows.slice(0, MOST_JOBS[extent]).map((row) => loggedJob(log, row));
  return {
    path: found.path,
    files: found.files.map(({ id, name }) => ({ id, path: name! })),
    makers: logged(makersOf(log, jobs("jobWithResult"))),
    takenBy: logged(jobs("jobWithArgument")),
  };
}
