/** What a file is called in a log, whatever it was called where it was used. */
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** An address is no path: `s3://bucket/key` must not become `s3:/bucket/key`. */
const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//;

/** Whether what was given as a path says that it is somewhere else, as `s3://bucket/key`. */
export function isAddress(path: string): boolean {
  return ADDRESS.test(path);
}

/**
 * The path that is recorded of a file: relative to `root`, the top of the work tree, with `/`; outside of
 * it, or where there is none, absolute. Links are followed where they lead to another place in the tree,
 * so that one file has one name. Those that leave it stay as they are named: where a folder is linked to
 * a disk differs by machine.
 */
export function recordedPath(path: string, root: string | null, cwd = process.cwd()): string {
  if (isAddress(path)) return path;
  const named = resolve(cwd, path);
  const real = withoutLinks(isAbsolute(path) ? path : `${cwd}/${path}`) ?? named;
  const below = within(root, real);
  // What is in there is git's own, or of programs that put links to it into the work tree.
  if (below !== null && !/^\.git(?:\/|$)/.test(below)) return below;
  return within(root, named) ?? real;
}

/**
 * The paths that a word may mean, likeliest first: as it would be recorded from here; as it was where a
 * link led elsewhere then; as it stands (as a listing shows it, and as older records have it).
 */
export function pathsMeant(word: string, root: string | null, cwd = process.cwd()): string[] {
  const named = within(root, resolve(cwd, word)) ?? word;
  return [...new Set([recordedPath(word, root, cwd), named, word])];
}

/** `path` below `root`; null where it is elsewhere. */
function within(root: string | null, path: string): string | null {
  if (root === null) return null;
  const below = relative(realPath(root) ?? root, path);
  if (below === "") return ".";
  if (below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)) return null;
  return below.split(sep).join("/");
}

/** A path with its links followed, also of a file that is not there in a folder that is. */
function withoutLinks(path: string): string | null {
  const whole = realPath(path);
  if (whole !== null) return whole;
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf(sep));
  const name = path.slice(end + 1);
  if (name === "" || name === "." || name === "..") return null;
  const folder = realPath(path.slice(0, end) || "/");
  return folder === null ? null : resolve(folder, name);
}

/** The system's own: Node's takes `..` away before it looks at links. */
function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
