import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import { mergeLogs } from "../log/merge.ts";
import { countBetween, NOTHING, type RecordCounts, together } from "../log/record-counts.ts";
import { assertNoSecrets } from "../scan/before-push.ts";
import { fetchLog, type TransferOptions } from "./fetch.ts";
import { address, lastSeen, type RemoteLog } from "./remotes.ts";
import { formerStates, rewrittenError, takeLost } from "./rewritten.ts";
import { settle } from "./same-place.ts";
import { noteSeenAt } from "./seen-at.ts";

/** What a push did. */
export interface PushedLog {
  /** The remote's log before and after; equal when it had everything. Null: it has no log. */
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly sent: RecordCounts;
  /** What the remote had and we lacked: it is merged into our log. */
  readonly received: RecordCounts;
  /** How many attempts it took: more than one when others push at the same time. */
  readonly rounds: number;
  /** The remote's messages for the user. */
  readonly said: readonly string[];
}

/** Twenty pushers at once need half a dozen at most. */
const MAX_ROUNDS = 60;
/** The longest pause between two rounds: as many rounds of the length of the last one. */
const MAX_PAUSE_IN_ROUNDS = 16;
/** The same in milliseconds. */
const MAX_PAUSE = 30_000;
/** The longest pause where nobody else moves the remote's log, in milliseconds. */
const MAX_STUCK_PAUSE = 1500;
/** How long a remote's log may refuse to move, though nobody else moves it, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Pushes our log to a remote; if the remote has moved on: fetch, merge and push again.
 * The remote's log is only ever moved forward, so nothing that others pushed is lost.
 *
 * The first push does not fetch before: it lands only if the remote's log is where we saw it last,
 * and then there is nothing to fetch.
 * @throws RedunError REMOTE_REWRITTEN when the remote's log was moved by force since we last saw
 * it, until the user has decided: see rewritten.ts; REMOTE_FAILED, PUSH_REJECTED, REMOTE_BUSY;
 * NOT_A_LOG where our ref holds something else; what `mergeLogs` throws
 */
export async function pushLog(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<PushedLog> {
  await settle(log, remote);
  const [former] = await both(formerStates(log, remote), log.assertLog());
  const isDecided = former.size === 0;
  let before = await (isDecided
    ? lastSeen(log, remote)
    : fetchUnlessRewritten(log, remote, transfer));
  let received = NOTHING;
  let stuckSince: number | undefined;
  let began = performance.now();
  for (let rounds = 1; ; rounds++) {
    const expected = before;
    let why: string | undefined;
    const tip = await log.tip();
    const unchanged = { before, after: before, sent: NOTHING, received, rounds, said: [] };
    if (tip !== null && tip !== before) {
      await assertNoSecrets(log, before, tip);
      const { ref } = remote;
      const push = { ...transfer, ...address(remote), ref, commit: tip, expected: before };
      // Counted meanwhile: a push mostly waits for the other side.
      const [pushed, sent] = await both(
        log.backend.push(push),
        countBetween(log.backend, before, tip),
      );
      const { landed, wasThere, said } = pushed;
      why = pushed.why;
      if (landed) {
        await follow(log, remote, tip);
        if (wasThere) return { ...unchanged, before: tip, after: tip, said };
        return { before, after: tip, sent, received, rounds, said };
      }
    } else if (rounds > 1) return unchanged;

    if (rounds === MAX_ROUNDS) throw busy(remote);
    const took = performance.now() - began;
    if (rounds > 1) await sleep(pause(rounds, took, stuckSince !== undefined));
    began = performance.now();
    before = await fetchUnlessRewritten(log, remote, transfer);
    // Another push explains why ours did not land only if that one landed.
    stuckSince = before === expected && why !== undefined ? (stuckSince ?? Date.now()) : undefined;
    if (stuckSince !== undefined && Date.now() - stuckSince > PATIENCE) throw stuck(remote, why!);
    if (before === null) {
      if (tip === null) return { ...unchanged, before, after: null };
      continue;
    }
    const theirs = { commit: before, name: `${remote.ref} of ${remote.name}` };
    const { scenario, arrivals } = await mergeLogs(log, theirs);
    received = together(received, arrivals);
    // Two commits may hold the same files: then neither side has anything to give.
    if (scenario === "equal") return { ...unchanged, before, after: before, received };
  }
}

/**
 * Pushes, and gives the remote back what its log has lost since it was rewritten.
 * @throws RedunError as `pushLog`, but not REMOTE_REWRITTEN
 */
export async function giveBack(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions = {},
): Promise<PushedLog> {
  await fetchLog(log, remote, transfer);
  await takeLost(log, remote);
  return pushLog(log, remote, transfer);
}

/** Where the remote's log is now, unless it has lost what we would give back. */
async function fetchUnlessRewritten(
  log: Log,
  remote: RemoteLog,
  transfer: TransferOptions,
): Promise<Oid | null> {
  const { after, rewritten } = await fetchLog(log, remote, transfer);
  if (rewritten !== null && rewritten.kept.length > 0) throw rewrittenError(remote, rewritten);
  return after;
}

/**
 * How long to wait before the next round, in milliseconds. A push lands if no other does between its
 * fetch and its end, and how many others there are nobody knows: so each round is spread over twice
 * the time of the one before, at the pace of this remote.
 */
function pause(rounds: number, lastRound: number, isStuck: boolean): number {
  const spread = lastRound * Math.min(2 ** rounds, MAX_PAUSE_IN_ROUNDS);
  return Math.random() * Math.min(spread, isStuck ? MAX_STUCK_PAUSE : MAX_PAUSE);
}

/** As `Promise.all`, but waits for both even if one fails: none is left at work in the repository. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** Notes where the remote's log is now. git has done so itself where `redun-git init` ran. */
async function follow(log: Log, remote: RemoteLog, tip: Oid): Promise<void> {
  noteSeenAt(log.backend.repository, remote);
  const expected = await lastSeen(log, remote);
  if (expected === tip) return;
  try {
    const message = `redun-git: push to ${remote.name}`;
    await log.backend.move({ ref: remote.tracking, expected, next: tip, message });
  } catch (error) {
    // The push landed, even if somebody else has noted it.
    if (!(error instanceof RedunError)) throw error;
  }
}

function stuck({ name, ref }: RemoteLog, why: string): RedunError {
  return new RedunError(
    "REMOTE_BUSY",
    `${name} does not let ${ref} move, though nobody else moves it: ${why}`,
    "A lock that stays was left by a process that died: whoever runs the remote can delete it. Everything is kept here; push again then.",
  );
}

function busy({ name, ref }: RemoteLog): RedunError {
  return new RedunError(
    "REMOTE_BUSY",
    `${ref} of ${name} moved ${MAX_ROUNDS} times while it was being pushed to.`,
    "What others pushed is merged into your log, and nothing is lost. Push again later.",
  );
}
