import { RedunError } from "../errors.ts";
import { FILE_MODE, type Oid } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { modeProblem } from "../log/merge-checks.ts";
import { parsePath } from "../record/layout.ts";
import type { FoundFile } from "./digest-files.ts";

/** The log's ref was moved to a commit whose tree is not a superset of the old one. */
export class LogRewritten extends Error {}

/** A file of the log that is to be added, or why it is not. */
export type AddedFile = FoundFile & { readonly refused?: string };

/**
 * The files that came to the log between two commits; `from` null stands for the empty log.
 * @throws LogRewritten
 */
export async function* addedFiles(log: Log, from: Oid | null, to: Oid): AsyncGenerator<AddedFile> {
  try {
    for await (const { path, oid, kind, mode, refused } of log.backend.changes(from, to)) {
      if (refused !== undefined && kind !== "deleted") {
        yield { path, oid, refused };
        continue;
      }
      const place = parsePath(path);
      if (!place && refused === undefined) continue;
      if (mode !== FILE_MODE && kind === "added") {
        yield { path, oid, refused: modeProblem(mode) };
      } else if (kind === "added" || (kind === "modified" && place?.kind === "format")) {
        yield { path, oid };
      } else throw new LogRewritten();
    }
  } catch (error) {
    // The old commit may be gone: a rewritten log, pruned.
    if (from !== null && error instanceof RedunError) throw new LogRewritten();
    throw error;
  }
}

export async function countFiles(log: Log, tip: Oid): Promise<number> {
  let count = 0;
  for await (const _ of addedFiles(log, null, tip)) count++;
  return count;
}
