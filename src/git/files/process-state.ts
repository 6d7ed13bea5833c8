import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";

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

/**
 * When a process started: on Linux in clock ticks from boot, elsewhere the second, as `ps` says
 * it; "" where nothing tells. Two processes of one id differ in it.
 */
export function startOf(pid: number): string {
  const known = pid === process.pid ? ownStart : undefined;
  const start = known ?? (existsSync("/proc/self/stat") ? statField(pid, 22) : startByPs(pid));
  if (pid === process.pid) ownStart = start;
  return start;
}

let ownStart: string | undefined;

/**
 * A field of Linux's /proc/<pid>/stat after the second, the command, which may hold spaces. "" where
 * `/proc` is not that of our own process namespace: there another process has the number.
 */
function statField(pid: number, field: number): string {
  try {
    const isOurs = pid === process.pid;
    if (!isOurs && readlinkSync("/proc/self") !== String(process.pid)) return "";
    const stat = readFileSync(`/proc/${isOurs ? "self" : pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3] ?? "";
  } catch {
    return "";
  }
}

function startByPs(pid: number): string {
  if (process.platform === "win32") return "";
  try {
    const options = { encoding: "utf8", env: { ...process.env, LC_ALL: "C", TZ: "UTC" } } as const;
    const printed = execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], options);
    return printed.replace(/[^0-9A-Za-z]/g, "");
  } catch {
    return "";
  }
}
