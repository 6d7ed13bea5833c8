/** git's configuration without git, for machines that have none. */
import { realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RedunError } from "../../errors.ts";
import type { Repository } from "../backend.ts";
import { parseConfig, type Setting } from "./config-file.ts";
import { configOf, isTrue, type ListedConfig } from "./config-values.ts";
import { parameterSettings } from "./config-words.ts";
import { readText } from "./read-text.ts";
import { headRef } from "./refs.ts";

/**
 * Reads git's configuration as git does: system, global, repository, work tree, environment;
 * later ones win. Missing and unreadable files count as empty.
 * @throws RedunError GIT_FAILED for a malformed file, or malformed settings in the environment
 */
export function readConfig(repository: Repository, env = repository.env): ListedConfig {
  const read = (path: string) => readSettings(path, { repository, env });
  const settings = protectedFiles(env).flatMap(read);
  settings.push(...read(join(repository.commonDir, "config")));
  if (isTrue(settings.findLast(({ key }) => key === "extensions.worktreeconfig")?.value)) {
    settings.push(...read(join(repository.gitDir, "config.worktree")));
  }
  settings.push(...parameterSettings(env));
  return configOf(settings.map(({ key, value }) => [key, value] as const));
}

/**
 * What no repository can set: the settings of the system, the user and the command. Of conditional
 * includes, which ask about the repository, none holds.
 */
export function protectedConfig(env: NodeJS.ProcessEnv): ListedConfig {
  const read = (path: string) => readSettings(path, { repository: null, env });
  const settings = [...protectedFiles(env).flatMap(read), ...parameterSettings(env)];
  return configOf(settings.map(({ key, value }) => [key, value] as const));
}

function protectedFiles(env: NodeJS.ProcessEnv): string[] {
  const system = isTrue(env.GIT_CONFIG_NOSYSTEM) ? [] : [env.GIT_CONFIG_SYSTEM ?? "/etc/gitconfig"];
  if (env.GIT_CONFIG_GLOBAL !== undefined) return [...system, env.GIT_CONFIG_GLOBAL];
  // An empty HOME is the root folder to git; without HOME there is no user.
  const xdg = env.XDG_CONFIG_HOME || (env.HOME === undefined ? null : `${env.HOME}/.config`);
  return [
    ...system,
    ...(xdg === null ? [] : [`${xdg}/git/config`]),
    ...(env.HOME === undefined ? [] : [`${env.HOME}/.gitconfig`]),
  ];
}

interface Reading {
  /** Null where conditions are not looked at. */
  readonly repository: Repository | null;
  readonly env: NodeJS.ProcessEnv;
}

function readSettings(path: string, reading: Reading, depth = 0): Setting[] {
  const result: Setting[] = [];
  for (const setting of parseConfig(readText(path), path)) {
    result.push(setting);
    const condition = /^include(?:if\.(.*))?\.path$/s.exec(setting.key);
    if (!condition) continue;
    const pattern = condition[1];
    if (pattern !== undefined && !holds(pattern, path, reading)) continue;
    const included = resolve(dirname(path), expandHome(setting.value, reading.env));
    if (depth >= MAX_INCLUDE_DEPTH) throw badInclude(path, "includes go deeper than 10 files");
    if (/^~[^/]/.test(setting.value)) throw onlyGitKnows(setting.value, path);
    if (statSync(included, { throwIfNoEntry: false })?.isDirectory()) {
      throw badInclude(path, `${included} is a folder`);
    }
    result.push(...readSettings(included, reading, depth + 1));
  }
  return result;
}

/** git's own limit; it finds circles too. */
const MAX_INCLUDE_DEPTH = 10;

function badInclude(path: string, why: string): RedunError {
  return new RedunError(
    "GIT_FAILED",
    `The git config file ${path} cannot be read: ${why}.`,
    "Correct its `include.path`; `git config --list` would fail in the same place.",
  );
}

/** A path of the configuration, with the home folder in place of its `~`. */
export function expandHome(path: string, env: { readonly HOME?: string | undefined }): string {
  // As git does it, `..` and all: conditions compare such paths as texts.
  return /^~(?:\/|$)/.test(path) && env.HOME ? env.HOME + path.slice(1) : path;
}

/**
 * An `includeIf` condition. @throws RedunError UNSUPPORTED_REPOSITORY for `hasconfig:`, which asks
 * what the whole configuration will be
 */
function holds(condition: string, file: string, { repository, env }: Reading): boolean {
  if (repository === null) return false;
  if (/^hasconfig:/.test(condition)) throw onlyGitKnows(condition, file);
  const [, kind, given = ""] = /^(gitdir|gitdir\/i|onbranch):(.*)$/s.exec(condition) ?? [];
  const openEnded = (path: string) => (path.endsWith("/") ? `${path}**` : path);
  if (kind === "onbranch") {
    const branch = /^refs\/heads\/(.+)$/s.exec(headRef(repository) ?? "")?.[1];
    return branch !== undefined && wildcard(openEnded(given), "").test(branch);
  }
  if (kind === undefined) return false;
  const home = expandHome(given, { HOME: env.HOME && realPath(env.HOME) });
  const absolute = home.startsWith("./") ? realPath(dirname(file)) + home.slice(1) : home;
  const anywhere = absolute.startsWith("/") ? absolute : `**/${absolute}`;
  const pattern = wildcard(openEnded(anywhere), kind.slice(6) && "i");
  return [repository.gitDir, realPath(repository.gitDir)].some((path) => pattern.test(path));
}

/** What stands for `[:name:]` within brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: "A-Za-z0-9",
  alpha: "A-Za-z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: " \\t-\\r",
  upper: "A-Z",
  xdigit: "0-9A-Fa-f",
};

/** A path pattern as git reads it: `*`, `?` and `[...]` stop at a slash, `**` does not. */
function wildcard(pattern: string, flags: string): RegExp {
  const source = pattern.replace(
    /\*\*\/|\*\*|\*|\?|\[([!^]?)((?:\[:[a-z]+:\]|\\.|[^\]\\])+)\]|\\(.)|[\\^$.|+(){}[\]]/gs,
    (token, not: string | undefined, members: string | undefined, escaped: string | undefined) => {
      if (token === "**/") return "(?:.*/)?";
      if (token === "**") return ".*";
      if (token === "*") return "[^/]*";
      if (token === "?") return "[^/]";
      if (members !== undefined) {
        const plain = members.replace(/\[:([a-z]+):\]|[[\]^]/g, (found, name) =>
          name ? (CLASSES[name] ?? "") : `\\${found}`,
        );
        return `(?!/)[${not && "^"}${plain}]`;
      }
      return `\\${escaped ?? token}`.replace(/^\\(?=[\w])/, "");
    },
  );
  return new RegExp(`^${source}$`, `s${flags}`);
}

function onlyGitKnows(condition: string, file: string): RedunError {
  return new RedunError(
    "UNSUPPORTED_REPOSITORY",
    `Without git, ${file} cannot be read: only git knows whether "${condition}" holds.`,
    "Install git 2.36 or newer, or take the include out.",
  );
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
