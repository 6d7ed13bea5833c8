import { RedunError } from "../../errors.ts";

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
