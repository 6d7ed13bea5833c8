import { isAbsolute, resolve } from "node:path";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readValue } from "../provenance/read.ts";
import { fileVersions, type Version } from "../provenance/versions.ts";
import type { Time } from "../record/records.ts";
import { File } from "../value/file.ts";
import { fileState } from "../value/file-state.ts";
import { contentId } from "../value/oid.ts";
import { type OtherVersion, otherVersion } from "./task.ts";

/** A recorded file: its content then, and its path. */
export interface FileView {
  readonly path: string;
  readonly isFolder: boolean;
  /** The object id that git gives its content; null if no file was there, or it was not read. */
  readonly hash: string | null;
  /** In bytes; null if no file was there. */
  readonly size: number | null;
  /** When it had been written last, if it was not read (`by: "stat"`). */
  readonly mtime: Time | null;
  /** What is at its path now; null where that cannot be known, because there is no work tree. */
  readonly now: FileNow | null;
  /** Up to 1,000 contents that the path had, this one included, the last given or taken first. */
  readonly versions: readonly FileVersion[];
}

/** A content that a path had. */
export interface FileVersion extends OtherVersion {
  /** Known of the newest ones, which a page lists. */
  readonly isFolder?: boolean;
}

/** Contents whose kind is looked up: that this one is among them makes one more. */
const OF_KNOWN_KIND = 11;

/** What is at a path now. */
export interface FileNow {
  /** Whether anything is there. */
  readonly isThere: boolean;
  /** Whether that is what was recorded. */
  readonly isSame: boolean;
  /** The object id that git gives it; null if nothing is there, or it is not read. */
  readonly hash: string | null;
  /** The id of the version that it is, if it is another one that the log knows. */
  readonly version: string | null;
  readonly isFolder: boolean;
}

/** @throws RedunError BAD_RECORD */
export async function fileView(log: IndexedLog, file: File): Promise<FileView> {
  const versions = fileVersions(log.index, file.path);
  const newest = await Promise.all(
    versions.slice(0, OF_KNOWN_KIND).map((version) => withKind(log, version)),
  );
  return {
    path: file.path,
    isFolder: file.isFolder,
    hash: file.hash,
    size: file.size,
    mtime: file.mtime?.toISOString() ?? null,
    now: fileNow(log, file, versions),
    versions: [...newest, ...versions.slice(OF_KNOWN_KIND).map(otherVersion)],
  };
}

async function withKind(log: IndexedLog, version: Version): Promise<FileVersion> {
  const read = await readValue(log, version.row.id);
  const value = read?.value;
  return { ...otherVersion(version), ...(value instanceof File && { isFolder: value.isFolder }) };
}

function fileNow({ log }: IndexedLog, file: File, versions: readonly Version[]): FileNow | null {
  const { workTree, objectFormat } = log.backend.repository;
  if (workTree === null && !isAbsolute(file.path)) return null;
  const here = file.at(resolve(workTree ?? "/", file.path));
  const isThere = here.exists();
  if (file.by === "stat" || !isThere) {
    const isSame = here.isUnchanged();
    return { isThere, isSame, hash: null, version: null, isFolder: false };
  }
  const state = fileState(here.path, objectFormat);
  const { hash = null, isFolder = false } = state ?? {};
  const isSame = hash === file.hash;
  if (isSame) return { isThere, isSame, hash, version: null, isFolder };
  const id = contentId(File.recorded(file.path, state), objectFormat);
  const known = versions.find(({ row }) => row.id === id);
  return { isThere, isSame, hash, version: known?.row.id ?? null, isFolder };
}
