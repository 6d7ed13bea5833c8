import type { IndexReader } from "../index/reader.ts";
import type { EntityRow, JobRow } from "../index/rows.ts";
import { jobsKnowing } from "./jobs-knowing.ts";

/** Versions of one name that are looked at. */
const MAX_VERSIONS = 1000;
/** Jobs of a file among which the newest is looked for. */
const LOOKED_AT = 10;

/** One of the tasks with a full name, or one of the contents of a path. */
export interface Version {
  readonly row: EntityRow;
  /** The newest job that called the task, or that gave or took the file. */
  readonly newest: JobRow | undefined;
}

/** Every task with a full name; the one that was called last comes first. */
export function taskVersions(index: IndexReader, name: string): Version[] {
  return versions(index, "Task", name, ({ seq }) => index.jobsOfTask(seq, 1));
}

/** Every content that a path had; the one that was given or taken last comes first. */
export function fileVersions(index: IndexReader, path: string): Version[] {
  return versions(index, "Value", path, ({ id }) => jobsKnowing(index, "Value", id, LOOKED_AT));
}

function versions(
  index: IndexReader,
  type: "Task" | "Value",
  name: string,
  jobsOf: (row: EntityRow) => readonly JobRow[],
): Version[] {
  return index
    .entitiesNamed(type, name, MAX_VERSIONS)
    .map((row) => {
      const [newest] = jobsOf(row).toSorted((a, b) => b.started - a.started || b.seq - a.seq);
      return { row, newest };
    })
    .sort((a, b) => (b.newest?.started ?? 0) - (a.newest?.started ?? 0));
}
