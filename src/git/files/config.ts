import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { GitConfig, Repository } from "../backend.ts";
import { parseConfig, type Setting } from "./config-file.ts";
import { configOf } from "./config-values.ts";
import { readText } from "./read-text.ts";
import { headRef } from "./refs.ts";

/**
 * Reads git's configuration as git does: system, global, repository, work tree, environment;
 * later ones win. Missing and unreadable files count as empty.
 * @throws RedunError GIT_FAILED for a malformed file
 */
export function loadConfig(repository: Repository, env = process.env): GitConfig {
  const read = (path: string) => readSettings(path, repository, env);
  const settings = [...outerFiles(env), join(repository.commonDir, "config")].flatMap(read);
  if (isTrue(settings.findLast(({ key }) => key === "extensions.worktreeconfig")?.value)) {
    settings.push(...read(join(repository.gitDir, "config.worktree")));
  }
  settings.push(...environmentSettings(env));
  return configOf(settings.map(({ key, value }) => [key, value] as const));
}

/** True for a value that git takes for true. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on|[+-]?0*[1-9]\d*)$/i.test(value);
}

/** Section and name ignore case, the subsection between them does not. */
function normalised(key: string): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}

function outerFiles(env: NodeJS.ProcessEnv): string[] {
  const system = isTrue(env.GIT_CONFIG_NOSYSTEM) ? [] : [env.GIT_CONFIG_SYSTEM ?? "/etc/gitconfig"];
  if (env.GIT_CONFIG_GLOBAL !== undefined) return [...system, env.GIT_CONFIG_GLOBAL];
  const home = homeOf(env);
  const xdg = env.XDG_CONFIG_HOME || join(home, ".config");
  return [...system, join(xdg, "git", "config"), join(home, ".gitconfig")];
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return env.HOME ?? homedir();
}

function readSettings(
  path: string,
  repository: Repository,
  env: NodeJS.ProcessEnv,
  depth = 0,
): Setting[] {
  const result: Setting[] = [];
  for (const setting of parseConfig(readText(path), path)) {
    result.push(setting);
    const condition = /^include(?:if\.(.*))?\.path$/s.exec(setting.key);
    if (!condition || depth >= MAX_INCLUDE_DEPTH) continue;
    const pattern = condition[1];
    if (pattern !== undefined && !holds(pattern, path, repository, env)) continue;
    const included = resolve(dirname(path), expandHome(setting.value, env));
    result.push(...readSettings(included, repository, env, depth + 1));
  }
  return result;
}

/** git's own limit; it ends circles too. */
const MAX_INCLUDE_DEPTH = 10;

/** A path of the configuration, with the home folder in place of its `~`. */
export function expandHome(path: string, env = process.env): string {
  return path.startsWith("~/") ? join(homeOf(env), path.slice(2)) : path;
}

/** An `includeIf` condition: `gitdir:`, `gitdir/i:` or `onbranch:`; others never hold. */
function holds(
  condition: string,
  file: string,
  repository: Repository,
  env: NodeJS.ProcessEnv,
): boolean {
  const [, kind, given = ""] = /^(gitdir|gitdir\/i|onbranch):(.+)$/s.exec(condition) ?? [];
  const openEnded = given.endsWith("/") ? `${given}**` : given;
  if (kind === "onbranch") {
    const branch = /^refs\/heads\/(.+)$/s.exec(headRef(repository) ?? "")?.[1];
    return branch !== undefined && wildcard(openEnded, "").test(branch);
  }
  if (kind === undefined) return false;
  const home = expandHome(openEnded, env);
  const absolute = home.startsWith("./") ? join(dirname(file), home) : home;
  const pattern = wildcard(
    absolute.startsWith("/") ? absolute : `**/${absolute}`,
    kind.slice(6) && "i",
  );
  return [repository.gitDir, realPath(repository.gitDir)].some((path) => pattern.test(path));
}

/** A path pattern as git reads it: `*` and `?` stop at a slash, `**` does not. */
function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|[\\^$.|+()[\]{}]/g, (token) => {
    if (token === "**/") return "(?:.*/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    return token === "?" ? "[^/]" : `\\${token}`;
  });
  return new RegExp(`^${source}$`, `s${flags}`);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function environmentSettings(env: NodeJS.ProcessEnv): Setting[] {
  const count = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return Array.from({ length: count }, (_, index) => ({
    key: normalised(env[`GIT_CONFIG_KEY_${index}`] ?? ""),
    value: env[`GIT_CONFIG_VALUE_${index}`] ?? "",
  }));
}
