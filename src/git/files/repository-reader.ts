/** Where a repository is, and whether it is trusted, without git: for machines that have none. */
import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { RedunError } from "../../errors.ts";
import { shellWord } from "../../value/shown-text.ts";
import type { GitConfig, ObjectFormat, Repository } from "../backend.ts";
import { notARepository, unsafeRepository, unsupportedRepository } from "../refused-repository.ts";
import { parseConfig, type Setting } from "./config-file.ts";
import { protectedConfig } from "./config-reader.ts";
import { configOf, isTrue, parseBoolean, parseInteger } from "./config-values.ts";
import { readText } from "./read-text.ts";
import { hasCode } from "./system-errors.ts";

/**
 * Finds the repository that `cwd` is in by git's rules: GIT_DIR if set, else the first parent folder
 * that holds a `.git` directory, a `.git` file (linked work tree, submodule), or is itself a bare
 * repository; not beyond GIT_CEILING_DIRECTORIES, nor the border of a file system.
 * @throws RedunError NOT_A_REPOSITORY, UNSAFE_REPOSITORY, UNSUPPORTED_REPOSITORY, GIT_FAILED
 */
export function readRepository(cwd: string, given: NodeJS.ProcessEnv): Repository {
  const start = realPath(cwd);
  const env = { ...given };
  if (env.GIT_COMMON_DIR) env.GIT_COMMON_DIR = resolve(start, env.GIT_COMMON_DIR);
  if (env.GIT_DIR) {
    const named = resolve(start, env.GIT_DIR);
    const gitDir = isGitDir(named, env) ? realPath(named) : gitFileTarget(named, env);
    if (!gitDir) throw notARepository(cwd, `GIT_DIR is "${env.GIT_DIR}", which is none`);
    return describe(gitDir, start, start, env);
  }
  const ceiling = ceilingAbove(start, env);
  const { dev } = statSync(start);
  const mayCross = parseBoolean(env.GIT_DISCOVERY_ACROSS_FILESYSTEM ?? "") ?? false;
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder === ceiling || (!mayCross && statSync(folder).dev !== dev)) break;
    const dotGit = join(folder, ".git");
    const stat = statOf(dotGit);
    const target = stat?.isFile() ? gitFileTarget(dotGit, env) : null;
    if (stat?.isFile() && !target) throw brokenGitFile(dotGit);
    const gitDir =
      target ?? (stat?.isDirectory() && isGitDir(dotGit, env) ? realPath(dotGit) : null);
    if (gitDir) {
      assertOwn([folder, target ? gitDir : dotGit, ...(target ? [dotGit] : [])], folder, env);
      return describe(gitDir, folder, start, env);
    }
    if (isGitDir(folder, env)) {
      assertBareAllowed(folder, env);
      assertOwn([folder], folder, env);
      return describe(folder, null, start, env);
    }
    if (folder === dirname(folder)) break;
  }
  throw notARepository(cwd);
}

/** The innermost of GIT_CEILING_DIRECTORIES that a folder is in; the search stops below it. */
function ceilingAbove(folder: string, env: NodeJS.ProcessEnv): string | null {
  const given = (env.GIT_CEILING_DIRECTORIES ?? "").split(delimiter);
  // Behind an empty entry links are not followed.
  const literal = given.indexOf("");
  const ceilings = given
    .map(
      (path, at) =>
        (isAbsolute(path) ? path : null) &&
        (literal >= 0 && at > literal ? resolve(path) : realPath(path)),
    )
    .filter((path) => path !== null && path !== folder)
    .filter((path) => folder.startsWith(path === "/" ? path : `${path}/`));
  return ceilings.sort((a, b) => b!.length - a!.length)[0] ?? null;
}

/** The git directory that a `.git` file names, or null. */
function gitFileTarget(path: string, env: NodeJS.ProcessEnv): string | null {
  const gitDir = namedBy(path);
  return gitDir && isGitDir(gitDir, env) ? realPath(gitDir) : null;
}

function namedBy(path: string): string | null {
  const target = /^gitdir: (.+?)[\r\n]*$/s.exec(readText(path))?.[1];
  return target ? resolve(dirname(path), target) : null;
}

/** A linked work tree that was pruned, a submodule whose repository is gone. */
function brokenGitFile(path: string): RedunError {
  const gitDir = namedBy(path);
  return notARepository(
    dirname(path),
    gitDir ? `${path} names ${gitDir}, which is none` : `${path} names none`,
  );
}

/** git's own test for a git directory: HEAD, and objects and refs here or in the common one. */
function isGitDir(folder: string, env: NodeJS.ProcessEnv): boolean {
  const isFolder = (path: string) => statOf(path)?.isDirectory();
  const head = join(folder, "HEAD");
  if (!isFolder(folder)) return false;
  const isLink = statOf(head, lstatSync)?.isSymbolicLink();
  const names = isLink || /^(?:ref:\s*refs\/|[0-9a-f]{40})/.test(readText(head));
  const common = commonDirOf(folder, env);
  return Boolean(names && isFolder(join(common, "objects")) && isFolder(join(common, "refs")));
}

function commonDirOf(gitDir: string, env: NodeJS.ProcessEnv): string {
  if (env.GIT_COMMON_DIR) return env.GIT_COMMON_DIR;
  const named = readText(join(gitDir, "commondir")).trim();
  return named ? resolve(gitDir, named) : gitDir;
}

/**
 * git's rule against settings that another user planted (CVE-2022-24765): work tree, git directory
 * and `.git` file are ours, those of the user who called sudo, or named by `safe.directory`.
 */
function assertOwn(paths: readonly string[], folder: string, env: NodeJS.ProcessEnv): void {
  const user = process.geteuid?.();
  if (user === undefined) return;
  const isRoot = user === 0;
  const sudo = isRoot && /^\d+$/.test(env.SUDO_UID ?? "") ? Number(env.SUDO_UID) : user;
  const foreign = paths.find((path) => {
    const { uid } = lstatSync(path);
    return uid !== sudo && !(isRoot && uid === 0);
  });
  if (foreign === undefined || isSafe(folder, env)) return;
  throw unsafeRepository(
    `detected dubious ownership in repository at '${folder}'\n` +
      `git config --global --add safe.directory ${shellWord(folder)}`,
  );
}

function isSafe(folder: string, env: NodeJS.ProcessEnv): boolean {
  let safe = false;
  for (const value of protectedConfig(env).getAll("safe.directory")) {
    // An empty value begins the list anew.
    if (value === "") safe = false;
    else if (value === "*") safe = true;
    else {
      const path = value.startsWith("~/") && env.HOME ? join(env.HOME, value.slice(2)) : value;
      const prefix = /^(.*\/)\*$/s.exec(path)?.[1];
      if (prefix ? `${folder}/`.startsWith(`${realPath(prefix)}/`) : realPath(path) === folder) {
        safe = true;
      }
    }
  }
  return safe;
}

function assertBareAllowed(folder: string, env: NodeJS.ProcessEnv): void {
  const isOfWorkTree = /\/\.git(?:$|\/(?:worktrees|modules)\/)/.test(folder);
  if (isOfWorkTree || protectedConfig(env).get("safe.bareRepository") !== "explicit") return;
  throw unsafeRepository(
    `cannot use bare repository '${folder}' (safe.bareRepository is 'explicit')`,
  );
}

/** @param folder where it was found; null for a bare one */
function describe(
  gitDir: string,
  folder: string | null,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Repository {
  const commonDir = commonDirOf(gitDir, env);
  const path = join(commonDir, "config");
  const settings = parseConfig(readText(path), path);
  const hasCommon = Boolean(env.GIT_COMMON_DIR) || statOf(join(gitDir, "commondir")) !== null;
  const common = configOf(settings.map(({ key, value }) => [key, value] as const));
  assertKnownFormat(settings, path);
  for (const key of ["extensions.worktreeConfig", "core.bare"]) assertBoolean(common, key, path);
  // Of linked work trees git reads these two from `config.worktree` alone.
  const own = isTrue(common.get("extensions.worktreeConfig"))
    ? join(gitDir, "config.worktree")
    : null;
  const ownSettings = own ? parseConfig(readText(own), own) : [];
  const relevant = [...(hasCommon ? [] : settings), ...ownSettings];
  const config = configOf(relevant.map(({ key, value }) => [key, value] as const));
  const isBare = isTrue(config.get("core.bare"));
  const named = config.get("core.worktree");
  if (named === "") throw badSetting("core.worktree", named, path);
  const configured = named ? resolve(gitDir, named) : folder;
  const workTree = env.GIT_WORK_TREE ? resolve(cwd, env.GIT_WORK_TREE) : isBare ? null : configured;
  return {
    gitDir,
    commonDir: realPath(commonDir),
    workTree: workTree && realPath(workTree),
    objectFormat: objectFormatOf(common, path),
    refFormat: common.get("extensions.refStorage")?.toLowerCase() ?? "files",
    isNamed: true,
    env,
  };
}

/** Those that git refuses in a repository of an older format, which would ignore them. */
const V1_EXTENSIONS = new Set(["extensions.objectformat", "extensions.refstorage"]);

const EXTENSIONS = new Set([
  "noop",
  "noop-v1",
  "preciousobjects",
  "partialclone",
  "worktreeconfig",
  "objectformat",
  "refstorage",
  "compatobjectformat",
  "relativeworktrees",
]);

function objectFormatOf(common: GitConfig, path: string): ObjectFormat {
  const format = common.get("extensions.objectFormat") ?? "sha1";
  if (format === "sha1" || format === "sha256") return format;
  throw badSetting("extensions.objectFormat", format, path);
}

function assertBoolean(config: GitConfig, key: string, path: string): void {
  const value = config.get(key);
  if (value !== undefined && parseBoolean(value) === undefined) throw badSetting(key, value, path);
}

function badSetting(key: string, value: string, path: string): RedunError {
  return new RedunError(
    "GIT_FAILED",
    `git config ${key} is "${value}" in ${path}, which git does not take.`,
    "Correct the line; any command of git would fail.",
  );
}

/**
 * @throws RedunError UNSUPPORTED_REPOSITORY for a format that is newer than we know, GIT_FAILED for one
 * that is not a number
 */
function assertKnownFormat(settings: readonly Setting[], path: string): void {
  const found = settings.findLast(({ key }) => key === "core.repositoryformatversion");
  const version = parseInteger(found?.value ?? "0");
  if (version === undefined) {
    throw badSetting("core.repositoryformatversion", found!.value, path);
  }
  if (version > 1) throw unsupportedRepository(`its format has the version ${version}`);
  if (version < 1) {
    const newer = settings.find(({ key }) => V1_EXTENSIONS.has(key));
    if (newer) throw unsupportedRepository(`it has ${newer.key}, but a format of version 0`);
    return;
  }
  const extensions = settings.flatMap(({ key }) => /^extensions\.(.+)$/.exec(key)?.[1] ?? []);
  const unknown = extensions.find((name) => !EXTENSIONS.has(name));
  if (unknown) throw unsupportedRepository(`it has the extension "${unknown}"`);
}

function statOf(path: string, stat = statSync as (path: string) => Stats): Stats | null {
  try {
    return stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES")) return null;
    throw error;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
