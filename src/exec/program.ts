import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { constants as system } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { RedunError } from "../errors.ts";
import { hasCode } from "../git/files/system-errors.ts";
import type { KeptOutput } from "./kept-output.ts";
import type { Outputs } from "./outputs.ts";
import { type Usage, UsageWatch } from "./usage.ts";

export interface ProgramStart {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly outputs: Outputs;
  /** It gets nothing to read. */
  readonly isAlone: boolean;
}

/** How a program ended, and what is known of it. */
export interface ProgramEnd {
  /** As a shell has it: 128 and the signal's number where a signal ended it. */
  readonly status: number;
  readonly signal: NodeJS.Signals | null;
  readonly usage: Usage;
  /** Why not all of its output could be handed on. */
  readonly lost: string | null;
  /** Null of what went to a terminal, which only its program can read. */
  readonly stdout: KeptOutput | null;
  readonly stderr: KeptOutput | null;
}

/** A program that runs, and whose outputs are listened to. */
export interface Program {
  readonly pid: number;
  readonly ended: Promise<ProgramEnd>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program. Its outputs are the caller's to close.
 * @throws RedunError COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
 */
export function startProgram(start: ProgramStart): Program {
  const { words, cwd, env, isAlone } = start;
  const { pipes, stdout, stderr, areOne } = start.outputs;
  const file = find(words[0]!, cwd, env);
  const unstarted = (error: unknown) => whyNotStarted(error, words[0]!, file, cwd);
  let child: ChildProcess;
  try {
    child = spawn(file, words.slice(1), {
      cwd,
      env,
      argv0: words[0],
      stdio: [
        isAlone ? "ignore" : "inherit",
        stdout?.end ?? "inherit",
        (areOne ? stdout : stderr)?.end ?? "inherit",
      ],
    });
  } catch (error) {
    throw unstarted(error);
  }
  pipes.started();
  const failed = new Promise<never>((_, fail) =>
    child.once("error", (error) => fail(unstarted(error))),
  );
  failed.catch(() => {});
  const watch = child.pid === undefined ? null : new UsageWatch(child.pid);
  const ended = async (): Promise<ProgramEnd> => {
    const { status, signal } = await Promise.race([exitOf(child), failed]).finally(() =>
      pipes.lastWords(),
    );
    const usage = watch?.end() ?? {};
    await pipes.closed;
    return {
      status,
      signal,
      usage,
      lost: pipes.lost,
      stdout: stdout?.kept ?? null,
      stderr: stderr?.kept ?? null,
    };
  };
  return { pid: child.pid ?? 0, ended: ended(), kill: (signal) => void child.kill(signal) };
}

function exitOf(child: ChildProcess): Promise<{ status: number; signal: NodeJS.Signals | null }> {
  return new Promise((done) => {
    child.once("exit", (status, signal) =>
      done({ status: status ?? 128 + system.signals[signal!], signal }),
    );
  });
}

/** The file that a shell would start. */
function find(name: string, cwd: string, env: NodeJS.ProcessEnv): string {
  const folders = name.includes("/") ? [""] : (env.PATH ?? "/usr/bin:/bin").split(":");
  let refused: string | null = null;
  for (const folder of folders) {
    const path = resolve(cwd, isAbsolute(name) || folder === "" ? name : join(folder, name));
    const stats = statOf(path);
    if (name.includes("/") && stats?.isDirectory()) {
      throw notExecutable(`${path} is a directory.`, "Name a program in it.");
    }
    if (!stats?.isFile()) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      refused ??= path;
    }
  }
  if (refused === null) {
    throw new RedunError(
      "COMMAND_NOT_FOUND",
      `There is no program "${name}".`,
      name.includes("/") ? "Look at its path." : "It is in no directory of the PATH.",
    );
  }
  throw notExecutable(
    `${refused} is not executable.`,
    `Make it so (\`chmod +x ${refused}\`), or name the program that reads it.`,
  );
}

function notExecutable(message: string, hint: string): RedunError {
  return new RedunError("COMMAND_NOT_EXECUTABLE", message, hint);
}

/** Undefined for what is not there, or cannot be looked at. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Why the system would not start a file that is there, as a shell would tell it. */
function whyNotStarted(error: unknown, name: string, file: string, cwd: string): unknown {
  if (hasCode(error, "ENOENT") && !statOf(cwd)) {
    return notExecutable("The current directory is gone.", "Change to one that is there.");
  }
  if (hasCode(error, "ENOENT")) {
    return new RedunError(
      "COMMAND_NOT_FOUND",
      `The program that reads "${name}" is not there.`,
      `The first line of ${file} names it, or it was made for another system.`,
    );
  }
  if (hasCode(error, "E2BIG")) {
    return notExecutable(
      "The command line and the environment are longer than the system takes.",
      "Give long lists of files in a file, or with xargs.",
    );
  }
  return notExecutable(`"${name}" cannot be started: ${(error as Error).message}.`, "");
}
