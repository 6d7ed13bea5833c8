import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../errors.ts";

/** How often a moved ref is tried again before giving up: minutes of contention. */
const MAX_TRIES = 200;

/** Does something anew, from reading the ref on, for as long as other writers are quicker. */
export async function whileContended<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isContention(error) || tries >= MAX_TRIES) throw error;
      await sleep(Math.random() * Math.min(10 * tries, 500));
    }
  }
}

function isContention(error: unknown): boolean {
  return error instanceof RedunError && (error.code === "REF_MOVED" || error.code === "REF_BUSY");
}
