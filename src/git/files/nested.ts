import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { WorkTreeFile } from "../backend.ts";

/**
 * Files by the folder of the innermost repository that they are in, below a work tree: a submodule,
 * or one that only lies there. Those of the work tree itself stand under "".
 */
export function byNestedRepository(
  workTree: string,
  files: readonly WorkTreeFile[],
): Map<string, WorkTreeFile[]> {
  const known = new Map<string, string>([[".", ""]]);
  const outermost = (folder: string): string => {
    const above = known.get(folder);
    if (above !== undefined) return above;
    const outer = outermost(dirname(folder));
    const found = outer !== "" || !existsSync(join(workTree, folder, ".git")) ? outer : folder;
    known.set(folder, found);
    return found;
  };
  const groups = new Map<string, WorkTreeFile[]>();
  for (const file of files) {
    const folder = outermost(dirname(file.path));
    const group = groups.get(folder);
    if (group) group.push(file);
    else groups.set(folder, [file]);
  }
  return groups;
}

/** A file of a nested repository, as that one has it. */
export function within(folder: string, { path, bytes }: WorkTreeFile): WorkTreeFile {
  return { path: path.slice(folder.length + 1), bytes };
}
