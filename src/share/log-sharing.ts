import { type Merged, mergeLogs } from "../log/merge.ts";
import { findMergeSource } from "../log/merge-source.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type Fetched, fetchLog } from "./fetch.ts";
import { type Pulled, pullLog } from "./pull.ts";
import { type PushedLog, pushLog } from "./push.ts";
import { chooseRemote, remoteLogFor } from "./remotes.ts";

/** How a transfer is watched, and ended. */
export interface SharingOptions {
  /** Gets git's own progress as it arrives, written for a terminal. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Ends the transfer: it fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Exchanges a log with remotes and other logs: `push`, `pull`, `fetch` and `merge` of the command line.
 * A remote is a name, a URL or a path; by default that of the current branch, else `origin`. Nobody
 * is asked for a password.
 * @example
 * ```ts
 * import { openLog } from "redun-git";
 *
 * const log = await openLog();
 * const { sent, received } = await log.sharing.push("origin");
 * console.log(`sent ${sent.executions} executions, received ${received.executions}`);
 * await log.close();
 * ```
 */
export class LogSharing {
  readonly #refreshed: () => Promise<IndexedLog>;

  /** @param refreshed gives the log, its dead runs recorded */
  constructor(refreshed: () => Promise<IndexedLog>) {
    this.#refreshed = refreshed;
  }

  /**
   * Sends what the remote's log lacks. Where that has moved on: merges it into ours, and sends again.
   * @throws RedunError UNKNOWN_REMOTE, REMOTE_FAILED, PUSH_REJECTED, REMOTE_BUSY, REMOTE_REWRITTEN,
   * NOT_A_LOG, and what `merge` throws
   */
  async push(remote?: string, options: SharingOptions = {}): Promise<PushedLog> {
    const { log, config } = await this.#refreshed();
    const chosen = chooseRemote(log, config, remote, "push");
    return pushLog(log, remoteLogFor(chosen, log.ref, config), options);
  }

  /**
   * Fetches the remote's log and merges it into ours.
   * @throws RedunError UNKNOWN_REMOTE, REMOTE_FAILED, and what `merge` throws
   */
  async pull(remote?: string, options: SharingOptions = {}): Promise<Pulled> {
    const { log, config } = await this.#refreshed();
    const chosen = chooseRemote(log, config, remote, "fetch");
    return pullLog(log, remoteLogFor(chosen, log.ref, config), options);
  }

  /**
   * Fetches the remote's log into its tracking ref; ours stays as it is.
   * @throws RedunError UNKNOWN_REMOTE, REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
   */
  async fetch(remote?: string, options: SharingOptions = {}): Promise<Fetched> {
    const { log, config } = await this.#refreshed();
    const chosen = chooseRemote(log, config, remote, "fetch");
    return fetchLog(log, remoteLogFor(chosen, log.ref, config), options);
  }

  /**
   * Makes our log the union of itself and another one. Where an error is thrown, nothing is merged.
   * @param source a log by its name (`origin/main`), a ref, a commit, or the path of a bundle
   * @param cwd where such a path begins; by default at the top of the work tree
   * @throws RedunError BAD_REF, BAD_BUNDLE, NOT_A_LOG, FORMAT_TOO_NEW, LOG_CORRUPT, FILE_CONFLICT,
   * BAD_RECORD, OBJECT_MISSING, REF_BUSY, REPOSITORY_UNWRITABLE
   */
  async merge(source: string, cwd?: string): Promise<Merged> {
    const { log } = await this.#refreshed();
    const { workTree, gitDir } = log.backend.repository;
    return mergeLogs(log, await findMergeSource(log, source, cwd ?? workTree ?? gitDir));
  }
}
