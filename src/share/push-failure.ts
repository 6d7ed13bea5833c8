import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RedunError } from "../errors.ts";
import type { GitConfig, Repository } from "../git/backend.ts";
import { readText } from "../git/files/read-text.ts";
import { makeFolder, share } from "../git/files/sharing.ts";
import { destinations } from "./destinations.ts";
import type { RemoteLog } from "./remotes.ts";

/** A push in the background that failed. The next push of that log to that remote forgets it. */
export interface PushFailure {
  readonly remote: string;
  readonly ref: string;
  /** Where the remote was then, as `RemoteLog` has it: another one may have its name by now. */
  readonly place: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly message: string;
}

/** Notes for the next command that the push of a log in the background failed. */
export function notePushFailure(
  repository: Repository,
  remoteLog: RemoteLog,
  { message }: RedunError,
): void {
  const path = join(folderOf(repository), fileName(remoteLog));
  const time = new Date().toISOString();
  const { remote, ref, place } = remoteLog;
  const failure: PushFailure = { remote, ref, place, time, message };
  makeFolder(dirname(path));
  writeFileSync(path, JSON.stringify(failure));
  share(path);
}

/** Forgets it: a push has landed since. */
export function forgetPushFailure(repository: Repository, remoteLog: RemoteLog): void {
  rmSync(join(folderOf(repository), fileName(remoteLog)), { force: true });
}

/** How the last push in the background failed, of each log to each remote that still exists. */
export function pushFailures(repository: Repository, config: GitConfig): PushFailure[] {
  return notes(folderOf(repository)).filter(
    ({ remote, ref, place }) =>
      config.subsections("remote").includes(remote) &&
      destinations(config, remote, ref).some((remoteLog) => remoteLog.place === place),
  );
}

function notes(folder: string): PushFailure[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
    return names.map((name) => JSON.parse(readText(join(folder, name))) as PushFailure);
  } catch {
    return [];
  }
}

const SUFFIX = ".json";

function fileName({ tracking }: RemoteLog): string {
  return `${encodeURIComponent(tracking)}${SUFFIX}`;
}

function folderOf({ commonDir }: Repository): string {
  return join(commonDir, "redun", "push-failures");
}
