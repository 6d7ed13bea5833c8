import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import type { GitConfig, Oid, Repository } from "../backend.ts";
import { lockFile } from "../files/lock-file.ts";
import { assertCreatable, readRef, refPath } from "../files/refs.ts";
import { asUnwritable } from "../files/system-errors.ts";
import type { RefMove } from "./ref-move.ts";
import { appendToReflog } from "./reflog.ts";

/**
 * Moves a ref by compare-and-swap under git's lock. A symbolic ref stays and its target moves.
 * From the lock on it runs without a pause, so that no other work of this process prolongs it.
 * @throws RedunError REF_MOVED, REF_BUSY, BAD_REF, REPOSITORY_UNWRITABLE
 */
export async function moveRef(
  repository: Repository,
  config: GitConfig,
  move: RefMove,
  patienceInMs?: number,
): Promise<void> {
  const ref = assertRef(repository, move.ref, move.expected);
  if (move.expected === null) assertCreatable(repository, ref);
  const path = refPath(repository, ref);
  try {
    const tickets = join(repository.commonDir, "redun", "locks");
    const lock = await lockFile(path, { tickets, ...(patienceInMs && { patienceInMs }) });
    try {
      assertRef(repository, ref, move.expected);
      if (move.expected === null) assertCreatable(repository, ref);
      appendToReflog(repository, config, { ...move, ref });
      lock.commit(`${move.next}\n`);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw asUnwritable(error, path);
  }
}

/**
 * Makes sure that a ref is where it should be, and returns its name without symbolic refs.
 * @throws RedunError REF_MOVED, BAD_REF
 */
export function assertRef(repository: Repository, ref: string, expected: Oid | null): string {
  const { name, oid } = readRef(repository, ref);
  if (oid === expected) return name;
  throw new RedunError(
    "REF_MOVED",
    `${ref} is at ${oid ?? "no commit"}, not at ${expected ?? "no commit"} as expected.`,
    "Another writer was quicker. Read the ref again and retry.",
  );
}
