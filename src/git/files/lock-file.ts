import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RedunError } from "../../errors.ts";
import { locked } from "../ref-refusal.ts";
import { isAbandoned, ownerOf, thisProcess, ticketName } from "./owner.ts";
import { makeFolder, share } from "./sharing.ts";
import { hasCode } from "./system-errors.ts";

/**
 * git's `<file>.lock` protocol: the process that creates the lock file may replace the file, by renaming
 * the lock over it.
 *
 * git's own lock files do not say who holds them, so nobody can tell a dead owner's from a slow
 * one's. Ours are made by hard-linking a *ticket*, a file in `<git dir>/redun/locks` whose name
 * tells the owner, to the lock's name. A lock is provably ours if it is the same file (inode) as
 * a ticket, and is then recovered as soon as that ticket's owner is certainly dead: by renaming
 * the ticket to our own, which of several processes only one can do, and which leaves the lock in
 * place meanwhile. A lock without a ticket is git's or another tool's and is never broken.
 */
export interface LockFile {
  /** Replaces the locked file by `content`, durably, and gives the lock up. */
  commit(content: string | Uint8Array): void;
  /** Gives the lock up and leaves the file as it was. After `commit` it does nothing. */
  release(): void;
}

/** How long to wait for another writer, and where tickets are kept. */
export interface LockOptions {
  readonly tickets: string;
  readonly patienceInMs?: number;
}

/**
 * Locks `path` against other writers, waiting a few seconds for one that holds it.
 * The folder of `path` is made where it is missing.
 * @throws RedunError REF_BUSY naming the lock file
 */
export async function lockFile(path: string, options: LockOptions): Promise<LockFile> {
  const lock = `${path}.lock`;
  const deadline = Date.now() + (options.patienceInMs ?? 5_000);
  for (let wait = 2; ; wait = Math.min(wait * 2, 50)) {
    const held = tryLock(path, lock, options.tickets);
    if (held) return held;
    if (Date.now() >= deadline) throw busy(lock);
    // Jitter keeps two writers from meeting again at every retry.
    await sleep(wait * (0.5 + Math.random()));
  }
}

function tryLock(path: string, lock: string, tickets: string): LockFile | null {
  makeFolder(tickets);
  makeFolder(dirname(lock));
  const ticket = join(tickets, ticketName(thisProcess(), randomBytes(4).toString("hex")));
  fs.closeSync(fs.openSync(ticket, "wx"));
  share(ticket);
  try {
    fs.linkSync(ticket, lock);
    return held(path, lock, ticket);
  } catch (error) {
    if (hasCode(error, "EEXIST") && takeOver(lock, ticket, tickets)) {
      return held(path, lock, ticket);
    }
    fs.rmSync(ticket, { force: true });
    // ENOENT: git has just removed the empty folder that the lock was to go into.
    if (hasCode(error, "EEXIST", "ENOENT")) return null;
    if (!hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EMLINK")) throw error;
    return lockWithoutTicket(path, lock);
  }
}

/** For file systems without hard links: a lock like git's own, which nobody can recover. */
function lockWithoutTicket(path: string, lock: string): LockFile | null {
  try {
    fs.closeSync(fs.openSync(lock, "wx"));
    share(lock);
    return held(path, lock, null);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return null;
    throw error;
  }
}

/** Makes a dead owner's lock ours, if it is one. */
function takeOver(lock: string, ticket: string, tickets: string): boolean {
  const stat = fs.statSync(lock, { bigint: true, throwIfNoEntry: false });
  if (!stat || stat.nlink < 2n) return false;
  for (const name of fs.readdirSync(tickets)) {
    const owner = ownerOf(name);
    const other = join(tickets, name);
    const same = fs.statSync(other, { bigint: true, throwIfNoEntry: false });
    if (!owner || same?.ino !== stat.ino || same.dev !== stat.dev) continue;
    if (!isAbandoned(owner, Date.now() - Number(stat.mtimeMs))) return false;
    try {
      fs.renameSync(other, ticket);
      return true;
    } catch {
      // Another process was quicker.
      return false;
    }
  }
  return false;
}

function held(path: string, lock: string, ticket: string | null): LockFile {
  let open = true;
  const release = () => {
    if (!open) return;
    open = false;
    // The lock before its ticket: in the other order a crash would leave a lock without one.
    if (ticket === null || fs.existsSync(ticket)) fs.rmSync(lock, { force: true });
    if (ticket !== null) fs.rmSync(ticket, { force: true });
  };
  return {
    release,
    commit(content) {
      const file = fs.openSync(lock, "r+");
      try {
        fs.ftruncateSync(file);
        fs.writeFileSync(file, content);
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      // Only possible after ten minutes of standstill on another machine, see isAbandoned.
      if (ticket !== null && !fs.existsSync(ticket)) throw busy(lock);
      fs.renameSync(lock, path);
      open = false;
      if (ticket !== null) fs.rmSync(ticket, { force: true });
      attempt(() => syncFolder(dirname(path)));
    },
  };
}

function syncFolder(path: string): void {
  const folder = fs.openSync(path, "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/** For what some file systems cannot do and nothing depends on. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {}
}

function busy(lock: string): RedunError {
  const ref = /\/(refs\/.+)\.lock$/.exec(lock)?.[1];
  return locked(ref ?? basename(lock, ".lock"), lock);
}
