import { spawn } from "node:child_process";
import { RedunError } from "../errors.ts";
import { withoutRunMark } from "../run-mark.ts";

export interface ProgramResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a job is not to inherit: the places of the run that submits it. */
const OF_THE_RUN = ["REDUN_SOCKET", "REDUN_JOB", "REDUN_EXECUTION", "REDUN_TAGS"];

/**
 * Runs one of an engine's commands to its end. A status other than 0 is the caller's to judge.
 * @param engine its name for people
 * @throws RedunError EXECUTOR_FAILED where there is no such command
 */
export function runProgram(
  engine: string,
  program: string,
  words: readonly string[],
  input?: string,
): Promise<ProgramResult> {
  return new Promise((done, fail) => {
    const env = withoutRunMark(process.env);
    for (const name of OF_THE_RUN) delete env[name];
    // So that a killed run does not take along what jobs it is just submitting.
    const child = spawn(program, words, {
      env,
      stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.on("error", (error: NodeJS.ErrnoException) => fail(cannotStart(engine, program, error)));
    child.on("close", (status) => done({ status: status ?? 1, stdout, stderr }));
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

/** @param command for people, without the words that only we need */
export function programFailed(command: string, said: string): RedunError {
  const text = said.trim().replace(/^\w+: error: /gm, "");
  return new RedunError("EXECUTOR_FAILED", `${command} failed: ${text || "it says nothing"}`);
}

function cannotStart(engine: string, program: string, error: NodeJS.ErrnoException): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    error.code === "ENOENT"
      ? `There is no ${program} on the PATH: this machine cannot submit jobs to ${engine}.`
      : `${program} cannot be started: ${error.message}`,
    "Start the run on a login node of the cluster, or choose another executor.",
    { cause: error },
  );
}
