import { readFileSync } from "node:fs";

/**
 * Whether a process of this machine runs. One that has ended while its parent does not ask how
 * (a zombie) does not, though signals still find it: for good in a container whose first process
 * never asks.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return statField(pid, 3) !== "Z";
}

/** When a process started, in clock ticks from boot; "" where that cannot be known. */
export function startOf(pid: number): string {
  return statField(pid, 22);
}

/** A field of Linux's /proc/<pid>/stat after the second, the command, which may hold spaces. */
function statField(pid: number, field: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3] ?? "";
  } catch {
    return "";
  }
}
