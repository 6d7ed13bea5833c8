import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Repository } from "../backend.ts";
import { loadConfig } from "./config.ts";
import { isTrue } from "./config-values.ts";
import { readText } from "./read-text.ts";
import { headRef } from "./refs.ts";
import { hasCode } from "./system-errors.ts";

/**
 * The folder of the work tree that has a branch checked out, of all work trees of the repository;
 * null where none has. HEAD of a bare repository names a branch too, but checks nothing out.
 */
export function workTreeWith(repository: Repository, ref: string): string | null {
  const { commonDir } = repository;
  const main = { ...repository, gitDir: commonDir };
  if (headRef(main) === ref && !isTrue(loadConfig(main).get("core.bare"))) {
    return repository.gitDir === commonDir ? repository.workTree : dirname(commonDir);
  }
  for (const name of linkedNames(commonDir)) {
    const gitDir = join(commonDir, "worktrees", name);
    if (headRef({ ...repository, gitDir }) !== ref) continue;
    return dirname(readText(join(gitDir, "gitdir")).trim());
  }
  return null;
}

function linkedNames(commonDir: string): string[] {
  try {
    return readdirSync(join(commonDir, "worktrees"));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
