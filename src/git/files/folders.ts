import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { RedunError } from "../../errors.ts";

/**
 * Makes a folder and its missing parents, each with the permissions of the folder it is in. git
 * gives the folders of a shared repository (`core.sharedRepository`) group rights and the setgid
 * bit; a folder of ours without them would lock the other users out of it.
 * Returns the folders that were made, outermost first.
 */
export function makeFolder(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may make it at the same time.
    if (hasCode(error, "EEXIST") && statSync(path).isDirectory()) return [];
    if (!hasCode(error, "ENOENT") || path === dirname(path)) throw error;
    const parents = makeFolder(dirname(path));
    return [...parents, ...makeFolder(path)];
  }
  const wanted = statSync(dirname(path)).mode & 0o7777;
  if ((statSync(path).mode & 0o7777) !== wanted) chmodSync(path, wanted);
  return [path];
}

/** True when `error` is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/** A failed write as people should see it; any other error is returned as it is. */
export function asUnwritable(error: unknown, path: string): unknown {
  if (!hasCode(error, ...UNWRITABLE)) return error;
  const { message } = error as Error;
  if (isFull(message)) return diskFull(path, error);
  return new RedunError(
    "REPOSITORY_UNWRITABLE",
    `The git repository cannot be written: ${path}: ${message}.`,
    "Check who owns the repository, and whether it is mounted read-only.",
    { cause: error },
  );
}

/** Whether the system, git or SQLite says that there is no room left, on the disk or in a quota. */
export function isFull(message: string): boolean {
  return /ENOSPC|EDQUOT|no space left|quota exceeded|disk is full/i.test(message);
}

/** The error for a disk (or a quota) that has no room for what is to be written to `path`. */
export function diskFull(path: string, cause?: unknown): RedunError {
  return new RedunError(
    "REPOSITORY_UNWRITABLE",
    `The disk is full: ${path} cannot be written.`,
    "Make room and try again.",
    { cause },
  );
}

const UNWRITABLE = [
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOSPC",
  "EDQUOT",
  "EFBIG",
  "EIO",
  "ENOTDIR",
  "EEXIST",
  "EISDIR",
];
