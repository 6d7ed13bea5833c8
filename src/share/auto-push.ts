import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { isTrue } from "../git/files/config.ts";

/** The last push in the background that failed; the next one that lands forgets it. */
export interface PushFailure {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly remote: string;
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

/** Notes for the next command that a push in the background failed. */
export function notePushFailure(repository: Repository, remote: string, error: RedunError): void {
  const path = failurePath(repository);
  const failure: PushFailure = {
    time: new Date().toISOString(),
    remote,
    message: error.message,
  };
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
