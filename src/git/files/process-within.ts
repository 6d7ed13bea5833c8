import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hasCode } from "./system-errors.ts";

/** What Linux calls the process namespace of the machine itself: PROC_PID_INIT_INO. */
export const INITIAL_NAMESPACE = "4026531836";

/**
 * Which process of this machine has the id `pid` within another process namespace (a container's):
 * its id here; null where certainly none has, because its container is gone or it has ended;
 * undefined where that cannot be known. Only who stands in the machine's own namespace, and is shown
 * every process, can know it.
 * @param proc where Linux shows its processes
 */
export function processWithin(
  namespace: string,
  pid: number,
  proc = "/proc",
): number | null | undefined {
  try {
    if (!showsEverything(proc)) return undefined;
    for (const name of readdirSync(proc)) {
      if (!/^\d+$/.test(name)) continue;
      const found = ifThere(() => isWithin(`${proc}/${name}`, namespace, pid));
      if (found) return Number(name);
    }
    return null;
  } catch {
    return undefined;
  }
}

/** Whether two processes count time from the same moment: only then their starts can be compared. */
export function sharesClock(pid: number, proc = "/proc"): boolean {
  const clockOf = (id: string | number) => {
    try {
      return readlinkSync(`${proc}/${id}/ns/time`);
    } catch (error) {
      // Older kernels have one clock for all.
      return hasCode(error, "ENOENT") ? "" : null;
    }
  };
  const own = clockOf("self");
  return own !== null && own === clockOf(pid);
}

/** Throws what keeps it from being known. */
function isWithin(folder: string, namespace: string, pid: number): boolean {
  const status = readFileSync(`${folder}/status`, "utf8");
  // In the order of the namespaces from here on inwards. A process of our own has one number.
  const ids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  if (ids.length < 2 || ids.at(-1) !== String(pid) || /^State:\s*[ZX]/m.test(status)) return false;
  return readlinkSync(`${folder}/ns/pid`) === `pid:[${namespace}]`;
}

/** Whether `proc` is the machine's own, in which no process is hidden from us. */
function showsEverything(proc: string): boolean {
  const ofFirst = readFileSync(`${proc}/1/status`, "utf8");
  const isWhole =
    /^NSpid:\s*1$/m.test(ofFirst) && readlinkSync(`${proc}/self`) === `${process.pid}`;
  const mounts = readFileSync(`${proc}/self/mountinfo`, "utf8");
  return isWhole && !/ - proc \S+ \S*\bhidepid=(?!0|off)/.test(mounts);
}

/** undefined for a process that ends while it is looked at. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}
