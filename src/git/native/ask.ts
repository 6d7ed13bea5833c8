/**
 * What has to be known of git before there is a backend: where the repository is, and its
 * configuration. Asked synchronously, because everything else waits for it.
 */
import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { RedunError } from "../../errors.ts";
import type { ObjectFormat, Repository } from "../backend.ts";
import { parseConfig } from "../files/config-file.ts";
import { type ListedConfig, listConfig } from "../files/config-values.ts";
import { readText } from "../files/read-text.ts";
import { hasCode } from "../files/system-errors.ts";
import { patienceInMs } from "../patience.ts";
import { notARepository, unsafeRepository, unsupportedRepository } from "../refused-repository.ts";
import { cannotStart, cleanEnvironment, gitEnvironment, gitFailed } from "./environment.ts";
import { gitSilent } from "./silence.ts";

/**
 * The repository that git finds from a folder, by all of its rules.
 * @throws RedunError NOT_A_REPOSITORY, UNSAFE_REPOSITORY, UNSUPPORTED_REPOSITORY, GIT_FAILED
 */
export function askRepository(cwd: string, env: NodeJS.ProcessEnv): Repository {
  const from = realpathSync(cwd);
  const { status, stdout, stderr } = ask(FIND, from, cleanEnvironment(env));
  const found = FOUND.exec(stdout);
  // Without a work tree git says all but the last, and fails.
  if (!found || (status !== 0 && !/must be run in a work tree/.test(stderr))) {
    throw refused(cwd, status, stderr);
  }
  const [, gitDir = "", commonDir = "", objectFormat, workTree] = found;
  const repository = {
    gitDir,
    commonDir: realpathSync(resolve(from, commonDir)),
    workTree: workTree ?? null,
    objectFormat: objectFormat as ObjectFormat,
    refFormat: "files",
    isNamed: true,
    env,
  };
  return { ...repository, refFormat: refFormatOf(repository.commonDir) };
}

/** Between paths, which may hold line feeds, stands what is of few words. */
const FIND = [
  "rev-parse",
  "--absolute-git-dir",
  "--is-bare-repository",
  "--git-common-dir",
  "--show-object-format",
  "--show-toplevel",
];
const FOUND = /^(.+)\n(?:true|false)\n(.+)\n(sha1|sha256)\n(?:(.+)\n)?$/s;

/** git itself reads its extensions from this one file, without includes. */
function refFormatOf(commonDir: string): string {
  const path = join(commonDir, "config");
  const settings = parseConfig(readText(path), path);
  const value = settings.findLast(({ key }) => key === "extensions.refstorage")?.value;
  return value?.toLowerCase() ?? "files";
}

/**
 * The configuration as git reads it for a repository.
 * @throws RedunError GIT_FAILED for a file that git cannot read
 */
export function askConfig(repository: Repository, env: NodeJS.ProcessEnv): ListedConfig {
  const args = ["config", "--list", "-z"];
  const { cwd, env: own } = gitEnvironment(repository, env);
  const { status, stdout, stderr } = ask(args, cwd, own);
  if (status !== 0) throw gitFailed(args, status, stderr);
  return listConfig(stdout);
}

function ask(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  // Most commands ask nothing, and child processes take 4 ms to load.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const timeout = patienceInMs({ env }, "question");
  const options = { cwd, env, encoding: "utf8", maxBuffer: 1 << 28, timeout } as const;
  const { error, status, stdout, stderr } = spawnSync("git", args, {
    ...options,
    killSignal: "SIGKILL",
  });
  if (hasCode(error, "ETIMEDOUT")) throw gitSilent(args, timeout);
  if (error) throw cannotStart(error);
  return { status: status ?? 1, stdout, stderr };
}

function refused(cwd: string, status: number, stderr: string): RedunError {
  const said = stderr.trim().replace(/^fatal: /, "");
  if (status === 0) {
    return new RedunError(
      "UNSUPPORTED_REPOSITORY",
      "The git on the PATH is too old to say where the repository is.",
      "Install git 2.30 or newer.",
    );
  }
  if (/dubious ownership|unsafe repository|cannot use bare repository/.test(said)) {
    return unsafeRepository(said);
  }
  if (/^not a git repository \(or any of the parent/.test(said)) return notARepository(cwd);
  if (/^not a git repository/.test(said)) return notARepository(cwd, `git says "${said}"`);
  if (/repository extension|repo version|unknown repository/i.test(said)) {
    return unsupportedRepository(said);
  }
  if (/^bad /.test(said)) {
    return new RedunError(
      "GIT_FAILED",
      `git cannot read its configuration: ${said}.`,
      "Correct the line; `git config --list` fails in the same place.",
    );
  }
  return gitFailed(FIND, status, stderr);
}
