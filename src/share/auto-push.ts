import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { isTrue } from "../git/files/config.ts";
import { type LockFile, lockFile } from "../git/files/lock-file.ts";
import type { Log } from "../log/log.ts";

/** The last push in the background that failed; the next one that lands forgets it. */
export interface PushFailure {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
}

/**
 * Starts a push in a process of its own, if git config `redun.autoPush` asks for it. It neither
 * holds up nor fails whoever starts it. `command` is how to start this program: a Node script.
 */
export function startAutoPush(
  { workTree, gitDir }: Repository,
  config: GitConfig,
  command: string,
  ref: string,
): void {
  if (!isTrue(config.get("redun.autoPush"))) return;
  const child = spawn(process.execPath, [command, "push", "--background", "--ref", ref], {
    cwd: workTree ?? gitDir,
    detached: true,
    stdio: "ignore",
  });
  child.on("error", () => {});
  child.unref();
}

/**
 * Pushes a log unless another process of this repository is at it: that one will push what is new
 * by then. So runs in quick succession do not make as many pushes at a slow remote.
 */
export async function pushAlone(log: Log, push: () => Promise<void>): Promise<void> {
  for (;;) {
    const lock = await lockOf(log);
    if (lock === null) return;
    const tip = await log.tip();
    try {
      await push();
    } finally {
      lock.release();
    }
    // Only once the lock is free nobody relies on us any more.
    if ((await log.tip()) === tip) return;
  }
}

/** The lock of those who push a log in the background; null while another process has it. */
async function lockOf({ backend, ref }: Log): Promise<LockFile | null> {
  const folder = join(backend.repository.commonDir, "redun");
  const path = join(folder, `auto-push-${encodeURIComponent(ref)}`);
  try {
    return await lockFile(path, { tickets: join(folder, "locks"), patienceInMs: 0 });
  } catch (error) {
    if (error instanceof RedunError && error.code === "REF_BUSY") return null;
    throw error;
  }
}

/** Notes for the next command that a push in the background failed. */
export function notePushFailure(repository: Repository, error: RedunError): void {
  const path = failurePath(repository);
  const failure: PushFailure = { time: new Date().toISOString(), message: error.message };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(failure));
}

/** Forgets it: a push has landed since. */
export function forgetPushFailure(repository: Repository): void {
  rmSync(failurePath(repository), { force: true });
}

/** How the last push in the background failed; null when it did not. */
export function lastPushFailure(repository: Repository): PushFailure | null {
  try {
    return JSON.parse(readFileSync(failurePath(repository), "utf8")) as PushFailure;
  } catch {
    return null;
  }
}

function failurePath({ commonDir }: Repository): string {
  return join(commonDir, "redun", "push-failure.json");
}
