import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { FileState } from "./file-state-types.ts";
import { folderState } from "./folder-state.ts";
import { type HashName, newHash } from "./hash.ts";

/** Bytes that are in memory at once. */
const CHUNK = 1 << 20;
/** How often a file is read again that changes while it is read. */
const ATTEMPTS = 3;
/** A file that changed so shortly ago may change once more without a sign of it, in nanoseconds. */
const SETTLED = 100_000_000n;
const REMEMBERED = 10_000;

/**
 * Hashes by all that the file system says of a file: a large one is read once, not for each job.
 */
const known = new Map<string, string>();

/** The state of a file or folder now; null where neither is, or none that can be read. */
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

/** The blob id of the first `size` bytes; null where there are not as many any more. */
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
