/** The process of a run's workflow, as the process that waits for it starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { isatty } from "node:tty";
import { RUN_MARK } from "../../src/run-mark.ts";
import { CHANNEL, VIEW } from "./descriptors.ts";

declare const BUILD_VERSION: string | undefined;

/** A process that loads our code, and waits for its order. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** What is in the environment of all that it starts. */
  readonly mark: string;
  /** Where it gets its order, and says that its work is over. */
  readonly channel: Socket;
  /** Where it tells how the run stands, if that can be shown. */
  readonly view: Socket | undefined;
}

/**
 * Starts it.
 * @param env more than the environment of this process
 */
export function startWorker(env: Readonly<Record<string, string>> = {}): WorkerProcess {
  // Unlike any other of this machine: processes of one id do not start at one moment.
  const mark = `${process.pid.toString(36)}.${process.hrtime.bigint().toString(36)}`;
  // Of a run within a run, the outer one has the terminal.
  const canShow = process.env[RUN_MARK] === undefined && isatty(2);
  const file = join(__dirname, "run-worker.cjs");
  const child = spawn(process.execPath, [...process.execArgv, file, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "pipe", ...(canShow ? ["pipe" as const] : [])],
    env: { ...process.env, ...env, [RUN_MARK]: mark },
  });
  const channel = child.stdio[CHANNEL] as Socket;
  channel.on("error", () => {});
  return { child, mark, channel, view: child.stdio[VIEW] as Socket | undefined };
}

/**
 * Starts it before the words of the command line are understood, which takes a quarter as long as it starts. Undefined
 * where they hardly ask for a run, or ask for one in another environment.
 */
export function startEarly([word, ...others]: readonly string[]): WorkerProcess | undefined {
  const asks = word === "run" && others.length >= 2 && !others.some(isHelp);
  if (!asks || process.env.REDUN_JOB || isAlone()) return undefined;
  const worker = startWorker();
  // One that cannot be started is tried again by whoever can say so.
  worker.child.on("error", () => {});
  return worker.child.pid === undefined ? undefined : worker;
}

/** Words of the tasks' own among them: what they ask of `run` is not known yet. */
const isHelp = (word: string) => /^(?:-h|--help|help)$/.test(word);

/**
 * Whether the workflow has to run in this process: under a debugger, which is meant for it; with a
 * parent that talks to it; and where this code was not built.
 */
export function isAlone(): boolean {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  const isDebugged = words.some((word) => word.startsWith("--inspect"));
  return isDebugged || process.send !== undefined || typeof BUILD_VERSION !== "string";
}
