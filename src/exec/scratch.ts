import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { hasCode } from "../git/files/system-errors.ts";

/** Where there is a directory for temporary files whatever `TMPDIR` says. */
const OF_SYSTEM = "/tmp";
const PREFIX = "redun-git-";
/** Characters of a socket's path that every system takes; of a longer one Node cuts the end off. */
const MAX_SOCKET = 103;

/**
 * A new directory that nobody else can look into, for the user's own temporary files.
 * @param socket the name of a socket that will be in it, whose path must not be long
 * @throws RedunError NO_TEMPORARY_DIRECTORY
 */
export function scratchFolder(socket = ""): string {
  const isShort = join(tmpdir(), `${PREFIX}123456`, socket).length <= MAX_SOCKET;
  const folders = socket === "" || isShort ? [tmpdir(), OF_SYSTEM] : [OF_SYSTEM];
  for (const folder of folders) {
    try {
      return mkdtempSync(join(folder, PREFIX));
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "EROFS", "ENOSPC", "EDQUOT")) throw error;
    }
  }
  throw new RedunError(
    "NO_TEMPORARY_DIRECTORY",
    `No temporary directory can be made in ${folders.join(" or ")}.`,
    "Make room there, or name another directory in the variable TMPDIR.",
  );
}

export function removeScratch(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A program may have put something there that is not ours to remove.
  }
}
