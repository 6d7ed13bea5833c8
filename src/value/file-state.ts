import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  promises,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { knownHash, rememberHash, settlesIn } from "./file-hashes.ts";
import type { FileState, StatState } from "./file-state-types.ts";
import { folderState } from "./folder-state.ts";
import { type HashName, newHash } from "./hash.ts";
import { hashInThread } from "./hash-thread.ts";

/** How many bytes are in memory at once. */
const CHUNK = 1 << 20;
/** How often a file that changes while it is read is read again. */
const ATTEMPTS = 3;
/** So long a large file that has just been written is waited for, in milliseconds. */
const LONGEST_WAIT = 100;

/** The state of a file or directory now; null if there is none that can be read. */
export function fileState(path: string, format: HashName): FileState | null {
  try {
    // Not opened before it is known to be a file: opening a pipe waits for its writer.
    const stat = statSync(path, { bigint: true });
    if (stat.isDirectory()) return folderState(path, format, (below) => stateOfFile(below, format));
    return stat.isFile() ? readState(path, stat, format) : null;
  } catch {
    return null;
  }
}

/** What the file system says of a file now; null if there is none. */
export function statState(path: string): StatState | null {
  try {
    const stat = statSync(path, { bigint: true });
    if (!stat.isFile()) return null;
    const mtime = new Date(Number(stat.mtimeNs / 1_000_000n)).toISOString();
    // Years of more than four digits are no times of a record.
    return mtime.length === 24 ? { size: Number(stat.size), mtime } : null;
  } catch {
    return null;
  }
}

/** To read a file of fewer bytes is not worth a wait. */
const LARGE = 1 << 25;

/** The sizes of the large files at a path, or below it, that nobody has hashed as they are now, by path. */
export async function unhashedFiles(
  path: string,
  format: HashName,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const look = async (path: string) => {
    const stat = await promises.lstat(path, { bigint: true });
    if (stat.isFile() && isUnhashed(stat, format)) found.set(path, Number(stat.size));
    if (!stat.isDirectory()) return;
    for (const name of await promises.readdir(path)) {
      if (name !== ".git") await look(join(path, name)).catch(() => {});
    }
  };
  await promises.realpath(path).then(look, () => {});
  return found;
}

/** What at a path may take long to hash: a large file that nobody has, or any folder. */
export function longToHash(path: string, format: HashName): "file" | "folder" | null {
  try {
    const stat = statSync(path, { bigint: true });
    if (stat.isDirectory()) return "folder";
    return stat.isFile() && isUnhashed(stat, format) ? "file" : null;
  } catch {
    return null;
  }
}

function isUnhashed(stat: BigIntStats, format: HashName): boolean {
  return stat.size >= LARGE && knownHash(stat, format) === undefined;
}

/**
 * Hashes a file in a thread of its own, while everything else of the process goes on: `fileState` needs
 * not read it then. Never throws.
 * @param isOver asked now and then: whether nobody needs it now
 */
export async function hashAhead(
  path: string,
  format: HashName,
  isOver: () => boolean,
): Promise<void> {
  try {
    const young = settlesIn(await promises.stat(path, { bigint: true }));
    // What is read before that would have to be read again.
    if (young > 0) await sleep(Math.min(young, LONGEST_WAIT));
    const found = await hashInThread(path, format, isOver);
    if (found) rememberHash(found.stat, format, found.hash);
  } catch {
    // It is read again when it is recorded.
  }
}

function stateOfFile(path: string | Buffer, format: HashName): FileState | null {
  return readState(path, statSync(path, { bigint: true }), format);
}

function readState(path: string | Buffer, stat: BigIntStats, format: HashName): FileState | null {
  const hash = knownHash(stat, format);
  if (hash !== undefined) return { hash, size: Number(stat.size) };
  const file = openSync(path, "r");
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = fstatSync(file, { bigint: true });
      const size = Number(before.size);
      const hash = hashContent(file, size, format);
      if (hash === null) continue;
      const after = fstatSync(file, { bigint: true });
      if (isSame(before, after)) rememberHash(after, format, hash);
      return { hash, size };
    }
    return null;
  } finally {
    closeSync(file);
  }
}

/** The blob id of the first `size` bytes; null if there are fewer by now. */
function hashContent(file: number, size: number, format: HashName): string | null {
  const hash = newHash(format).update(`blob ${size}\0`);
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size));
  for (let at = 0; at < size; ) {
    const count = readSync(file, buffer, 0, Math.min(CHUNK, size - at), at);
    if (count === 0) return null;
    hash.update(buffer.subarray(0, count));
    at += count;
  }
  return hash.digest("hex");
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs;
}
