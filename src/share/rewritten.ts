/**
 * A log only grows. Where a remote's log has lost something, somebody moved it by force or deleted
 * it: by mistake, or to get rid of records. Only the user can tell which, so what it held is
 * kept under a ref, and nothing is pushed there until the user has given it back or dropped it.
 */
import { RedunError } from "../errors.ts";
import type { Oid, StoredFile } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { mergeLogs } from "../log/merge.ts";
import {
  addedFiles,
  countBetween,
  isNothing,
  type RecordCounts,
  together,
} from "../log/record-counts.ts";
import { isExplained } from "../log/removals.ts";
import { whileContended } from "../log/retry.ts";
import { readTombstones } from "../log/tombstones.ts";
import { parsePath } from "../record/layout.ts";
import { lastSeen, type RemoteLog, wordsFor } from "./remotes.ts";

/** What a remote's log has lost. */
export interface Rewritten {
  readonly lost: RecordCounts;
  /** The refs that keep it; none for a log that was deleted where ours holds all that it held. */
  readonly kept: readonly string[];
}

/**
 * Checks whether a remote's log, last seen at `before`, still holds at `after` what it held, and
 * keeps that if it does not.
 * @returns what is lost and undecided, from now or from earlier
 */
export async function keepLost(
  log: Log,
  remote: RemoteLog,
  before: Oid | null,
  after: Oid | null,
): Promise<Rewritten | null> {
  const { backend } = log;
  if (before !== null && !(await holds(log, after, before))) {
    if (after === null && (await holds(log, await log.tip(), before))) {
      // A log that is gone altogether, such as a remote that has moved, is begun anew.
      return { lost: await countBetween(backend, null, before), kept: [] };
    }
    const ref = `${remote.former}${before.slice(0, 8)}`;
    const message = `redun-git: ${remote.name} was rewritten`;
    if ((await backend.resolve(ref)) === null) {
      await backend.move({ ref, expected: null, next: before, message });
    }
  }
  return undecided(log, remote, after);
}

/** What a remote's log at `after` has lost, without what somebody has given back since. */
async function undecided(
  log: Log,
  remote: RemoteLog,
  after: Oid | null,
): Promise<Rewritten | null> {
  const kept: string[] = [];
  let lost: RecordCounts | null = null;
  for (const [ref, former] of await formerStates(log, remote)) {
    const here = await countBetween(log.backend, after, former);
    if (isNothing(here) || (await isForgotten(log, after, former))) {
      await log.backend.remove(ref, former);
      continue;
    }
    lost = lost === null ? here : together(lost, here);
    kept.push(ref);
  }
  return lost && { lost, kept };
}

/** Whether all that a log has lost was taken out by tombstones that it has: its history was begun anew. */
async function isForgotten({ backend }: Log, after: Oid | null, former: Oid): Promise<boolean> {
  if (after === null || (await readTombstones(backend, after)).isEmpty) return false;
  for await (const { kind, path } of backend.changes(after, former)) {
    if (kind === "deleted") continue;
    if (parsePath(path)?.kind !== "format" && !(await isExplained(backend, path, former, after))) {
      return false;
    }
  }
  return true;
}

/** What a remote's log held before each time that it was rewritten, by the refs that keep it. */
export async function formerStates(
  { backend }: Log,
  { former }: Pick<RemoteLog, "former">,
): Promise<ReadonlyMap<string, Oid>> {
  const refs = await backend.refs(former);
  // The log `main-x` has such refs of its own.
  return new Map([...refs].filter(([ref]) => /^[0-9a-f]{8}$/.test(ref.slice(former.length))));
}

/** Whether a remote's log, now at `after`, was rewritten and nobody has decided what to do. */
export async function isRewritten(
  log: Log,
  remote: RemoteLog,
  after: Oid | null,
): Promise<boolean> {
  const seen = await lastSeen(log, remote);
  if (seen !== null && after !== null && !(await holds(log, after, seen))) return true;
  return (await formerStates(log, remote)).size > 0;
}

/**
 * Decides that a remote gets back what it lost: merges that into our log, so that the next
 * push brings it there.
 * @throws RedunError as `mergeLogs`
 */
export async function takeLost(log: Log, remote: RemoteLog): Promise<void> {
  for (const [ref, commit] of await formerStates(log, remote)) {
    await mergeLogs(log, { commit, name: ref });
    await log.backend.remove(ref, commit);
  }
}

/** What our log was before and is after records were dropped. */
export interface Dropped {
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly dropped: RecordCounts;
}

/**
 * Decides that what a remote lost is dropped here as well. Our log becomes what the remote has, and
 * one commit with whatever of ours was never there.
 */
export async function dropLost(log: Log, remote: RemoteLog): Promise<Dropped> {
  const { backend, ref } = log;
  const theirs = await lastSeen(log, remote);
  const formers = await formerStates(log, remote);
  const done = await whileContended(async () => {
    const before = await log.tip();
    if (theirs === null || before === null || formers.size === 0) return { before, after: before };
    const lost = new Set<string>();
    for (const former of formers.values()) {
      for (const { path } of await addedFiles(backend, theirs, former)) lost.add(path);
    }
    const own = (await addedFiles(backend, theirs, before)).filter(({ path }) => !lost.has(path));
    const after = own.length === 0 ? theirs : await ownCommit(log, remote, theirs, own);
    const message = `redun-git: drop what ${remote.name} has lost`;
    await backend.move({ ref, expected: before, next: after, message });
    return { before, after };
  });
  const dropped = await countBetween(backend, done.after, done.before);
  for (const [former, commit] of formers) await backend.remove(former, commit);
  return { ...done, dropped };
}

/** A commit on top of `parent`, made under a ref of its own: an append only moves refs forward. */
async function ownCommit(
  { backend }: Log,
  remote: RemoteLog,
  parent: Oid,
  files: readonly StoredFile[],
): Promise<Oid> {
  const ref = `${remote.former}own`;
  const stale = await backend.resolve(ref);
  if (stale !== null) await backend.remove(ref, stale);
  const message = `records that ${remote.name} never had\n`;
  const commit = await backend.append({ ref, expected: null, parents: [parent], files, message });
  await backend.remove(ref, commit);
  return commit;
}

/** Whether the history of a commit, if there is one, holds an older one. */
export async function holds({ backend }: Log, commit: Oid | null, older: Oid): Promise<boolean> {
  return commit !== null && (commit === older || (await backend.isAncestor(older, commit)));
}

/** The error of a push to a remote whose log was rewritten. */
export function rewrittenError(remote: RemoteLog, { kept }: Rewritten): RedunError {
  const { name, tracking } = remote;
  return new RedunError(
    "REMOTE_REWRITTEN",
    `The log of ${name} was rewritten by force: it has lost records that it had. Nothing was pushed; they are kept here, in ${kept.join(" and ")}.`,
    `To see them: \`git log ${kept.join(" ")} --not ${tracking}\`\n${waysOut(remote).join("\n")}`,
  );
}

/** The two decisions, a line each. */
export function waysOut(remote: RemoteLog): string[] {
  return [
    `To give them back to ${remote.name}: \`redun-git push --give-back ${wordsFor(remote)}\``,
    `To drop them here as well: \`redun-git pull --drop ${wordsFor(remote)}\``,
  ];
}
