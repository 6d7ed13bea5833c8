import type { ChildProcess } from "node:child_process";
import { RedunError } from "../../errors.ts";
import { signalAll, signalTree } from "../files/process-tree.ts";
import { inWords } from "../patience.ts";

/** A git that is asked to end removes its lock files; what does not hear is killed so many milliseconds later. */
const TIME_TO_END = 500;

/**
 * Calls `onSilent` when a git was not heard for as long as its patience lasts. Noting that it was heard costs
 * next to nothing. A machine that slept, or an event loop that a task held up, makes no git silent: the time is
 * waited in parts, and before each ends what has arrived meanwhile is read.
 */
export class Silence {
  readonly #limit: number;
  readonly #onSilent: () => void;
  #heard = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, onSilent: () => void) {
    this.#limit = limit;
    this.#onSilent = onSilent;
  }

  /** It said or took something. */
  heard(): void {
    this.#heard++;
  }

  /** From now on something is expected of it. */
  begin(): void {
    if (this.#timer === undefined) this.#wait(PARTS, this.#heard);
  }

  /** Nothing is expected of it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(parts: number, before: number): void {
    const timer = setTimeout(() => {
      setImmediate(() => {
        if (this.#timer !== timer) return;
        if (this.#heard !== before) this.#wait(PARTS, this.#heard);
        else if (parts > 1) this.#wait(parts - 1, before);
        else this.#onSilent();
      });
    }, this.#limit / PARTS);
    // The process that is waited for keeps the event loop going.
    this.#timer = timer.unref();
  }
}

const PARTS = 4;

/** Ends a git and all that it has started, and gives up what it might still say. */
export async function endGit(child: ChildProcess): Promise<void> {
  const processes = child.pid === undefined ? [] : signalTree(child.pid, "SIGTERM");
  // A program that nobody can end may hold them open.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  await new Promise((done) => setTimeout(done, TIME_TO_END));
  signalAll(processes, "SIGKILL");
  child.unref();
}

/** The error for a git that was silent for too long, and was ended. */
export function gitSilent(args: readonly string[], limit: number): RedunError {
  const words = args.filter((word, at) => word !== "-c" && args[at - 1] !== "-c");
  return new RedunError(
    "GIT_SILENT",
    `\`git ${words[0] ?? ""}\` said nothing for ${inWords(limit)}, and was ended.`,
    "A hook, a filter, a credential helper or a file system may hang: run git itself in this repository. REDUN_GIT_TIMEOUT=<seconds> waits longer.",
  );
}
