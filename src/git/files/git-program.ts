import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The `git` that a shell would start, or null where none is on the PATH. */
export function gitOnPath(env: NodeJS.ProcessEnv): string | null {
  const names = process.platform === "win32" ? ["git.exe", "git.cmd"] : ["git"];
  for (const folder of (env.PATH ?? "").split(delimiter).filter(Boolean)) {
    for (const name of names) if (isProgram(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** Whether git may be asked: it is there, and REDUN_GIT_BACKEND does not say to do without it. */
export function mayAskGit(env: NodeJS.ProcessEnv): boolean {
  return env.REDUN_GIT_BACKEND !== "isomorphic" && gitOnPath(env) !== null;
}

/**
 * The configuration file of the whole system, where it is certain: git is built with its path. Null
 * where only git knows. A program in /usr has the one in /etc, by the rule of git's own Makefile.
 */
export function systemConfig(env: NodeJS.ProcessEnv): string | null {
  if (process.platform !== "linux") return null;
  const program = gitOnPath(env);
  return program === null || realpathSync(program) === "/usr/bin/git" ? "/etc/gitconfig" : null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
