import { spawn } from "node:child_process";
import { RedunError } from "../../errors.ts";
import type { Repository } from "../backend.ts";

export interface GitResult {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Where git runs and with which environment.
 *
 * Git finds the repository again by itself from the folder: setting GIT_DIR for it would switch
 * off its own safety check (`safe.directory`). LC_ALL=C because `append` reads git's refusals.
 */
export function gitEnvironment(repository: Repository): { cwd: string; env: NodeJS.ProcessEnv } {
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  if (process.env.GIT_DIR) env.GIT_DIR = repository.gitDir;
  return { cwd: repository.workTree ?? repository.gitDir, env };
}

/**
 * Runs one git command to its end. A status other than 0 is the caller's to judge.
 * @throws RedunError GIT_FAILED when git cannot be started
 */
export function runGit(
  repository: Repository,
  args: readonly string[],
  input?: Iterable<Uint8Array | string>,
): Promise<GitResult> {
  return new Promise((done, fail) => {
    const child = spawn("git", args, {
      ...gitEnvironment(repository),
      stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) =>
      done({ status: status ?? 1, stdout: Buffer.concat(stdout), stderr }),
    );
    if (input) {
      // A git that refuses its input early closes the pipe; its exit status tells that story.
      child.stdin?.on("error", () => {});
      child.stdin?.cork();
      for (const chunk of input) child.stdin?.write(chunk);
      child.stdin?.uncork();
      child.stdin?.end();
    }
  });
}

/**
 * The output of a git command that has to succeed, without its last newline.
 * @throws RedunError GIT_FAILED with git's own words
 */
export async function gitText(repository: Repository, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runGit(repository, args);
  if (status !== 0) throw gitFailed(args, status, stderr);
  return stdout.toString("utf8").replace(/\n$/, "");
}

/**
 * The NUL-terminated fields that a git command prints, as they arrive.
 * @throws RedunError GIT_FAILED with git's own words
 */
export async function* gitFields(
  repository: Repository,
  args: readonly string[],
): AsyncGenerator<string> {
  const child = spawn("git", args, {
    ...gitEnvironment(repository),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<number>((done, fail) => {
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => done(status ?? 1));
  });
  ended.catch(() => {});
  try {
    let rest = "";
    child.stdout.setEncoding("utf8");
    for await (const chunk of child.stdout) {
      const fields = (rest + chunk).split("\0");
      rest = fields.pop() ?? "";
      yield* fields;
    }
    const status = await ended;
    if (status !== 0) throw gitFailed(args, status, stderr);
  } finally {
    child.kill();
  }
}

export function gitFailed(args: readonly string[], status: number, stderr: string): RedunError {
  const said = stderr.trim() || `status ${status} and no message`;
  return new RedunError("GIT_FAILED", `\`git ${args.join(" ")}\` failed: ${said}`);
}

/** The error for a git that could not even be started. */
export function cannotStart(error: Error): RedunError {
  return new RedunError(
    "GIT_FAILED",
    `git could not be started: ${error.message}`,
    "Install git 2.30 or newer and make sure that it is on the PATH.",
    { cause: error },
  );
}
