import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";

/** On Linux. */
const PLACE = "/dev/shm";
/** What the tests hold at one time is less than a quarter of this. */
const ENOUGH = 4 * 1024 ** 3;

/**
 * An empty folder in memory, where tests do not wait for a disk. It is removed when the process ends.
 * @returns null where there is none, or it is small, or programs may not be started in it
 */
export function folderInMemory(): string | null {
  try {
    const { bavail, bsize } = statfsSync(PLACE);
    if (Math.min(bavail * bsize, freemem()) < ENOUGH) return null;
    const folder = mkdtempSync(join(PLACE, "redun-git-test-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    // As /tmp is: some tests are another user for a while.
    chmodSync(folder, 0o1777);
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
    const { status } = spawnSync(program);
    rmSync(program);
    return status === 0 ? folder : null;
  } catch {
    return null;
  }
}
