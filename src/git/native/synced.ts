import type { GitConfig } from "../backend.ts";

const SYNCED = [
  ...["-c", "core.fsync=committed,loose-object,reference"],
  ...["-c", "core.fsyncMethod=batch"],
];

/**
 * Words before a git command that stores a commit or moves a ref, so that what it acknowledged outlives a power cut: by itself git
 * syncs packs, but neither loose objects nor refs. Where the user's `core.fsync` says what to sync, that stands. git before 2.36
 * does not know the setting, and passes over it.
 */
export function synced(config: GitConfig): readonly string[] {
  return config.get("core.fsync") === undefined ? SYNCED : [];
}
