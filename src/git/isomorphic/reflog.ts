import { appendFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GitConfig, Repository } from "../backend.ts";
import { isTrue } from "../files/config-values.ts";
import { refRoot } from "../files/refs.ts";
import { makeFolder, share } from "../files/sharing.ts";
import type { RefMove } from "./ref-move.ts";

/**
 * Adds a line to a ref's reflog where git would: to one that exists, always; to a new one for
 * branches, remote branches and notes, or for every ref with `core.logAllRefUpdates=always`.
 */
export function appendToReflog(repository: Repository, config: GitConfig, move: RefMove): void {
  const path = join(refRoot(repository, move.ref), "logs", move.ref);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat ? !stat.isFile() : !isLogged(repository, config, move.ref)) return;
  makeFolder(dirname(path));
  const subject = move.message.split("\n", 1)[0];
  const before = move.expected ?? "0".repeat(40);
  appendFileSync(path, `${before} ${move.next} ${move.committer}\tredun-git: ${subject}\n`);
  if (!stat) share(path);
}

function isLogged(repository: Repository, config: GitConfig, ref: string): boolean {
  const setting = config.get("core.logallrefupdates")?.toLowerCase();
  if (setting === "always") return true;
  const enabled = setting === undefined ? repository.workTree !== null : isTrue(setting);
  return enabled && /^refs\/(?:heads|remotes|notes)\//.test(ref);
}
