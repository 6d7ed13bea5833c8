import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning, startOf } from "./process-state.ts";

/** The process that took a lock, as written in the name of its ticket. */
export interface LockOwner {
  /** Where the process id means something: host, boot, and process namespace (container). */
  readonly machine: string;
  readonly pid: number;
  /** Clock ticks from boot to the process's start, "" where unknown: process ids are reused. */
  readonly started: string;
}

/** This process. */
export function ownerOfThisProcess(): LockOwner {
  machine ??= createHash("sha1")
    .update(hostname())
    .update(attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")))
    .update(attempt(() => readlinkSync("/proc/self/ns/pid")))
    .digest("hex")
    .slice(0, 12);
  return { machine, pid: process.pid, started: startOf(process.pid) };
}

let machine: string | undefined;

/** A file name that carries an owner; `unique` tells its tickets apart. */
export function ticketName(owner: LockOwner, unique: string): string {
  return [owner.machine, owner.pid, owner.started, unique].join("-");
}

/** The owner that a file name carries, or null. */
export function ownerOf(ticket: string): LockOwner | null {
  const [, machine, pid, started] = /^([0-9a-f]{12})-(\d+)-(\d*)-[0-9a-f]+$/.exec(ticket) ?? [];
  if (machine === undefined || started === undefined) return null;
  return { machine, pid: Number(pid), started };
}

/**
 * True only when the owner has certainly ended. Of another machine, another container or an
 * earlier boot nothing can be known but the age of its lock. Those of refs are held for less than a
 * second; that of a push in the background may be lost to a second push, which harms nobody.
 */
export function isDead(owner: LockOwner, lockAgeInMs: number): boolean {
  const self = ownerOfThisProcess();
  if (owner.machine !== self.machine) return lockAgeInMs > SURELY_ABANDONED_MS;
  if (!isRunning(owner.pid)) return true;
  const started = startOf(owner.pid);
  return owner.started !== "" && started !== "" && owner.started !== started;
}

const SURELY_ABANDONED_MS = 10 * 60_000;

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
