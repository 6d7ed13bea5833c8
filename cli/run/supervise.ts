/**
 * `run` as people start it: a process that starts the worker, which loads the workflow and
 * computes, and waits for it. A process that computes without a pause hears no signal; this one
 * does, and ends the worker with all that it started.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import type { CommandFunction } from "../command.ts";
import type { RUN } from "../declarations/run.ts";
import { SIGNALS, statusIn, type WorkOrder } from "./channel.ts";
import { LiveProgress } from "./live-progress.ts";
import { endPrograms, killPrograms } from "./programs.ts";
import { recordEnd } from "./record-end.ts";
import { stepOfRun } from "./step-of-run.ts";
import { isAlone, startWorker, type WorkerProcess } from "./worker-process.ts";

/** A worker that does not answer a signal so long, in milliseconds, computes without a pause. */
const HEARS_WITHIN = 1_000;

/** The longest wait for the rest of what an ended worker wrote, in milliseconds. */
const READ_WITHIN = 1_000;

export const command: CommandFunction<typeof RUN> = async (workspace, words, options) => {
  if (isAlone()) {
    const { command: run } = await import("../commands/run.ts");
    return run(workspace, words, options);
  }
  const secret = randomBytes(16).toString("hex");
  const { io } = workspace;
  const step = await stepOfRun(words);
  const worker = io.takeWorker?.() ?? startWorker(step?.env);
  const canShow = worker.view !== undefined;
  const order = { secret, command: io.program, words, options, canShow };
  const watched = new WatchedWorker(worker, order);
  const view = worker.view && new LiveProgress(io, worker.view);
  const { code, signal } = await watched.ended;
  view?.end();
  const { stoppedBy, isKilled, mark, pid } = watched;
  const by = signal === null ? undefined : (stoppedBy ?? signal);
  let status = by === undefined ? (code ?? 1) : 128 + constants.signals[by];
  // Whatever the workflow has made of the status of its process: what the work was is known.
  if (status === 0) status = watched.status ?? (stoppedBy ? 128 + constants.signals[stoppedBy] : 1);
  // Nothing that a run started outlives it, unless all went well.
  if (isKilled) killPrograms(mark, pid);
  else if (status !== 0) await endPrograms(mark, pid);
  const reason = by === undefined ? undefined : reasonOf(by, stoppedBy);
  if (reason !== undefined && stoppedBy === undefined) workspace.tell(`error: ${reason}\n`);
  const isDone = await recordEnd(workspace, pid, reason);
  if (!isDone) status ||= 1;
  await step?.end(status);
  process.exit(status);
};

function reasonOf(signal: NodeJS.Signals, stoppedBy: NodeJS.Signals | undefined): string {
  if (signal === stoppedBy) return `Interrupted by ${signal}`;
  const isMemory = signal === "SIGKILL" || signal === "SIGABRT";
  const often = isMemory ? ", as it happens when memory runs out" : "";
  return `The process that computed was ended by ${signal}${often}.`;
}

/** The worker's process, and what signals have done to it. */
class WatchedWorker {
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The first signal that came. */
  stoppedBy: NodeJS.Signals | undefined;
  /** It did not end by itself. */
  isKilled = false;
  /** That of its work, once that is over. */
  status: number | undefined;
  readonly #worker: WorkerProcess;

  constructor(worker: WorkerProcess, order: WorkOrder) {
    this.#worker = worker;
    const { child, channel } = worker;
    let said = "";
    channel.on("data", (chunk) => {
      said += chunk.toString("latin1");
      this.status = statusIn(order, said);
    });
    channel.write(`${JSON.stringify(order)}\n`);
    this.ended = new Promise((done, fail) => {
      child.on("error", fail);
      child.on("exit", (code, signal) => {
        const end = () => done({ code, signal });
        if (channel.closed) return end();
        channel.once("close", end);
        // A program that the worker started may hold it open.
        setTimeout(end, READ_WITHIN).unref();
      });
    });
    for (const signal of SIGNALS) process.on(signal, () => this.#stop(signal));
  }

  get mark(): string {
    return this.#worker.mark;
  }

  get pid(): number {
    return this.#worker.child.pid ?? -1;
  }

  /** Asks the worker to end; the second time, and where it does not hear, it is ended. */
  #stop(signal: NodeJS.Signals): void {
    if (this.stoppedBy !== undefined) {
      this.#kill();
      return;
    }
    this.stoppedBy = signal;
    this.#worker.channel.write(`${signal}\n`);
    const deaf = setTimeout(() => this.#kill(), HEARS_WITHIN);
    this.#worker.channel.once("data", () => clearTimeout(deaf));
  }

  #kill(): void {
    this.isKilled = true;
    // Its children first: an orphan no longer shows whose it was.
    killPrograms(this.mark, this.pid);
    this.#worker.child.kill("SIGKILL");
  }
}
