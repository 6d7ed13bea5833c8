import { statfsSync } from "node:fs";
import { RedunError } from "../../errors.ts";

/** True when `error` is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/** True when the operating system gave this error, and no program threw it of itself. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
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

/**
 * Whether the system, git or SQLite says that there is no room left, on the disk or in a quota. Some
 * say only that they could not write: then it is asked whether `folder` has room.
 */
export function isFull(message: string, folder?: string): boolean {
  if (/ENOSPC|EDQUOT|no space left|out of disk ?space|quota exceeded|disk is full/i.test(message)) {
    return true;
  }
  return folder !== undefined && /writ|creat|I\/O error/i.test(message) && !hasRoom(folder);
}

/** Whether the file system of a folder has some room left; true where nothing tells. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize, ffree, files } = statfsSync(folder);
    return bavail * bsize >= LITTLE && (files === 0 || ffree > 0);
  } catch {
    return true;
  }
}

/** Bytes: less than SQLite takes to begin. */
const LITTLE = 65_536;

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
