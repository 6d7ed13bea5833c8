import { isAbsolute, resolve } from "node:path";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { fileVersions, type Version } from "../provenance/versions.ts";
import { File } from "../value/file.ts";
import { fileState } from "../value/file-state.ts";
import { contentId } from "../value/oid.ts";
import { type OtherVersion, otherVersion } from "./task.ts";

/** A recorded file: its content then, and its path. */
export interface FileView {
  readonly path: string;
  readonly isFolder: boolean;
  /** The object id that git gives its content; null if no file was there. */
  readonly hash: string | null;
  /** In bytes; null if no file was there. */
  readonly size: number | null;
  /** What is at its path now; null where that cannot be known, because there is no work tree. */
  readonly now: FileNow | null;
  /** Up to 1,000 contents that the path had, this one included, the last given or taken first. */
  readonly versions: readonly OtherVersion[];
}

/** What is at a path now. */
export interface FileNow {
  /** The object id that git gives it; null if nothing is there. */
  readonly hash: string | null;
  /** The id of the version that it is, if it is another one that the log knows. */
  readonly version: string | null;
}

export function fileView(log: IndexedLog, file: File): FileView {
  const versions = fileVersions(log.index, file.path);
  return {
    path: file.path,
    isFolder: file.isFolder,
    hash: file.hash,
    size: file.size,
    now: fileNow(log, file, versions),
    versions: versions.map(otherVersion),
  };
}

function fileNow({ log }: IndexedLog, file: File, versions: readonly Version[]): FileNow | null {
  const { workTree, objectFormat } = log.backend.repository;
  if (workTree === null && !isAbsolute(file.path)) return null;
  const state = fileState(resolve(workTree ?? "/", file.path), objectFormat);
  if (!state) return { hash: null, version: null };
  if (state.hash === file.hash) return { hash: state.hash, version: null };
  const ids = [true, false].map((isFolder) => {
    return contentId(new File(file.path, { ...state, isFolder }), objectFormat);
  });
  const known = versions.find(({ row }) => ids.includes(row.id));
  return { hash: state.hash, version: known?.row.id ?? null };
}
