/** The programs that a run's tasks have started, and their end together with the run. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../../src/git/files/process-state.ts";
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
  sendAll(told, "SIGTERM");
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
  sendAll([...new Set([...known.filter(isRunning), ...programsOf(mark, parent)])], "SIGKILL");
}

/**
 * The processes that carry a run's mark, or descend from a process. A program that left its
 * parents behind (a daemon) still has the mark; one that got another environment still has parents.
 */
export function programsOf(mark: string | undefined, parent: number): number[] {
  const parents = parentsOfAll();
  const found = new Set<number>();
  const isBelow = (pid: number): boolean => {
    const above = parents.get(pid);
    return above !== undefined && (above === parent || found.has(above));
  };
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const pid of parents.keys()) if (isBelow(pid)) found.add(pid);
  }
  if (mark !== undefined) {
    for (const pid of parents.keys()) if (hasMark(pid, mark)) found.add(pid);
  }
  for (const own of [process.pid, parent]) found.delete(own);
  return [...found];
}

/** Every process's parent: from Linux's /proc, elsewhere from `ps`. */
function parentsOfAll(): Map<number, number> {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return new Map(pids.flatMap((pid) => parentIn(pid)));
  } catch {
    return parentsFromPs();
  }
}

function parentIn(pid: string): [number, number][] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Behind the command, which may hold anything, and the state.
    return [[Number(pid), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
  } catch {
    return [];
  }
}

function parentsFromPs(): Map<number, number> {
  try {
    const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    const lines = listed.trim().split("\n");
    return new Map(lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]));
  } catch {
    return new Map();
  }
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

function sendAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended, or belongs to somebody else.
    }
  }
}
