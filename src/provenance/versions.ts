import type { IndexReader } from "../index/reader.ts";
import type { EntityRow, JobRow } from "../index/rows.ts";
import { pathsMeant } from "../value/file-path.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { newestKnowing } from "./jobs-knowing.ts";

/** The newest versions of one name: so many are looked at. */
const MAX_VERSIONS = 1000;

/** One of the tasks with a full name, or one of the contents of a path. */
export interface Version {
  readonly row: EntityRow;
  /** The newest job that called the task, or that gave or took the file. */
  readonly newest: JobRow | undefined;
}

/** Every task with a full name; the one that was called last comes first. */
export function taskVersions(index: IndexReader, name: string): Version[] {
  return index
    .entitiesNamed("Task", name, MAX_VERSIONS)
    .map((row) => ({ row, newest: index.jobsOfTask(row.seq, 1)[0] }));
}

/**
 * Every content of the file that a word means, in the current folder: the likeliest path that any has.
 */
export function filesMeant(log: IndexedLog, word: string): Version[] {
  const { workTree } = log.log.backend.repository;
  for (const path of word === "" ? [] : pathsMeant(word, workTree)) {
    const versions = fileVersions(log.index, path);
    if (versions.length > 0) return versions;
  }
  return [];
}

/**
 * Contents of files below the folder that a word means, in the current one: those recorded last, at most `limit`.
 * Null where there are none.
 */
export function filesBelow(
  log: IndexedLog,
  word: string,
  limit: number,
): { readonly path: string; readonly files: EntityRow[] } | null {
  const { workTree } = log.log.backend.repository;
  for (const path of word === "" ? [] : pathsMeant(word, workTree)) {
    const folder = path.replace(/\/+$/, "");
    const files = log.index.filesBelow(folder === "." ? "" : `${folder}/`, limit);
    if (files.length > 0) return { path: folder === "" ? "/" : folder, files };
  }
  return null;
}

/** Every content that a path had; the one that was given or taken last comes first. */
export function fileVersions(index: IndexReader, path: string): Version[] {
  return index
    .entitiesNamed("Value", path, MAX_VERSIONS)
    .map((row) => ({ row, newest: newestKnowing(index, "Value", row.id) }));
}
