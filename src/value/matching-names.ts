import { type Dirent, readdirSync, statSync } from "node:fs";
import { Minimatch } from "minimatch";

/** What makes a segment of a path a pattern. */
const MAGIC = /[*?[{(!+@\\]/;

/** A pattern as a folder, in which nothing is a wildcard, and the rest: what is in it. */
export function dividedPattern(pattern: string): { folder: string; rest: string } {
  const segments = pattern.split("/");
  const magic = segments.findIndex((segment) => MAGIC.test(segment));
  const at = magic < 0 ? segments.length - 1 : magic;
  const folder = segments.slice(0, at).join("/");
  const isRoot = folder === "" && at > 0;
  return { folder: isRoot ? "/" : folder || ".", rest: segments.slice(at).join("/") };
}

/**
 * The names of the files in a folder that match a pattern, relative to it, with `/`, in no order. `**` goes
 * into directories, never into `.git`, and does not follow links to directories; other segments do.
 * @param dot whether wildcards stand for names that begin with a dot too
 */
export function matchingNames(folder: string, pattern: string, dot = false): string[] {
  const matcher = new Minimatch(pattern, { dot, nonegate: true, nocomment: true });
  const deep = pattern.split("/").indexOf("**");
  const names: string[] = [];
  const left = [""];
  for (let below = left.pop(); below !== undefined; below = left.pop()) {
    const depth = below.split("/").length - 1;
    for (const entry of entriesOf(`${folder}/${below}`)) {
      const name = below + entry.name;
      if (entry.name === ".git") continue;
      const kind = kindOf(entry, `${folder}/${name}`, deep < 0 || depth < deep);
      if (kind === "folder" && matcher.match(name, true)) left.push(`${name}/`);
      else if (kind === "file" && matcher.match(name)) names.push(name);
    }
  }
  return names;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function kindOf(entry: Dirent, path: string, isFollowed: boolean): "file" | "folder" | null {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (!entry.isSymbolicLink()) return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return "file";
  return stat?.isDirectory() && isFollowed ? "folder" : null;
}
