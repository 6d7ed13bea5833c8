/** A file's one name in a log, whatever path it was used by. */
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";

/** An address is not a path: `s3://bucket/key` must not become `s3:/bucket/key`. */
const ADDRESS = /^[A-Za-z][A-Za-z0-9+.-]+:\/\//;

/** Whether a text given as a path is an address, such as `s3://bucket/key`. */
export function isAddress(path: string): boolean {
  return ADDRESS.test(path);
}

/**
 * The path that is recorded of a file: relative to `root`, the top of the work tree, with `/`; absolute
 * outside of it, or without one. Links are followed where they lead to another place in the tree,
 * so that one file has one name. Links out of it keep their names: to which disk
 * a directory is linked differs by machine.
 */
export function recordedPath(path: string, root: string | null, cwd = process.cwd()): string {
  if (isAddress(path)) return path;
  const named = resolve(cwd, path);
  const real = withoutLinks(isAbsolute(path) ? path : `${cwd}/${path}`) ?? named;
  const below = within(root, real);
  // Files in there are git's own, or those of programs that link to them from the work tree.
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

/** A recorded path, as it is from the current folder. */
export function pathFromHere(recorded: string, root: string | null): string {
  if (isAddress(recorded) || root === null) return recorded;
  return relative(process.cwd(), resolve(root, recorded)) || ".";
}

/** `path` below `root`; null where it is elsewhere. */
function within(root: string | null, path: string): string | null {
  if (root === null) return null;
  const below = relative(realPath(root) ?? root, path);
  if (below === "") return ".";
  if (below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below)) return null;
  return below.split(sep).join("/");
}

/** A path with its links followed; the file itself need not exist, only its directory. */
function withoutLinks(path: string): string | null {
  const whole = realPath(path);
  if (whole !== null) return whole;
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf(sep));
  const name = path.slice(end + 1);
  if (name === "" || name === "." || name === "..") return null;
  const folder = realPath(path.slice(0, end) || "/");
  return folder === null ? null : resolve(folder, name);
}

/** The system's own: Node's removes `..` before it follows links. */
function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
