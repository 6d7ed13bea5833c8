import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { RedunError } from "../../errors.ts";
import type { Repository } from "../backend.ts";
import { patienceInMs } from "../patience.ts";
import { gitEnvironment } from "./environment.ts";
import { endGit, gitSilent, Silence } from "./silence.ts";

/** What becomes of what a git that stays open says. */
interface Listener {
  /** Whether this git is still the one that is asked: what a closed one says answers nobody. */
  isOpen(child: ChildProcess): boolean;
  take(chunk: Buffer): void;
  /** It ended, could not be started, or said nothing for too long. */
  ended(why: string | RedunError): void;
}

/** Starts a git that answers questions on its stdin until that is closed. */
export function openGit(
  repository: Repository,
  args: readonly string[],
  listener: Listener,
): ChildProcess {
  const child = spawn("git", args, {
    ...gitEnvironment(repository),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  child.stdin.on("error", () => {});
  const whileOpen = (act: () => void) => {
    if (listener.isOpen(child)) act();
  };
  // In a partial clone it may fetch what it is asked for.
  const limit = patienceInMs(repository, "work");
  const silence = new Silence(limit, () => {
    whileOpen(() => listener.ended(gitSilent(args, limit)));
    void endGit(child);
  });
  silences.set(child, silence);
  child.stdout.on("data", (chunk: Buffer) => {
    silence.heard();
    whileOpen(() => listener.take(chunk));
  });
  child.on("error", (error) => whileOpen(() => listener.ended(error.message)));
  child.on("close", () => {
    silence.end();
    whileOpen(() => listener.ended(stderr.trim() || "it ended early"));
  });
  return child;
}

const silences = new WeakMap<ChildProcess, Silence>();

/** Lets a git that `openGit` started end, and waits until it has. */
export function closeGit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((done) => {
    holdProcess(child, true);
    child.once("close", () => done());
    child.stdin?.end();
  });
}

/**
 * Whether Node's event loop goes on for a child process and what it says. A git that waits for
 * questions is no work: the process may end, and a run may be stuck. Nor may one that is held be silent for long.
 */
export function holdProcess(child: ChildProcess, holds: boolean): void {
  if (holds) silences.get(child)?.begin();
  else silences.get(child)?.end();
  // Pipes of children are sockets; their types do not say so.
  for (const each of [child, child.stdin, child.stdout, child.stderr] as (Socket | null)[]) {
    if (holds) each?.ref();
    else each?.unref();
  }
}
