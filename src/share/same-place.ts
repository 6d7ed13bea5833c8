/** Makes sure that a remote's tracking refs are about the place that its URL means now. */
import type { Oid } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { logName } from "../log/ref.ts";
import { type RemoteLog, refsIn } from "./remotes.ts";
import { formerStates, holds } from "./rewritten.ts";
import { noteSeenAt, seenElsewhere, trackingRefsOf } from "./seen-at.ts";

type Refs = Pick<RemoteLog, "tracking" | "former">;

/**
 * If a remote's name belonged to another place before, what was seen there moves to the refs of
 * that place. And what was seen at this place under another name is then known under this one. The next
 * fetch or push notes where the remote is by now.
 */
export async function settle(log: Log, remote: RemoteLog): Promise<void> {
  const { backend, ref } = log;
  const { repository } = backend;
  const before = seenElsewhere(repository, remote);
  if (before !== null) {
    const elsewhere = refsIn(before, ref);
    const moved = await copy(log, remote, elsewhere);
    for (const [name, commit] of moved) await backend.remove(name, commit);
    noteSeenAt(repository, { tracking: elsewhere.tracking, place: before });
  }
  if ((await backend.resolve(remote.tracking)) !== null) return;
  for (const tracking of trackingRefsOf(repository, remote.place)) {
    if (tracking === remote.tracking || !tracking.endsWith(`/${logName(ref)}`)) continue;
    await copy(log, refsIn(tracking.slice(0, -logName(ref).length), ref), remote);
  }
}

/**
 * Where a log was when its remote was last looked at. After `settle` moved that away, the remote may
 * turn out to be the same by another URL: then all of it comes back.
 */
export async function settledAt(
  log: Log,
  remote: RemoteLog,
  movedFrom: string | null,
  after: Oid | null,
): Promise<Oid | null> {
  if (movedFrom === null || after === null) return null;
  const elsewhere = refsIn(movedFrom, log.ref);
  const seen = await log.backend.resolve(elsewhere.tracking);
  if (seen === null || !(await holds(log, after, seen))) return null;
  const formers = await formerStates(log, elsewhere);
  for (const [name, commit] of formers) {
    await put(log, remote.former + name.slice(elsewhere.former.length), commit);
  }
  return seen;
}

/** Copies one set of refs to another. Returns what was copied. */
async function copy(log: Log, from: Refs, to: Refs): Promise<ReadonlyMap<string, Oid>> {
  const seen = await log.backend.resolve(from.tracking);
  const formers = await formerStates(log, from);
  for (const [name, commit] of formers) {
    await put(log, to.former + name.slice(from.former.length), commit);
  }
  if (seen !== null) await put(log, to.tracking, seen);
  return seen === null ? formers : new Map([...formers, [from.tracking, seen]]);
}

async function put({ backend }: Log, ref: string, next: Oid): Promise<void> {
  const expected = await backend.resolve(ref);
  if (expected === next) return;
  await backend.move({ ref, expected, next, message: "redun-git: remote has another name" });
}
