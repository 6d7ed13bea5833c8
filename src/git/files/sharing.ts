import { chmodSync, fchmodSync, fstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadConfig } from "./config.ts";
import { isTrue } from "./config-values.ts";
import { hasCode } from "./system-errors.ts";

/**
 * Who may read and write what is made below a git directory: `core.sharedRepository`. Without it
 * the process's umask decides, as everywhere.
 */
type Sharing =
  | { readonly kind: "umask" }
  /** Bits that are added to those of the umask. */
  | { readonly kind: "more"; readonly bits: number }
  /** The bits, whatever the umask says. */
  | { readonly kind: "exact"; readonly bits: number };

/** Gives a new file or folder below a git directory the permissions that git would give it. */
export function share(path: string): void {
  apply(statSync(path), sharingAt(path), (mode) => chmodSync(path, mode));
}

/** As `share`, for an open file whose path may be another one soon. */
export function shareFile(file: number, path: string): void {
  apply(fstatSync(file), sharingAt(path), (mode) => fchmodSync(file, mode));
}

/**
 * Makes a folder below a git directory and its missing parents, with the permissions that git would
 * give them. Returns the folders that were made, outermost first.
 */
export function makeFolder(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may make it at the same time.
    if (hasCode(error, "EEXIST") && statSync(path).isDirectory()) return [];
    if (!hasCode(error, "ENOENT") || path === dirname(path)) throw error;
    const parents = makeFolder(dirname(path));
    return [...parents, ...makeFolder(path)];
  }
  share(path);
  return [path];
}

function apply(stat: Stats, sharing: Sharing, change: (mode: number) => void): void {
  const mode = stat.mode & 0o7777;
  const wanted = sharedMode(mode, stat.isDirectory(), sharing);
  if (wanted === mode) return;
  try {
    change(wanted);
  } catch {
    // Not every file system has permissions.
  }
}

/** git's `adjust_shared_perm`. */
function sharedMode(mode: number, isFolder: boolean, sharing: Sharing): number {
  if (sharing.kind === "umask") return mode;
  let bits = sharing.bits;
  if (!(mode & 0o200)) bits &= ~0o222;
  if (mode & 0o100) bits |= (bits & 0o444) >> 2;
  const wanted = sharing.kind === "exact" ? (mode & ~0o777) | bits : mode | bits;
  if (!isFolder) return wanted;
  // Read permission for a directory includes entering it; what is made in it belongs to its group.
  return wanted | ((wanted & 0o444) >> 2) | (wanted & 0o060 ? 0o2000 : 0);
}

/** What the git directory that a path is in says; "umask" outside of any. */
function sharingAt(path: string): Sharing {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const known = byFolder.get(folder);
    if (known) return known;
    if (!isCommonDir(folder)) continue;
    const sharing = readSharing(folder);
    byFolder.set(folder, sharing);
    return sharing;
  }
  return { kind: "umask" };
}

/** Of common git directories. A process that lives on does not see the setting change. */
const byFolder = new Map<string, Sharing>();

function isCommonDir(folder: string): boolean {
  const has = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false });
  return Boolean(has("HEAD") && has("objects") && has("refs") && has("config"));
}

function readSharing(commonDir: string): Sharing {
  const repository = { gitDir: commonDir, commonDir, workTree: null } as const;
  const config = loadConfig({
    ...repository,
    objectFormat: "sha1",
    refFormat: "files",
    env: process.env,
  });
  return parseSharing(config.get("core.sharedrepository"));
}

/** The values that git knows; see `core.sharedRepository` in git-config(1). */
export function parseSharing(value: string | undefined): Sharing {
  if (value === undefined || value === "umask") return { kind: "umask" };
  if (value === "group") return { kind: "more", bits: 0o660 };
  if (["all", "world", "everybody"].includes(value)) return { kind: "more", bits: 0o664 };
  if (!/^[0-7]+$/.test(value)) return parseSharing(isTrue(value) ? "group" : undefined);
  const number = Number.parseInt(value, 8);
  if (number <= 2) return parseSharing([undefined, "group", "all"][number]);
  return { kind: "exact", bits: number & 0o666 };
}
