import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning, startOf } from "./process-state.ts";
import { INITIAL_NAMESPACE, processWithin, sharesClock } from "./process-within.ts";

/**
 * The process that something in the git directory belongs to: a lock, the journal of a run. A
 * process id alone says nothing: it means something in one process namespace (container) of one
 * machine since its last boot, and there it is used again.
 */
export interface Owner {
  /** The machine's name, for people. */
  readonly host: string;
  /** Tells machines of one name apart: a hash of name and machine id, 12 hex digits. */
  readonly machine: string;
  /** Tells the boots of all machines apart, 12 hex digits; "" where nothing tells. */
  readonly boot: string;
  /** The process namespace, as Linux numbers it; "" where there are none. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started, as its system says it, without blanks; "" where nothing tells. */
  readonly started: string;
}

/** This process. */
export function thisProcess(): Owner {
  place ??= placeOfThisProcess();
  return { ...place, pid: process.pid, started: startOf(process.pid) };
}

type Place = Pick<Owner, "host" | "machine" | "boot" | "namespace">;
let place: Place | undefined;

function placeOfThisProcess(): Place {
  const host = hostname();
  return {
    host,
    machine: digest(`${host} ${attempt(() => readFileSync("/etc/machine-id", "utf8"))}`),
    boot: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"))
      .replace(/[^0-9a-f]/g, "")
      .slice(0, 12),
    namespace: attempt(() => readlinkSync("/proc/self/ns/pid")).replace(/\D/g, ""),
  };
}

/** Whether an owner still runs, and how that is known, or why it cannot be. */
export interface Fate {
  readonly state: "alive" | "dead" | "unknown";
  /** Half a sentence: `process 17 has ended`. */
  readonly why: string;
}

/**
 * Whether the owner of something still runs. It is dead only where that is certain: what it has
 * may then be taken. Only who sees its processes since the same boot can tell: its own container, or
 * the machine that is around all of them. Of an earlier boot of this machine everything is dead.
 */
export function fateOf(owner: Owner, self = thisProcess()): Fate {
  const { host, boot, namespace, pid, started } = owner;
  const isHere = boot === self.boot && (boot !== "" || owner.machine === self.machine);
  if (isHere && namespace === self.namespace) {
    if (!isRunning(pid)) return { state: "dead", why: `process ${pid} has ended` };
    const now = startOf(pid);
    return started !== "" && now !== "" && started !== now
      ? { state: "dead", why: `process ${pid} has ended, and its number is another one's now` }
      : { state: "alive", why: `process ${pid} runs` };
  }
  if (isHere) return fateWithin(owner, self);
  // Containers may share a machine's name and id; only outside of them a boot is the machine's own.
  const isOutside = namespace === INITIAL_NAMESPACE && self.namespace === INITIAL_NAMESPACE;
  if (isOutside && boot !== "" && self.boot !== "" && owner.machine === self.machine) {
    return { state: "dead", why: "this machine has started anew since" };
  }
  return host === self.host
    ? { state: "unknown", why: "it was begun in another container, or before the last boot" }
    : { state: "unknown", why: `it was begun on ${host || "another machine"}` };
}

/** Of a process of another container on this machine. */
function fateWithin({ namespace, pid, started }: Owner, self: Owner): Fate {
  const isOutside = self.namespace === INITIAL_NAMESPACE && namespace !== "";
  const here = isOutside ? processWithin(namespace, pid) : undefined;
  if (here === undefined) {
    return { state: "unknown", why: "it was begun in another container, or outside of this one" };
  }
  if (here === null) return { state: "dead", why: `process ${pid} of its container has ended` };
  const now = sharesClock(here) ? startOf(here) : "";
  if (started === "" || now === started) {
    return { state: "alive", why: `process ${here} runs, which is ${pid} in its container` };
  }
  return now === ""
    ? { state: "unknown", why: `process ${here} has its number in its container` }
    : {
        state: "dead",
        why: `process ${pid} of its container has ended, and another one has its number`,
      };
}

/**
 * Whether a lock may be taken from its owner: it is dead, or nothing can be known of it and its
 * lock is old. Locks of refs are held for less than a second; that of a push in the background may
 * be lost to a second push, and that of a recovery to a second one that writes the same files.
 */
export function isAbandoned(owner: Owner, lockAgeInMs: number): boolean {
  const { state } = fateOf(owner);
  return state === "dead" || (state === "unknown" && lockAgeInMs > SURELY_ABANDONED_MS);
}

const SURELY_ABANDONED_MS = 10 * 60_000;

/** A file name that carries an owner; `unique` tells its tickets apart. */
export function ticketName(owner: Owner, unique: string): string {
  const { machine, boot, namespace, pid, started } = owner;
  return [machine, boot, namespace, pid, started, unique].join("-");
}

/** The owner that a file name carries, or null. */
export function ownerOf(ticket: string): Owner | null {
  const [, machine, boot, namespace, pid, started] =
    /^([0-9a-f]{12})-([0-9a-f]{0,12})-(\d*)-(\d+)-([^-]*)-[0-9a-f]+$/.exec(ticket) ?? [];
  if (machine === undefined) return null;
  const host = machine === thisProcess().machine ? hostname() : "";
  return {
    host,
    machine,
    boot: boot!,
    namespace: namespace!,
    pid: Number(pid),
    started: started!,
  };
}

function digest(text: string): string {
  return createHash("sha1").update(text).digest("hex").slice(0, 12);
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
