/**
 * The order of commits: what a commit knew comes before it, and what did not know of each other is in
 * the order of its authors' clocks. It follows from the commits alone, so every clone has the same.
 *
 * A commit's clock is its author's, or that of the latest commit it is made on if this is later; of
 * one time, a commit is a step after those that it is made on. (git's commit-graph corrects dates
 * in the same way.)
 */
import type { Oid } from "../git/backend.ts";
import { committedAt } from "../git/commit.ts";
import { storeId } from "../index/ids.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** Milliseconds since 1970, and the number of commits before it that have the same time. */
export type Clock = readonly [time: number, step: number];

export const BEFORE_ALL: Clock = [Number.NEGATIVE_INFINITY, 0];

export function compareClocks([time, step]: Clock, [otherTime, otherStep]: Clock): number {
  return time - otherTime || step - otherStep;
}

/** A commit's clock, once `learnClocks` was asked. `authored` is when its author made it. */
export function clockOf({ file }: IndexedLog, commit: Oid, authored: number): Clock {
  const found = file.database
    .prepare("SELECT time, step FROM commit_clock WHERE commit_id = ?")
    .get(storeId(commit)) as { time: number; step: number } | undefined;
  return found ? [found.time, found.step] : [authored, 0];
}

interface Made {
  readonly authored: number;
  readonly parents: readonly Oid[];
}

/**
 * The clocks of the commits that `to` has and `from` (null: nothing) lacks, as far as they are not
 * those of their authors, or are of commits that matter.
 */
export async function learnClocks(
  log: IndexedLog,
  from: Oid | null,
  to: Oid,
  mattering: ReadonlySet<Oid>,
): Promise<Map<Oid, Clock>> {
  const made = new Map<Oid, Made>();
  const revision = from === null ? to : `${from}..${to}`;
  for await (const { oid, authored, parents } of log.log.backend.history({ revision })) {
    made.set(oid, { authored: authored.getTime(), parents });
  }
  const clocks = new Map<Oid, Clock>();
  for (const { parents } of made.values()) {
    for (const parent of parents) {
      if (!made.has(parent) && !clocks.has(parent)) {
        clocks.set(parent, await knownClock(log, parent));
      }
    }
  }
  const learned = new Map<Oid, Clock>();
  // git lists the newest first: from the end on, most parents come before their children.
  for (const start of [...made.keys()].reverse()) {
    const pending = [start];
    for (let oid = pending.at(-1); oid !== undefined; oid = pending.at(-1)) {
      const { authored, parents } = made.get(oid)!;
      const open = clocks.has(oid) ? [] : parents.filter((parent) => !clocks.has(parent));
      pending.push(...open);
      if (open.length > 0) continue;
      pending.pop();
      if (clocks.has(oid)) continue;
      const clock = after(
        authored,
        parents.map((parent) => clocks.get(parent)!),
      );
      clocks.set(oid, clock);
      const [time, step] = clock;
      const isTold = time === authored && (step === 0 || !(mattering.has(oid) || oid === to));
      if (!isTold) learned.set(oid, clock);
    }
  }
  return learned;
}

/** The clock of something that is made at a time, by its maker's clock, and follows others. */
export function after(time: number, followed: readonly Clock[]): Clock {
  return followed.reduce<Clock>(
    (clock, [other, step]) => (compareClocks(clock, [other, step]) > 0 ? clock : [other, step + 1]),
    [time, 0],
  );
}

async function knownClock(log: IndexedLog, oid: Oid): Promise<Clock> {
  const { author } = await log.log.backend.commit(oid);
  return clockOf(log, oid, committedAt({ committer: author }) * 1000);
}
