import { setTimeout as sleep } from "node:timers/promises";

/** On a busy machine a process may wait long for its turn. */
const PATIENCE_IN_MS = 60_000;

/** Waits until something holds that another process brings about, a minute at most, or as many as are given. */
export async function until(holds: () => boolean, minutes = 1): Promise<void> {
  const deadline = Date.now() + minutes * PATIENCE_IN_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("it never happened");
    await sleep(20);
  }
}
