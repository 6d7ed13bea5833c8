import { readFileSync } from "node:fs";

/**
 * Whether a test starts processes, by what it and the tests' own files that it imports import. Nothing of
 * the product starts one unless it is given a repository, which only these can make.
 */
export function startsProcesses(path: string, seen = new Set<string>()): boolean {
  if (seen.has(path)) return false;
  seen.add(path);
  const source = readFileSync(path, "utf8");
  if (/\bfrom "node:child_process"/.test(source)) return true;
  const imported = [...source.matchAll(/\b(?:from|import) "(\.[^"]+)"/g)].map(
    ([, name]) => new URL(name!, `file://${path}`).pathname,
  );
  return imported.some((file) => file.includes("/test/") && startsProcesses(file, seen));
}
