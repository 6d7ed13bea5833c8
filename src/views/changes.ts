import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type ChangesOptions, changesBetween, type EntityChange } from "../share/changes.ts";
import { lastSeen, type RemoteLog } from "../share/remotes.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** What a remote's log, as last fetched, has and ours lacks, or the other way round. */
export interface ChangesView {
  readonly direction: "incoming" | "outgoing";
  readonly remote: RemoteLog;
  /** Our log. */
  readonly ref: string;
  /** Nothing is recorded in our log yet. */
  readonly isEmpty: boolean;
  /** Something is known of the remote's log. */
  readonly isSeen: boolean;
  /** Executions of which anything is new, the newest first. */
  readonly executions: readonly LoggedExecution[];
  /** Older ones were left out. */
  readonly isCut: boolean;
  /** Entities whose tags were edited, and what becomes of their tags. */
  readonly tags: readonly EntityChange[];
}

export async function changesView(
  indexed: IndexedLog,
  remote: RemoteLog,
  direction: ChangesView["direction"],
  options?: ChangesOptions,
): Promise<ChangesView> {
  const { log } = indexed;
  const [ours, theirs] = await Promise.all([log.tip(), lastSeen(log, remote)]);
  const [from, to] = direction === "incoming" ? [ours, theirs] : [theirs, ours];
  const { executions, isCut, tags } = await changesBetween(indexed, from, to, options);
  return {
    direction,
    remote,
    ref: log.ref,
    isEmpty: ours === null,
    isSeen: theirs !== null,
    executions: executions.map(loggedExecution),
    isCut,
    tags,
  };
}
