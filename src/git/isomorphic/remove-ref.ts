import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Oid, Repository } from "../backend.ts";
import { lockFile } from "../files/lock-file.ts";
import { packedRefs, refPath, refRoot } from "../files/refs.ts";
import { asUnwritable } from "../files/system-errors.ts";
import { assertRef } from "./move-ref.ts";

/**
 * Removes a ref and its reflog by compare-and-swap under git's locks.
 * @throws RedunError REF_MOVED, REF_BUSY, BAD_REF, REPOSITORY_UNWRITABLE
 */
export async function removeRef(
  repository: Repository,
  name: string,
  expected: Oid,
): Promise<void> {
  const ref = assertRef(repository, name, expected);
  const path = refPath(repository, ref);
  const packedPath = join(repository.commonDir, "packed-refs");
  const options = { tickets: join(repository.commonDir, "redun", "locks") };
  try {
    const lock = await lockFile(path, options);
    try {
      const packedLock = await lockFile(packedPath, options);
      try {
        assertRef(repository, ref, expected);
        // The packed value first: it would come to light again without the file that hides it.
        const packed = packedRefs(repository);
        const rest = withoutRef(packed, ref);
        if (rest !== packed) packedLock.commit(rest);
        rmSync(path, { force: true });
        rmSync(join(refRoot(repository, ref), "logs", ref), { force: true });
      } finally {
        packedLock.release();
      }
    } finally {
      lock.release();
    }
  } catch (error) {
    throw asUnwritable(error, path);
  }
}

/** Without a ref's line, and the one after it that says what an annotated tag points at. */
function withoutRef(packed: Buffer, ref: string): Buffer {
  // Names of refs are bytes.
  const lines = packed.toString("latin1").split("\n");
  const name = Buffer.from(ref).toString("latin1");
  const at = lines.findIndex((line) => line.slice(40) === ` ${name}`);
  if (at < 0) return packed;
  lines.splice(at, lines[at + 1]?.startsWith("^") ? 2 : 1);
  return Buffer.from(lines.join("\n"), "latin1");
}
