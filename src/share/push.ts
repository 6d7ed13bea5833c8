import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { type Arrivals, countBetween, NOTHING } from "../log/arrivals.ts";
import type { Log } from "../log/log.ts";
import { mergeLogs } from "../log/merge.ts";
import { fetchLog, type Rewritten, type Talk } from "./fetch.ts";
import { lastSeen, type RemoteLog } from "./remotes.ts";

/** What a push did. */
export interface PushedLog {
  /** The remote's log before and after; equal when it had everything. Null: it has no log. */
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly sent: Arrivals;
  /** What the remote had and we lacked: it is merged into our log. */
  readonly received: Arrivals;
  /** How often it was tried: more than once when others push at the same time. */
  readonly rounds: number;
  /** What the remote said to people. */
  readonly said: readonly string[];
}

/** So many rounds let some fifty pushers land at one remote at once. */
const MAX_ROUNDS = 60;
/** The longest pause between two rounds, in milliseconds. */
const MAX_PAUSE = 1500;

/**
 * Brings our log to a remote: push; where the remote has moved on, fetch, merge and push again.
 * The remote's log is only ever moved forward, so nothing that others pushed is lost.
 *
 * The first push does not fetch before: it lands only if the remote's log is where we saw it last,
 * and then there is nothing to fetch.
 * @throws RedunError REMOTE_REWRITTEN when the remote's log was moved by force since we last saw
 * it: nothing is pushed, and the next push goes through; REMOTE_FAILED, PUSH_REJECTED,
 * REMOTE_BUSY; what `mergeLogs` throws
 */
export async function pushLog(log: Log, remote: RemoteLog, talk: Talk = {}): Promise<PushedLog> {
  let before = await lastSeen(log, remote);
  let received = NOTHING;
  for (let rounds = 1; ; rounds++) {
    const tip = await log.tip();
    const unchanged = { before, after: before, sent: NOTHING, received, rounds, said: [] };
    if (tip !== null && tip !== before) {
      const { ref } = remote;
      const push = { ...talk, remote: remote.remote, ref, commit: tip, expected: before };
      // Counted meanwhile: a push mostly waits for the other side.
      const [{ landed, said }, sent] = await both(
        log.backend.push(push),
        countBetween(log.backend, before, tip),
      );
      if (landed) {
        await follow(log, remote, tip);
        return { before, after: tip, sent, received, rounds, said };
      }
    } else if (rounds > 1) return unchanged;

    if (rounds === MAX_ROUNDS) throw busy(remote);
    // Jitter keeps two pushers from meeting again in every round.
    if (rounds > 1) await sleep(Math.random() * Math.min(50 * 1.5 ** rounds, MAX_PAUSE));
    const fetched = await fetchLog(log, remote, talk);
    before = fetched.after;
    // A log that is gone altogether is begun anew.
    if (fetched.rewritten && before !== null) throw rewritten(log, remote, fetched.rewritten);
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

/** As `Promise.all`, but none is still at work in the repository when the other has failed. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([a, b]);
  return Promise.all([a, b]);
}

/** Notes where the remote's log is now. git has done so itself where `redun-git init` ran. */
async function follow(log: Log, remote: RemoteLog, tip: Oid): Promise<void> {
  const expected = await lastSeen(log, remote);
  if (expected === tip) return;
  try {
    const message = `redun-git: push to ${remote.name}`;
    await log.backend.move({ ref: remote.tracking, expected, next: tip, message });
  } catch (error) {
    // It landed, whoever else notes it.
    if (!(error instanceof RedunError)) throw error;
  }
}

function together(a: Arrivals, b: Arrivals): Arrivals {
  return {
    executions: a.executions + b.executions,
    tagEdits: a.tagEdits + b.tagEdits,
    others: a.others + b.others,
    people: [...new Set([...a.people, ...b.people])],
  };
}

function busy({ name, ref }: RemoteLog): RedunError {
  return new RedunError(
    "REMOTE_BUSY",
    `${ref} of ${name} moved ${MAX_ROUNDS} times while it was being pushed to.`,
    "What others pushed is merged into your log, and nothing is lost. Push again later.",
  );
}

function rewritten({ ref }: Log, remote: RemoteLog, { kept }: Rewritten): RedunError {
  const here = kept === null ? ref : `${ref} and ${kept}`;
  return new RedunError(
    "REMOTE_REWRITTEN",
    `The log of ${remote.name} was rewritten by force: it has lost records that it had. Nothing was pushed; they are kept here, in ${here}.`,
    `To see them: \`git log ${ref} --not ${remote.tracking}\`.\nTo give them back to ${remote.name}: push again. To take what it has now, and drop what it dropped: \`git update-ref ${ref} ${remote.tracking}\`.`,
  );
}
