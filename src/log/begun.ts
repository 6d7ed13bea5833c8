/**
 * Which commit of a log this clone has seen to hold our format, in a small file of its own: who adds a
 * record needs no index for that, and asks no git. What a commit holds never changes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Oid, Repository } from "../git/backend.ts";
import { makeFolder, share } from "../git/files/sharing.ts";
import { shortRef } from "./ref.ts";

/** That commit; null where none was seen. It may be damaged or gone by now. */
export function seenToBegin(repository: Repository, ref: string): Oid | null {
  try {
    return readFileSync(pathOf(repository, ref), "latin1");
  } catch {
    return null;
  }
}

export function noteBegun(repository: Repository, ref: string, tip: Oid): void {
  const path = pathOf(repository, ref);
  try {
    makeFolder(dirname(path));
    writeFileSync(path, tip);
    share(path);
  } catch {
    // Then git is asked the next time.
  }
}

function pathOf({ commonDir }: Repository, ref: string): string {
  return join(commonDir, "redun", "begun", encodeURIComponent(shortRef(ref)));
}
