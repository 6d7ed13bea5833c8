import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RedunError } from "../errors.ts";
import type { Repository } from "../git/backend.ts";
import { makeFolder, share } from "../git/files/sharing.ts";
import { hasCode, isFull } from "../git/files/system-errors.ts";
import { shortRef } from "../log/ref.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./sqlite-types.ts";

/** The opened file of an index. */
export interface IndexFile {
  readonly database: Database;
  readonly path: string;
  /** Why it is a temporary one, thrown away when it is closed; null where it is not. */
  readonly temporary: Unwritable | null;
  /** May be called again. */
  close(): void;
}

/** Why a file cannot be written: it may not be, or there is no room. */
export type Unwritable = "unwritable" | "full";

/** Path of the index of one log. It may be deleted at any time. */
export function indexPath(repository: Repository, ref: string): string {
  const name = encodeURIComponent(shortRef(ref));
  return join(repository.commonDir, "redun", "index", `${name}.sqlite`);
}

/**
 * Opens the index of a log, empty if there is none. A file that is no longer a database is
 * deleted: it is only a cache. Where the git directory cannot be written, a temporary file serves.
 * @throws RedunError INDEX_FAILED
 */
export function openIndexFile(repository: Repository, ref: string): IndexFile {
  const path = indexPath(repository, ref);
  try {
    begin(path);
    return opened(openSound(path), path, null);
  } catch (error) {
    const why = whyUnwritable(error, path);
    if (!why) throw indexFailed(path, error);
    return openTemporaryIndexFile(why);
  }
}

/**
 * Opens an empty index that is deleted when it is closed.
 * @throws RedunError INDEX_FAILED
 */
export function openTemporaryIndexFile(why: Unwritable): IndexFile {
  let folder = tmpdir();
  try {
    folder = mkdtempSync(join(folder, "redun-git-index-"));
    const path = join(folder, "index.sqlite");
    return opened(openDatabase(path), path, why);
  } catch (error) {
    throw indexFailed(folder, error);
  }
}

/** SQLite gives the files beside an index the permissions of the index, which it must have first. */
function begin(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  closeSync(openSync(path, "a"));
  share(path);
}

/** Whether an error of SQLite says that the file is no (sound) database. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && /not a database|malformed|disk image/i.test(error.message);
}

/** Deletes the index of a log; false when there was none. */
export function dropIndexFile(repository: Repository, ref: string): boolean {
  const path = indexPath(repository, ref);
  const existed = existsSync(path);
  removeFiles(path);
  return existed;
}

/** Bytes that an index takes on disk, what has not been moved into its file yet included. */
export function indexSize(path: string): number {
  return filesOf(path).reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

function openSound(path: string): Database {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!isDamage(error)) throw error;
    removeFiles(path);
    return openDatabase(path);
  }
}

function opened(database: Database, path: string, temporary: Unwritable | null): IndexFile {
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    moveIntoFile(database);
    database.close();
    if (temporary) rmSync(dirname(path), { recursive: true, force: true });
  };
  return { database, path, temporary, close };
}

/**
 * Moves SQLite's own log into the file, as closing does: but the package for Node 20 leaves a file
 * open until its statements are collected as garbage. Where others read, they do it.
 */
function moveIntoFile(database: Database): void {
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The file is damaged, or may not be written.
  }
}

/** A database in WAL mode keeps two more files beside it. */
function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`];
}

/** Not by rmSync, whose errors on a read-only disk have no code in Node 24. */
function removeFiles(path: string): void {
  for (const file of filesOf(path)) {
    try {
      unlinkSync(file);
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
  }
}

/** What an error of the system or of SQLite says of the file that was to be written. */
export function whyUnwritable(error: unknown, path: string): Unwritable | null {
  if (!(error instanceof Error) || error instanceof RedunError) return null;
  if (isFull(error.message, dirname(path))) return "full";
  const isRefused = hasCode(error, "EACCES", "EPERM", "EROFS");
  return isRefused || REFUSED.test(error.message) ? "unwritable" : null;
}

const REFUSED = /readonly database|unable to open database file|permission denied|disk I\/O error/i;

function indexFailed(path: string, error: unknown): RedunError {
  if (whyUnwritable(error, path) === "full") {
    return new RedunError(
      "INDEX_FAILED",
      `The disk is full: no index can be made at ${path}.`,
      "Make room and try again.",
      { cause: error },
    );
  }
  return new RedunError(
    "INDEX_FAILED",
    `The index at ${path} cannot be opened: ${(error as Error).message}`,
    "It is a cache: `redun-git index drop` deletes it.",
    { cause: error },
  );
}
