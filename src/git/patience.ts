import type { Repository } from "./backend.ts";

/** How long a git may be silent while somebody waits for it, in milliseconds. */
const PATIENCE = {
  /** It answers from its files: a file system, or a filter of the user's, holds it up. */
  question: 120_000,
  /** It writes much before it says anything, runs hooks, or waits for a network. */
  work: 600_000,
};

export type Patience = keyof typeof PATIENCE;

/** Milliseconds of silence; REDUN_GIT_TIMEOUT, in seconds, says otherwise, and 0 is for ever. */
export function patienceInMs({ env }: Pick<Repository, "env">, kind: Patience): number {
  const seconds = Number(env.REDUN_GIT_TIMEOUT || Number.NaN);
  if (!(seconds >= 0)) return PATIENCE[kind];
  return seconds === 0 ? LONGEST : Math.min(seconds * 1000, LONGEST);
}

/** What a timer of Node's can wait at most. */
const LONGEST = 2 ** 31 - 1;
/** `2 minutes`, `1 second`. */
export function inWords(milliseconds: number): string {
  const isLong = milliseconds >= 120_000;
  const count = Math.round(milliseconds / (isLong ? 60_000 : 1000));
  return `${count} ${isLong ? "minute" : "second"}${count === 1 ? "" : "s"}`;
}
