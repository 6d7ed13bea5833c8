import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { GitConfig, Repository } from "../backend.ts";
import { askConfig } from "../native/ask.ts";
import type { Setting } from "./config-file.ts";
import { readConfig } from "./config-reader.ts";
import { configOf } from "./config-values.ts";
import { mayAskGit, systemConfig } from "./git-program.ts";
import { hasCode } from "./system-errors.ts";

/**
 * git's configuration, as git reads it. Plain files are read here, because starting git takes as
 * long as a query; of anything else git is asked, or without git the file reader does its best.
 * @throws RedunError GIT_FAILED for a file that git cannot read, UNSUPPORTED_REPOSITORY for what
 * only git knows where there is none
 */
export function loadConfig(repository: Repository, env = repository.env): GitConfig {
  const settings = plainConfig(repository, env);
  if (settings) return configOf(settings.map(({ key, value }) => [key, value] as const));
  return mayAskGit(env) ? askConfig(repository, env) : readConfig(repository, env);
}

/**
 * The settings where nothing but plain files can hold any: none of the variables that hold settings,
 * no includes, no work tree with settings of its own, only lines of the simplest form. Else null.
 */
export function plainConfig(
  { commonDir }: Pick<Repository, "commonDir">,
  env: NodeJS.ProcessEnv,
): Setting[] | null {
  const outer = outerFiles(env);
  if (outer === null || UNUSUAL.some((name) => env[name] !== undefined)) return null;
  const settings: Setting[] = [];
  for (const path of [...outer, join(commonDir, "config")]) {
    const found = plainFile(path);
    if (found === null) return null;
    settings.push(...found);
  }
  const isPlain = ({ key }: Setting) =>
    !/^include(?:if)?\./.test(key) && key !== "extensions.worktreeconfig";
  return settings.every(isPlain) ? settings : null;
}

const UNUSUAL = ["GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_COMMON_DIR"];

/** The files of the system and the user, in git's order; null where only git knows them. */
function outerFiles(env: NodeJS.ProcessEnv): string[] | null {
  const { GIT_CONFIG_NOSYSTEM, GIT_CONFIG_SYSTEM, GIT_CONFIG_GLOBAL, HOME } = env;
  const files: (string | null)[] = [];
  if (GIT_CONFIG_NOSYSTEM === undefined) files.push(GIT_CONFIG_SYSTEM ?? systemConfig(env));
  else if (GIT_CONFIG_NOSYSTEM !== "1") return null;
  if (GIT_CONFIG_GLOBAL !== undefined) files.push(GIT_CONFIG_GLOBAL);
  else {
    files.push(join(env.XDG_CONFIG_HOME || join(HOME || ".", ".config"), "git/config"));
    files.push(join(HOME || ".", ".gitconfig"));
  }
  const isCertain = (path: string | null) => path !== null && isAbsolute(path);
  return files.every(isCertain) ? (files as string[]) : null;
}

/**
 * The settings of a file of plain lines: `[section]`, `[section "sub"]`, `key = text`, comments and
 * blank lines, without quotes, escapes or tabs in values. None of a missing file, null of any other.
 */
export function plainFile(path: string): Setting[] | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return hasCode(error, "ENOENT", "ENOTDIR") ? [] : null;
  }
  const settings: Setting[] = [];
  let section = "";
  for (const line of text.split("\n")) {
    const [, comment, name, subsection, key, value] = PLAIN_LINE.exec(line) ?? [];
    if (name !== undefined) {
      section = name.toLowerCase() + (subsection === undefined ? "" : `.${subsection}`);
    } else if (key !== undefined && section !== "") {
      settings.push({ key: `${section}.${key.toLowerCase()}`, value: value!.trimEnd() });
    } else if (comment === undefined) {
      return null;
    }
  }
  return settings;
}

const PLAIN_LINE =
  /^[ \t]*(?:()(?:[#;].*)?|\[([A-Za-z0-9-]+)(?: "([^"\\\x00-\x1f]*)")?\]|([A-Za-z][A-Za-z0-9-]*) *= *([^"\\#;\x00-\x20\x7f][^"\\#;\x00-\x1f\x7f]*))$/;
