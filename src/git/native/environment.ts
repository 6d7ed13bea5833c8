import { devNull } from "node:os";
import { RedunError } from "../../errors.ts";
import { withoutRunMark } from "../../run-mark.ts";
import type { Repository } from "../backend.ts";
import { hasCode } from "../files/system-errors.ts";

/**
 * The environment of every git that we start.
 *
 * A replaced object (`git replace`, grafts) is never believed, nor written on: a log's ids would
 * stand for what they do not name. A git of ours is no program of a run, to be ended with it. `GIT_CONFIG` changes what `git config` alone reads. LC_ALL=C
 * because some refusals are read.
 */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GIT_CONFIG: _, ...rest } = withoutRunMark(env);
  return {
    ...rest,
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // No file: an empty one makes git warn that grafts are old.
    GIT_GRAFT_FILE: `${devNull}/none`,
  };
}

/**
 * Where git runs for a repository, and with which environment.
 *
 * From the top of a plain work tree git finds the repository again by itself. Elsewhere it is told
 * what it said when it was asked: variables may be relative to where we were started, and the work
 * tree may be far from the git directory. Its check of the owner (`safe.directory`) is made then.
 */
export function gitEnvironment(
  repository: Repository,
  given = repository.env,
): { cwd: string; env: NodeJS.ProcessEnv } {
  const { gitDir, commonDir, workTree, isNamed } = repository;
  const env = cleanEnvironment(given);
  if (isNamed) {
    env.GIT_DIR = gitDir;
    if (env.GIT_COMMON_DIR) env.GIT_COMMON_DIR = commonDir;
    if (workTree === null) delete env.GIT_WORK_TREE;
    else env.GIT_WORK_TREE = workTree;
  }
  return { cwd: workTree ?? gitDir, env };
}

export function gitFailed(args: readonly string[], status: number, stderr: string): RedunError {
  const promised = promisedMissing(stderr);
  if (promised) return promised;
  // git tries again what is damaged, and says so again.
  const lines = [...new Set(stderr.trim().split("\n"))].join("\n");
  const said = lines || `status ${status} and no message`;
  return new RedunError("GIT_FAILED", `\`git ${inShort(args)}\` failed: ${said}`, remedy(stderr));
}

/** A command as people need it: what it is, without its formats and ids. */
function inShort(args: readonly string[]): string {
  const words = args.join(" ");
  return words.length <= 60 ? words : `${words.slice(0, 60).replace(/\s\S*$/, "")} ...`;
}

/** What to do about what git says is damaged. */
function remedy(stderr: string): string | undefined {
  if (/index file|index uses|bad index/.test(stderr)) {
    return "git's index is damaged: `rm` it, and `git reset` makes it anew from the last commit.";
  }
  if (
    /inflate|corrupt|bad object|bad tree|unable to (?:read|unpack|parse)|packfile|missing blob/.test(
      stderr,
    )
  ) {
    return "`git fsck` tells what of this repository is damaged: fetch that again, or copy it from another clone.";
  }
  return undefined;
}

/** The error for an object that a partial clone left out, where the remote cannot be reached. */
function promisedMissing(stderr: string): RedunError | null {
  const oid = /could not fetch ([0-9a-f]+) from promisor remote/.exec(stderr)?.[1];
  if (oid === undefined) return null;
  return new RedunError(
    "REMOTE_FAILED",
    `Object ${oid} is not in this partial clone, and the remote that has it could not be reached.`,
    "Try again when it can. `redun-git pull` brings all records; large values come when they are shown.",
  );
}

/** The error for a git that could not even be started. */
export function cannotStart(error: Error): RedunError {
  return new RedunError(
    "GIT_FAILED",
    `git could not be started: ${error.message}`,
    hasCode(error, "EAGAIN", "ENOMEM", "EMFILE", "ENFILE")
      ? "The machine has no room for another process now. Try again."
      : "Install git 2.30 or newer and make sure that it is on the PATH.",
    { cause: error },
  );
}
