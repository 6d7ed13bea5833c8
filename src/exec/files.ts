import { lstatSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedunError } from "../errors.ts";
import type { GitBackend } from "../git/backend.ts";
import { File } from "../value/file.ts";
import { recordedPath } from "../value/file-path.ts";
import { filesMatching, MAX_FILES } from "./globs.ts";

/** Outputs that were found, and not declared, of which a record has room. */
export const MAX_FOUND = 1000;
/** The kernel's clock for files may lag by this much, in milliseconds. */
const CLOCK_STEP = 20;

/** Files that git tracks and that words of a command line name, `--data=x.csv` among them. */
export async function filesNamed(
  words: readonly string[],
  cwd: string,
  backend: GitBackend,
): Promise<string[]> {
  const { workTree } = backend.repository;
  if (!workTree) return [];
  const named = new Map<string, string>();
  for (const word of words.flatMap((word) => [word, /^-[^=]*=(.+)$/s.exec(word)?.[1] ?? word])) {
    const path = resolve(cwd, word);
    if (!isFile(path)) continue;
    named.set(recordedPath(path, workTree), path);
  }
  if (named.size === 0) return [];
  const tracked = await backend.tracked([...named.keys()]);
  return [...named].filter(([path]) => tracked.has(path)).map(([, path]) => path);
}

/**
 * The outputs that git finds of a program that has ended: files that it sees as changed or new, and that
 * were written since a moment (milliseconds since 1970). No fault of the repository may hide how that was.
 * @param onProblem receives why they cannot be known
 */
export async function outputsFound(
  since: number,
  backend: GitBackend,
  onProblem: (text: string) => void,
): Promise<{ readonly paths: string[]; readonly more: number }> {
  try {
    return await filesWritten(since, backend);
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
    onProblem(`Which files it wrote is not known: ${error.message}`);
    return { paths: [], more: 0 };
  }
}

async function filesWritten(
  since: number,
  backend: GitBackend,
): Promise<{ readonly paths: string[]; readonly more: number }> {
  const { workTree } = backend.repository;
  const changed = (await backend.changedFiles()) ?? [];
  const written = changed
    .map((path) => join(workTree!, path))
    .filter((path) => isFile(path) && statSync(path).ctimeMs >= since - CLOCK_STEP);
  return { paths: written.slice(0, MAX_FOUND), more: Math.max(written.length - MAX_FOUND, 0) };
}

/**
 * What patterns stand for, and the patterns that stand for nothing.
 * @throws RedunError USAGE for a pattern that too many files match
 */
export function filesDeclared(
  patterns: readonly string[],
  cwd: string,
): { readonly paths: string[]; readonly missing: string[] } {
  const paths = new Set<string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    const found = filesMatching(pattern, cwd);
    if (found.length === 0) missing.push(pattern);
    for (const path of found) paths.add(resolve(cwd, path));
  }
  return { paths: [...paths], missing };
}

/**
 * The declared outputs of a program that has ended: no fault of theirs may hide how that was.
 * @param onProblem receives patterns that are `missing`, since no file or too many match
 */
export function outputsDeclared(
  patterns: readonly string[],
  cwd: string,
  onProblem: (text: string) => void,
): { readonly paths: string[]; readonly missing: string[] } {
  const paths = new Set<string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    try {
      const declared = filesDeclared([pattern], cwd);
      if (declared.paths.length === 0)
        throw new RedunError("USAGE", `There is no output ${pattern}`);
      if (paths.size + declared.paths.length > MAX_FILES) {
        throw new RedunError("USAGE", `There are more than ${MAX_FILES} outputs with ${pattern}.`);
      }
      for (const path of declared.paths) paths.add(path);
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      missing.push(pattern);
      onProblem([error.message, error.hint].filter(Boolean).join(" "));
    }
  }
  return { paths: [...paths], missing };
}

export function asFiles(paths: readonly string[]): File[] {
  return paths.map((path) => new File(path));
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}
