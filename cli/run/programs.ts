/** The programs that a run's tasks have started, and their end together with the run. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../../src/git/files/process-state.ts";
import { parentsOfAll, processesBelow, signalAll } from "../../src/git/files/process-tree.ts";
import { RUN_MARK } from "../../src/run-mark.ts";

/** How long programs have to end by themselves, in milliseconds. */
const GRACE = 2_000;

/**
 * Ends what a run has started: SIGTERM, and SIGKILL for what is still there after two seconds.
 * @param mark the run's mark in the environment of everything that it started
 * @param parent a process whose children, and theirs, belong to the run too
 */
export async function endPrograms(mark: string | undefined, parent: number): Promise<void> {
  const told = programsOf(mark, parent);
  if (told.length === 0) return;
  signalAll(told, "SIGTERM");
  const deadline = Date.now() + GRACE;
  while (told.some(isRunning) && Date.now() < deadline) await sleep(10);
  killPrograms(mark, parent, told);
}

/** Ends them without a word to them. */
export function killPrograms(
  mark: string | undefined,
  parent: number,
  known: readonly number[] = [],
): void {
  signalAll([...new Set([...known.filter(isRunning), ...programsOf(mark, parent)])], "SIGKILL");
}

/**
 * The processes that carry a run's mark, or descend from a process. A program that left its
 * parents behind (a daemon) still has the mark; one that got another environment still has parents.
 */
export function programsOf(mark: string | undefined, parent: number): number[] {
  const parents = parentsOfAll();
  const found = processesBelow(parent, parents);
  if (mark !== undefined) {
    for (const pid of parents.keys()) if (hasMark(pid, mark)) found.add(pid);
  }
  for (const own of [process.pid, parent]) found.delete(own);
  return [...found];
}

function hasMark(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1")
      .split("\0")
      .includes(`${RUN_MARK}=${mark}`);
  } catch {
    return false;
  }
}
