/**
 * A remote's name can pass to another one: it is renamed, or removed and added anew. Which place a
 * tracking ref was last seen at is noted beside the index, so that we never say that a remote has
 * lost what it never had. Without a note, the ref is its remote's.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../git/backend.ts";
import { readText } from "../git/files/read-text.ts";
import { makeFolder, share } from "../git/files/sharing.ts";

/** Notes that a tracking ref holds what is at its remote's URL. */
export function noteSeenAt(repository: Repository, { tracking, place }: Seen): void {
  if (placeOf(repository, tracking) === place) return;
  try {
    makeFolder(folderOf(repository));
    writeFileSync(fileOf(repository, tracking), place);
    share(fileOf(repository, tracking));
  } catch {
    // The note only helps: what was fetched or pushed is safe without it.
  }
}

/** The place that a tracking ref was seen at, if it is another one than its remote's is by now. */
export function seenElsewhere(repository: Repository, { tracking, place }: Seen): string | null {
  const noted = placeOf(repository, tracking);
  return noted === "" || noted === place ? null : noted;
}

/** The place that is noted for a tracking ref; empty if none is. */
export function placeOf(repository: Repository, tracking: string): string {
  return readText(fileOf(repository, tracking));
}

/** The tracking refs that are noted to hold what is at a place. */
export function trackingRefsOf(repository: Repository, place: string): string[] {
  const names = readNames(folderOf(repository)).map(decodeURIComponent);
  return names.filter((tracking) => placeOf(repository, tracking) === place);
}

/** Of a log at a remote: the ref that follows it, and what names its URL. */
interface Seen {
  readonly tracking: string;
  readonly place: string;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function fileOf(repository: Repository, tracking: string): string {
  return join(folderOf(repository), encodeURIComponent(tracking));
}

function folderOf({ commonDir }: Repository): string {
  return join(commonDir, "redun", "seen-at");
}
