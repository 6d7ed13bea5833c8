import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RedunError } from "../../errors.ts";
import type { ObjectFormat, Repository } from "../backend.ts";
import { readText } from "./read-text.ts";

/**
 * Finds the repository that `cwd` is in, as git does: GIT_DIR if set, else the first parent
 * folder that holds a `.git` directory, a `.git` file (linked worktree, submodule), or is itself
 * a bare repository. Reads a handful of small files and starts no process, because every command
 * begins here.
 * @throws RedunError NOT_A_REPOSITORY
 */
export function findRepository(cwd: string, env: NodeJS.ProcessEnv = process.env): Repository {
  if (env.GIT_DIR) {
    const gitDir = resolve(cwd, env.GIT_DIR);
    if (!isGitDir(gitDir)) throw notARepository(`GIT_DIR=${env.GIT_DIR}`);
    return describe(
      gitDir,
      env.GIT_WORK_TREE ? resolve(cwd, env.GIT_WORK_TREE) : resolve(cwd),
      env,
    );
  }
  for (let folder = realPath(cwd); ; folder = dirname(folder)) {
    const gitDir = gitDirOf(folder);
    if (gitDir) return describe(gitDir, env.GIT_WORK_TREE ?? folder, env);
    if (isGitDir(folder)) return describe(folder, null, env);
    if (folder === dirname(folder)) throw notARepository(cwd);
  }
}

function notARepository(where: string): RedunError {
  return new RedunError(
    "NOT_A_REPOSITORY",
    `There is no git repository in ${where} or in any folder above it.`,
    "redun-git keeps its log in a git repository. Make one with `git init`, or change to a folder inside one.",
  );
}

/** The git directory that `folder/.git` is or names, or null. */
function gitDirOf(folder: string): string | null {
  const dotGit = join(folder, ".git");
  const stat = statSync(dotGit, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return isGitDir(dotGit) ? dotGit : null;
  if (!stat?.isFile()) return null;
  const target = /^gitdir: (.+?)\s*$/.exec(readFileSync(dotGit, "utf8"))?.[1];
  return target ? resolve(folder, target) : null;
}

/** git's own test for a git directory: HEAD, and objects and refs here or in the common one. */
function isGitDir(folder: string): boolean {
  const exists = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false });
  if (!exists("HEAD")) return false;
  return Boolean(exists("commondir") || (exists("objects") && exists("refs")));
}

function describe(gitDir: string, workTree: string | null, env: NodeJS.ProcessEnv): Repository {
  const commonDir = env.GIT_COMMON_DIR ? resolve(env.GIT_COMMON_DIR) : commonDirOf(gitDir);
  const config = readText(join(commonDir, "config"));
  const bare =
    workTree !== null && gitDir === commonDir && setting(config, "core", "bare") === "true";
  return {
    gitDir,
    commonDir,
    workTree: bare ? null : workTree,
    objectFormat: (setting(config, "extensions", "objectformat") ?? "sha1") as ObjectFormat,
    refFormat: setting(config, "extensions", "refstorage") ?? "files",
  };
}

function commonDirOf(gitDir: string): string {
  const named = readText(join(gitDir, "commondir")).trim();
  return named ? resolve(gitDir, named) : gitDir;
}

/**
 * One setting of a config file's own text. Enough for `extensions.*`, which git itself reads from
 * the repository's config file alone; everything else goes through `GitBackend.config`.
 */
function setting(config: string, section: string, name: string): string | undefined {
  let inSection = false;
  let value: string | undefined;
  for (const line of config.split("\n")) {
    const header = /^\s*\[\s*([^\]\s"]+)\s*\]/.exec(line);
    if (header) inSection = header[1]?.toLowerCase() === section;
    const pair = /^\s*([a-zA-Z][\w-]*)\s*=\s*"?([^"#;]*?)"?\s*$/.exec(line);
    if (inSection && pair?.[1]?.toLowerCase() === name) value = pair[2]?.toLowerCase();
  }
  return value;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
