import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds that another process brings about, ten seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 200) throw new Error("it never happened");
    await sleep(50);
  }
}
