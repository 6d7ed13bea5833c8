import { spawn } from "node:child_process";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitConfig } from "../git/backend.ts";
import { type LockFile, lockFile } from "../git/files/lock-file.ts";
import type { Log } from "../log/log.ts";
import { withoutRunMark } from "../run-mark.ts";
import { pushLog } from "./push.ts";
import { forgetPushFailure, notePushFailure } from "./push-failure.ts";
import type { RemoteLog } from "./remotes.ts";
import { autoPushRemotes } from "./setup.ts";

/**
 * Starts a push in a process of its own for each remote that is to have every run. It neither
 * holds up nor fails whoever starts it. `command` is how to start this program: a Node script; `from`
 * is where, and with which variables, as those such as GIT_DIR may be relative to it.
 */
export function startAutoPush(
  config: GitConfig,
  command: string,
  ref: string,
  from: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): void {
  for (const remote of autoPushRemotes(config)) {
    const words = [command, "push", "--background", "--ref", ref, remote];
    const child = spawn(process.execPath, words, {
      detached: true,
      stdio: "ignore",
      cwd: from.cwd,
      env: withoutRunMark(from.env),
    });
    child.on("error", () => {});
    child.unref();
  }
}

/** A remote that says nothing for so long will never answer. */
const PATIENCE_IN_MS = 10 * 60_000;

/**
 * Pushes a log unless another process of this repository is pushing it: that one will push what is new
 * by then. So runs in quick succession do not each wait for a slow remote. A failure is
 * noted for the next command.
 * @throws RedunError as `pushLog`; REMOTE_FAILED when the remote is silent for `patienceInMs`
 */
export async function pushAlone(
  log: Log,
  remoteLog: RemoteLog,
  patienceInMs = PATIENCE_IN_MS,
): Promise<void> {
  const { repository } = log.backend;
  for (;;) {
    const lock = await lockOf(log, remoteLog);
    if (lock === null) return;
    const tip = await log.tip();
    try {
      await pushPatiently(log, remoteLog, patienceInMs);
      forgetPushFailure(repository, remoteLog);
    } catch (error) {
      if (error instanceof RedunError) notePushFailure(repository, remoteLog, error);
      throw error;
    } finally {
      lock.release();
    }
    // Only once the lock is free nobody relies on us.
    if ((await log.tip()) === tip) return;
  }
}

/** A silent remote would hold the lock for ever; git shows progress as long as anything moves. */
async function pushPatiently(log: Log, remoteLog: RemoteLog, patienceInMs: number): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(silent(remoteLog, patienceInMs)), patienceInMs);
  try {
    await pushLog(log, remoteLog, {
      signal: patience.signal,
      onProgress: () => void timer.refresh(),
    });
  } finally {
    clearTimeout(timer);
  }
}

function silent({ name }: RemoteLog, patienceInMs: number): RedunError {
  return new RedunError(
    "REMOTE_FAILED",
    `Could not push to ${name}: it said nothing for ${Math.round(patienceInMs / 60_000)} minutes.`,
    "Everything is kept here. `redun-git push` waits for as long as you like.",
  );
}

/** The lock of those who push a log in the background; null while another process has it. */
async function lockOf({ backend }: Log, { tracking }: RemoteLog): Promise<LockFile | null> {
  const folder = join(backend.repository.commonDir, "redun");
  const path = join(folder, `auto-push-${encodeURIComponent(tracking)}`);
  try {
    return await lockFile(path, { tickets: join(folder, "locks"), patienceInMs: 0 });
  } catch (error) {
    if (error instanceof RedunError && error.code === "REF_BUSY") return null;
    throw error;
  }
}
