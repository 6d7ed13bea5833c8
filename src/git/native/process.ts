import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../backend.ts";
import { diskFull, isFull } from "../files/system-errors.ts";
import { type Patience, patienceInMs } from "../patience.ts";
import { cannotStart, gitEnvironment, gitFailed } from "./environment.ts";
import { endGit, gitSilent, Silence } from "./silence.ts";

export interface GitResult {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs one git command to its end. A status other than 0 is the caller's to judge.
 * @param patience how long it may be silent; a number is milliseconds that it may take in all, and what it said
 * by then is the answer
 * @throws RedunError GIT_FAILED when git cannot be started, GIT_SILENT, REPOSITORY_UNWRITABLE for a full disk
 */
export function runGit(
  repository: Repository,
  args: readonly string[],
  input?: Iterable<Uint8Array | string>,
  variables: Readonly<Record<string, string>> = {},
  patience: Patience | number = "question",
): Promise<GitResult> {
  return new Promise((done, fail) => {
    const { cwd, env } = gitEnvironment(repository);
    const child = spawn("git", args, {
      cwd,
      env: { ...env, ...variables },
      stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    let stderr = "";
    let isGivenUp = false;
    const giveUp = async () => {
      isGivenUp = true;
      await endGit(child);
      clearAway(repository, child.pid, stderr);
      if (typeof patience !== "number") return fail(gitSilent(args, limit));
      stderr += `There was no answer within ${patience / 1000} seconds.`;
      return done({ status: 1, stdout: Buffer.concat(stdout), stderr });
    };
    const limit = typeof patience === "number" ? patience : patienceInMs(repository, patience);
    const silence = new Silence(limit, giveUp);
    silence.begin();
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      silence.heard();
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk;
      silence.heard();
    });
    child.stdin?.on("drain", () => silence.heard());
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => {
      silence.end();
      if (isGivenUp) return;
      if (status !== 0) clearAway(repository, child.pid, stderr);
      if (status !== 0 && isFull(stderr, repository.commonDir)) {
        fail(diskFull(repository.commonDir));
      } else done({ status: status ?? 1, stdout: Buffer.concat(stdout), stderr });
    });
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

/** What `git fast-import` leaves when it cannot go on: a report for its developers, half a pack. */
function clearAway({ gitDir, commonDir }: Repository, pid: number | undefined, stderr: string) {
  const pack = /objects\/pack\/(tmp_pack_\w+)/.exec(stderr)?.[1];
  try {
    rmSync(join(gitDir, `fast_import_crash_${pid}`), { force: true });
    if (pack) rmSync(join(commonDir, "objects", "pack", pack), { force: true });
  } catch {
    // `git gc` deletes the pack some day.
  }
}

/**
 * The output of a git command that has to succeed, without its last newline.
 * @throws RedunError GIT_FAILED with git's own words, GIT_SILENT
 */
export async function gitText(
  repository: Repository,
  args: readonly string[],
  patience: Patience = "question",
): Promise<string> {
  const { status, stdout, stderr } = await runGit(repository, args, undefined, {}, patience);
  if (status !== 0) throw gitFailed(args, status, stderr);
  return stdout.toString("utf8").replace(/\n$/, "");
}

/**
 * The fields that a git command prints, as they arrive: what ends in NUL, or another separator.
 * @throws RedunError GIT_FAILED with git's own words, GIT_SILENT
 */
export async function* gitFields(
  repository: Repository,
  args: readonly string[],
  { separator = "\0", input }: { separator?: string; input?: readonly string[] } = {},
): AsyncGenerator<string> {
  const child = spawn("git", args, {
    ...gitEnvironment(repository),
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  child.stdin.end(input?.join("") ?? "");
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const ended = new Promise<number>((done, fail) => {
    child.on("error", (error) => fail(cannotStart(error)));
    child.on("close", (status) => done(status ?? 1));
  });
  ended.catch(() => {});
  const limit = patienceInMs(repository, "question");
  const silence = new Silence(limit, () => {
    child.stdout.destroy(gitSilent(args, limit));
    void endGit(child);
  });
  try {
    let rest = "";
    child.stdout.setEncoding("utf8");
    silence.begin();
    for await (const chunk of child.stdout) {
      // Whoever takes the fields may take their time.
      silence.end();
      const fields = (rest + chunk).split(separator);
      rest = fields.pop() ?? "";
      yield* fields;
      silence.begin();
    }
    const status = await ended;
    if (status !== 0) throw gitFailed(args, status, stderr);
  } finally {
    silence.end();
    child.kill();
  }
}
