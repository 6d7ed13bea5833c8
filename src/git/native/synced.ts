import type { Repository } from "../backend.ts";
import { loadConfig } from "../files/config.ts";

const SYNCED = [
  "-c",
  "core.fsync=committed,loose-object,reference",
  "-c",
  "core.fsyncMethod=batch",
];

const known = new WeakMap<Repository, readonly string[]>();

/**
 * Words before a git command that stores a commit or moves a ref, so that what it acknowledged outlives a power cut: by itself git
 * syncs packs, but neither loose objects nor refs. Where the user's `core.fsync` says what to sync, that stands. git before 2.36
 * does not know the setting, and passes over it.
 */
export function synced(repository: Repository): readonly string[] {
  const words = known.get(repository) ?? wordsFor(repository);
  known.set(repository, words);
  return words;
}

function wordsFor(repository: Repository): readonly string[] {
  return loadConfig(repository).get("core.fsync") === undefined ? SYNCED : [];
}
