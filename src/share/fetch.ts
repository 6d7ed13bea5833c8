import type { Oid, Transfer } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { isLogRef } from "../log/ref.ts";
import { whileContended } from "../log/retry.ts";
import { address, lastSeen, type RemoteLog } from "./remotes.ts";
import { isRewritten, keepLost, type Rewritten } from "./rewritten.ts";
import { settle, settledAt } from "./same-place.ts";
import { noteSeenAt, seenElsewhere } from "./seen-at.ts";

/** How a transfer talks to the user. */
export type TransferOptions = Omit<Transfer, "remote">;

/** What a fetch found. */
export interface Fetched {
  /** Where the remote's log was when we last looked, and where it is now; null if it has none. */
  readonly before: Oid | null;
  readonly after: Oid | null;
  /** What it has lost, now or earlier, until the user has decided what to do about it. */
  readonly rewritten: Rewritten | null;
}

/**
 * Brings what a remote's log holds into this repository, and moves its tracking ref. Our log is
 * not touched.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE, REF_BUSY
 */
export async function fetchLog(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<Fetched> {
  const { backend } = log;
  const formerPlace = seenElsewhere(backend.repository, remote);
  await settle(log, remote);
  const seen = await lastSeen(log, remote);
  const refspecs = [`+${remote.ref}:${remote.tracking}`];
  const found = await whileContended(() =>
    backend.fetch({ ...transfer, ...address(remote), refspecs }),
  );
  noteSeenAt(backend.repository, remote);
  const after = found ? await lastSeen(log, remote) : null;
  const before = seen ?? (await settledAt(log, remote, formerPlace, after));
  const rewritten = await keepLost(log, remote, before, after);
  // git keeps a tracking ref when the remote's ref is gone.
  if (seen !== null && after === null) await backend.remove(remote.tracking, seen);
  return { before, after, rewritten };
}

/** What a fetch would find. */
export interface Preview {
  /** Where the remote's log is now; null if it has none. */
  readonly after: Oid | null;
  /** Whether it has lost something, and the user has not decided yet what to do about it. */
  readonly isRewritten: boolean;
}

/**
 * Where a remote's log is now, with its objects fetched so that it can be compared; but no ref
 * moves.
 * @throws RedunError REMOTE_FAILED, REPOSITORY_UNWRITABLE
 */
export async function previewFetch(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<Preview> {
  const asked = { ...transfer, ...address(remote) };
  const refs = await log.backend.remoteRefs({ ...asked, patterns: [remote.ref] });
  const after = refs.get(remote.ref) ?? null;
  if (after !== null && after !== (await lastSeen(log, remote))) {
    await log.backend.fetch({ ...asked, refspecs: [remote.ref] });
  }
  return { after, isRewritten: await isRewritten(log, remote, after) };
}

/** The logs that a remote has, as full ref names: all but what it tracks of others. */
export async function logsOfRemote(
  { backend }: Log,
  remote: string,
  transfer: TransferOptions = {},
) {
  const refs = await backend.remoteRefs({ ...transfer, remote, patterns: ["refs/redun/*"] });
  return [...refs.keys()].filter(isLogRef).sort();
}
