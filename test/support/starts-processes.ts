import type { Metafile } from "esbuild";

/**
 * Whether a test starts processes, by what it and the tests' own files that it imports import. Nothing of
 * the product starts one unless it is given a repository, which only these can make.
 * @param file relative to the root, as in `inputs`
 */
export function startsProcesses(
  file: string,
  inputs: Metafile["inputs"],
  seen = new Set<string>(),
): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  return inputs[file]!.imports.some(
    ({ path }) =>
      path === "node:child_process" ||
      (path.startsWith("test/") && startsProcesses(path, inputs, seen)),
  );
}
