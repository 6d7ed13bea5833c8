import { RedunError } from "../errors.ts";
import type { Oid, Transfer } from "../git/backend.ts";
import { type Arrivals, countBetween } from "../log/arrivals.ts";
import type { Log } from "../log/log.ts";
import { whileContended } from "../log/retry.ts";
import { lastSeen, type RemoteLog } from "./remotes.ts";

/** How a transfer talks with people. */
export type Talk = Omit<Transfer, "remote">;

/** What a fetch found. */
export interface Fetched {
  /** Where the remote's log was when we last looked, and where it is; null where it is none. */
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly rewritten: Rewritten | null;
}

/** A remote's log that no longer holds what it held: somebody moved it by force, or deleted it. */
export interface Rewritten {
  /** What it has lost. */
  readonly lost: Arrivals;
  /** The ref that keeps its former state, where our log does not hold that. */
  readonly kept: string | null;
}

/**
 * Brings what a remote's log holds into this repository, and moves its tracking ref. Our log is
 * not touched.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
 */
export async function fetchLog(log: Log, remote: RemoteLog, talk: Talk = {}): Promise<Fetched> {
  const { backend } = log;
  const before = await lastSeen(log, remote);
  const found = await whileContended(() =>
    backend.fetch({
      ...talk,
      remote: remote.remote,
      refspecs: [`+${remote.ref}:${remote.tracking}`],
    }),
  );
  const after = found ? await lastSeen(log, remote) : null;
  const isSame = before === null || before === after;
  const rewritten = isSame ? null : await rewriting(log, remote, before, after);
  // git lets a tracking ref stand when the remote's ref is gone.
  if (before !== null && after === null) await backend.remove(remote.tracking, before);
  return { before, after, rewritten };
}

/**
 * Where a remote's log is now, null where it is none, with its objects fetched so that it can be
 * compared; but no ref moves.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE
 */
export async function previewFetch(
  log: Log,
  remote: RemoteLog,
  talk: Talk = {},
): Promise<Oid | null> {
  const asked = { ...talk, remote: remote.remote };
  const refs = await log.backend.remoteRefs({ ...asked, patterns: [remote.ref] });
  const after = refs.get(remote.ref) ?? null;
  if (after !== null && after !== (await lastSeen(log, remote))) {
    await log.backend.fetch({ ...asked, refspecs: [remote.ref] });
  }
  return after;
}

/** The logs that a remote has, as full ref names: all but what it tracks of others. */
export async function logsOfRemote({ backend }: Log, remote: string, talk: Talk = {}) {
  const refs = await backend.remoteRefs({ ...talk, remote, patterns: ["refs/redun/*"] });
  return [...refs.keys()].filter((ref) => /^refs\/redun\/(?!remotes\/)/.test(ref)).sort();
}

/** Looks whether a remote's log still holds what it held, and keeps that if nobody else does. */
async function rewriting(
  log: Log,
  remote: RemoteLog,
  before: Oid,
  after: Oid | null,
): Promise<Rewritten | null> {
  const { backend } = log;
  if (after !== null && (await backend.isAncestor(before, after))) return null;
  const lost = await countBetween(backend, after, before);
  const ours = await log.tip();
  if (ours !== null && (await backend.isAncestor(before, ours))) return { lost, kept: null };
  const kept = `${remote.tracking}.rewritten-${before.slice(0, 8)}`;
  const message = `redun-git: ${remote.name} was rewritten`;
  try {
    await backend.move({ ref: kept, expected: null, next: before, message });
  } catch (error) {
    // It is kept already.
    if (!(error instanceof RedunError && error.code === "REF_MOVED")) throw error;
  }
  return { lost, kept };
}
