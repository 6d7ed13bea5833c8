import type { ArrayFolder } from "./array-folder.ts";
import type { Cluster } from "./cluster.ts";
import type { Scratch } from "./scratch.ts";
import type { WatchedArray } from "./watch.ts";

/** A call that a process before this one submitted, or one beside it. */
export interface EarlierCall {
  readonly array: WatchedArray;
  readonly element: number;
}

/**
 * What is at the cluster, or has ended there and was not collected, by the keys of the calls.
 * @param takenOver hears of each array whose process has ended, and how many elements it has: it is this
 * process's own from now on
 */
export async function earlierCalls(
  scratch: Scratch,
  cluster: Cluster,
  takenOver: (folder: ArrayFolder, size: number) => void,
): Promise<Map<string, EarlierCall>> {
  const found = new Map<string, EarlierCall>();
  for (const folder of scratch.earlierArrays()) {
    const keys = folder.keys();
    if (keys.every((key) => found.has(key))) continue;
    const job = await jobOf(folder, cluster);
    if (job === null) continue;
    if (folder.takeOver()) takenOver(folder, keys.length);
    const array = { folder, job, size: keys.length };
    for (const [element, key] of keys.entries()) {
      if (!found.has(key)) found.set(key, { array, element });
    }
  }
  return found;
}

/** The engine's id of an earlier array; null for one that did not reach it, and now never will. */
async function jobOf(folder: ArrayFolder, cluster: Cluster): Promise<string | null> {
  if (folder.job !== null) return folder.job;
  // Another process is about to submit it.
  if (!folder.isAbandoned()) return null;
  const job = await cluster.find(folder.token);
  if (job === null) folder.remove();
  else folder.submittedAs(job);
  return job;
}
