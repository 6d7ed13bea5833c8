/** Which processes of this machine others have started. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Every process's parent: from Linux's /proc, elsewhere from `ps`. */
export function parentsOfAll(): Map<number, number> {
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

/** The processes that descend from one. */
export function processesBelow(parent: number, parents = parentsOfAll()): Set<number> {
  const found = new Set<number>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, above] of parents) if (above === parent || found.has(above)) found.add(pid);
  }
  return found;
}

/** Sends a signal to a process and all that descend from it. Returns those that it found. */
export function signalTree(pid: number, signal: NodeJS.Signals): number[] {
  const found = [pid, ...processesBelow(pid)];
  signalAll(found, signal);
  return found;
}

export function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended, or belongs to somebody else.
    }
  }
}
