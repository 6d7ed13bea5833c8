import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Minimatch } from "minimatch";
import { RedunError } from "../errors.ts";

/** Files that one command line may name by its patterns. */
export const MAX_FILES = 10_000;

/**
 * The files that a pattern names, in order of path, written as the pattern is: relative to `cwd` or
 * absolute. A text that is the path of something, a directory included, stands for that whatever
 * wildcards are in it. `**` goes into directories, never into `.git`.
 * @throws RedunError USAGE for more than 10,000
 */
export function filesMatching(pattern: string, cwd: string): string[] {
  if (statSync(resolve(cwd, pattern), { throwIfNoEntry: false })) return [pattern];
  const matcher = new Minimatch(pattern, { dot: false, nonegate: true, nocomment: true });
  if (!matcher.hasMagic()) return [];
  const start = pattern.slice(
    0,
    pattern.slice(0, pattern.search(/[*?[{(!+@]/)).lastIndexOf("/") + 1,
  );
  const found: string[] = [];
  const left = [start];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    for (const entry of entriesOf(resolve(cwd, folder))) {
      const path = join(folder, entry.name);
      if (entry.name === ".git") continue;
      if (entry.isDirectory() && matcher.match(path, true)) left.push(`${path}/`);
      else if (!entry.isDirectory() && matcher.match(path)) found.push(path);
      if (found.length > MAX_FILES) throw tooMany(pattern);
    }
  }
  return found.sort();
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function tooMany(pattern: string): RedunError {
  return new RedunError(
    "USAGE",
    `More than ${MAX_FILES} files match ${pattern}.`,
    "Name the directory that holds them: it is recorded as one, with the hash of all its files.",
  );
}
