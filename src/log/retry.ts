import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorData, RedunError } from "../errors.ts";

/** How often a moved ref is tried again before giving up: minutes of contention. */
const MAX_TRIES = 200;
/** How long one and the same lock is waited for, and when the caller hears of that, in milliseconds. */
const PATIENCE = 10_000;
const TOLD_AFTER = 1_000;

type HeldLock = ErrorData["REF_BUSY"];

/** Called once, with the lock that keeps a write waiting. */
export type OnWait = (error: RedunError) => void;

/**
 * Does something anew, from reading the ref on, for as long as other writers are quicker. A lock
 * that stays is not theirs: writers hold one for milliseconds.
 * @throws RedunError REF_BUSY when one lock has stayed for some ten seconds
 */
export async function whileContended<T>(
  write: () => Promise<T>,
  onWait?: OnWait,
  patienceInMs = PATIENCE,
): Promise<T> {
  let waiting: { lock: HeldLock; since: number; isTold: boolean } | undefined;
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isContention(error) || tries >= MAX_TRIES) throw error;
      if (error.is("REF_BUSY")) {
        const lock = error.data;
        if (!waiting || !isSame(waiting.lock, lock)) {
          waiting = { lock, since: Date.now(), isTold: false };
        }
        const waited = Date.now() - waiting.since;
        if (waited >= patienceInMs) throw error;
        if (waited >= TOLD_AFTER && !waiting.isTold) {
          waiting.isTold = true;
          onWait?.(error);
        }
      }
      await sleep(Math.random() * Math.min(10 * tries, 500));
    }
  }
}

function isSame(a: HeldLock, b: HeldLock): boolean {
  return a.path === b.path && a.made?.getTime() === b.made?.getTime();
}

function isContention(error: unknown): error is RedunError<"REF_MOVED" | "REF_BUSY"> {
  return error instanceof RedunError && (error.code === "REF_MOVED" || error.code === "REF_BUSY");
}
