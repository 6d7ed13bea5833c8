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
import type { FileState } from "./file-state-types.ts";
import { folderState } from "./folder-state.ts";
import { type HashName, newHash } from "./hash.ts";

/** How many bytes are in memory at once. */
const CHUNK = 1 << 20;
/** How often a file that changes while it is read is read again. */
const ATTEMPTS = 3;
/** A file that changed this recently may change again without a sign of it. */
const SETTLED_MS = 100;
const SETTLED = BigInt(SETTLED_MS) * 1_000_000n;
const REMEMBERED = 10_000;

/**
 * Hashes by all that the file system says of a file: a large one is read once, not for each job.
 */
const known = new Map<string, string>();

/** The state of a file or directory now; null if there is none that can be read. */
export function fileState(path: string, format: HashName): FileState | null {
  try {
    // Not opened before it is known to be a file: opening a pipe waits for its writer.
    const stat = statSync(path);
    if (stat.isDirectory()) return folderState(path, format, (below) => readState(below, format));
    return stat.isFile() ? readState(path, format) : null;
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
  return stat.size >= LARGE && !known.has(`${format} ${signature(stat)}`);
}

/**
 * Hashes a file in pieces, between which everything else of the process has its turn: `fileState`
 * needs not read it then. Memory: two pieces. Never throws.
 * @param isOver asked before each piece: whether nobody needs it any more
 */
export async function hashAhead(
  path: string,
  format: HashName,
  isOver: () => boolean,
): Promise<void> {
  const file = await promises.open(path, "r").catch(() => null);
  if (!file) return;
  try {
    const { ctimeNs } = await file.stat({ bigint: true });
    // What is read before that would have to be read again.
    await sleep(
      Math.min(SETTLED_MS, Math.max(0, Number(ctimeNs / 1_000_000n) + SETTLED_MS + 1 - Date.now())),
    );
    const before = await file.stat({ bigint: true });
    const size = Number(before.size);
    const hash = newHash(format).update(`blob ${size}\0`);
    const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)] as const;
    const read = (at: number) =>
      file.read(buffers[(at / CHUNK) & 1]!, 0, Math.min(CHUNK, size - at), at);
    // The next piece is read while one is hashed.
    let next = read(0);
    for (let at = 0; at < size; at += CHUNK) {
      const { bytesRead, buffer } = await next;
      if (isOver() || bytesRead < Math.min(CHUNK, size - at)) return;
      if (at + CHUNK < size) next = read(at + CHUNK);
      hash.update(buffer.subarray(0, bytesRead));
    }
    const after = await file.stat({ bigint: true });
    if (!isSettled(after) || signature(after) !== signature(before)) return;
    remember(`${format} ${signature(after)}`, hash.digest("hex"));
  } catch {
    // Whoever records it reads it again.
  } finally {
    await file.close().catch(() => {});
  }
}

function readState(path: string | Buffer, format: HashName): FileState | null {
  const file = openSync(path, "r");
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = fstatSync(file, { bigint: true });
      const size = Number(before.size);
      const name = `${format} ${signature(before)}`;
      const hash = known.get(name) ?? hashContent(file, size, format);
      if (hash === null) continue;
      const after = fstatSync(file, { bigint: true });
      if (isSettled(after) && signature(after) === signature(before)) remember(name, hash);
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

function signature({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

function isSettled({ ctimeNs }: BigIntStats): boolean {
  return BigInt(Date.now()) * 1_000_000n - ctimeNs > SETTLED;
}

function remember(name: string, hash: string): void {
  if (known.size >= REMEMBERED) known.clear();
  known.set(name, hash);
}
