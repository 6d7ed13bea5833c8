import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import type { Executor, ExecutorCall, ExecutorSettings } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import { signalTree } from "../exec/process-tree.ts";
import type { FromWorker, ToWorker, WorkerOrder } from "./worker-messages.ts";

/** The worker's file, relative to the one that holds this. The build makes it and writes this in. */
declare const BUILD_EXECUTOR_WORKER: string | undefined;

const WORKER = new URL(
  typeof BUILD_EXECUTOR_WORKER === "string" ? BUILD_EXECUTOR_WORKER : "./worker.ts",
  import.meta.url,
).href;

/** So many more workers there may be whose tasks wait for others, and have left their turn to them. */
const MOST_WAITING = 64;
/** A worker that has nothing to do ends after this, in milliseconds. */
const IDLE = 60_000;

type Kind = "thread" | "process";

/** Runs calls in worker threads, or in processes, of this machine. They are started as they are needed. */
export async function poolExecutor(kind: Kind, settings: ExecutorSettings): Promise<Executor> {
  const { Tinypool } = await import("tinypool");
  const workers = Number(settings.get("workers") ?? availableParallelism());
  const pool = new Tinypool({
    filename: WORKER,
    runtime: kind === "thread" ? "worker_threads" : "child_process",
    minThreads: 0,
    maxThreads: workers + MOST_WAITING,
    idleTimeout: IDLE,
    // Else a thread hears nothing between two calls, and what a task left to be done there stands still.
    useAtomics: false,
    argv: process.argv.slice(2),
    // Its processes would have no environment at all.
    ...(kind === "process" && { env: process.env as Record<string, string> }),
  });
  return new PoolExecutor(kind, pool, workers, settings.root ?? process.cwd());
}

class PoolExecutor implements Executor {
  readonly workers: number;
  /** A program is a process of its own in any case. */
  readonly programs = false;
  readonly #kind: Kind;
  readonly #pool: Tinypool;
  readonly #root: string;
  #atWork = 0;

  constructor(kind: Kind, pool: Tinypool, workers: number, root: string) {
    this.#kind = kind;
    this.#pool = pool;
    this.workers = workers;
    this.#root = root;
    // Of a worker that fails while it has nothing to do nobody needs to hear.
    pool.on("error", () => {});
  }

  async submit(call: ExecutorCall): Promise<string> {
    if (this.#atWork >= this.workers + MOST_WAITING) throw tooManyWait(call, this.#kind);
    this.#atWork++;
    try {
      return await (this.#kind === "thread" ? this.#inThread(call) : this.#inProcess(call));
    } finally {
      this.#atWork--;
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #inThread(call: ExecutorCall): Promise<string> {
    const { port1, port2 } = new MessageChannel();
    const ended = new AbortController();
    port1.on("message", (said: FromWorker) =>
      hear(said, call, (reply) => port1.postMessage(reply)),
    );
    // A task may end its thread without a word: the pool hears nothing of that.
    port1.on("close", () => ended.abort());
    const order: WorkerOrder & { port: MessagePort } = { ...this.#order(call), port: port2 };
    const signal = AbortSignal.any([call.signal, ended.signal]);
    try {
      return await this.#pool.run(order, { signal, transferList: [port2] });
    } catch (error) {
      throw workerFailed(call, error, "thread");
    } finally {
      port1.removeAllListeners("close");
      port1.close();
    }
  }

  async #inProcess(call: ExecutorCall): Promise<string> {
    let pid: number | undefined;
    let send: (message: ToWorker) => void = () => {};
    // What it has started is not the pool's to end.
    const end = () => pid !== undefined && signalTree(pid, "SIGTERM");
    call.signal.addEventListener("abort", end);
    try {
      const answer = await this.#pool.run(this.#order(call), {
        signal: call.signal,
        channel: {
          onMessage: (listener) => {
            send = listener;
          },
          postMessage: (said: FromWorker) => {
            if ("pid" in said) pid = said.pid;
            else hear(said, call, send);
          },
          onClose: () => {},
        },
      });
      // What it has printed comes by a pipe of its own.
      await new Promise((done) => setTimeout(done, 1));
      return answer;
    } catch (error) {
      throw workerFailed(call, error, "process");
    } finally {
      call.signal.removeEventListener("abort", end);
    }
  }

  #order({ text }: ExecutorCall): WorkerOrder {
    return { text, root: this.#root };
  }
}

/** Answers what a worker asks. */
function hear(said: FromWorker, call: ExecutorCall, reply: (message: ToWorker) => void): void {
  if (!("wish" in said)) return;
  const { wish, number } = said;
  void call.awaited(wish).then((text) => {
    // Nobody may be there any more.
    if (!call.signal.aborted) reply({ number, reply: text });
  });
}

function workerFailed(call: ExecutorCall, error: unknown, kind: Kind): unknown {
  if (call.signal.aborted) return call.signal.reason;
  const { name, message } = error as Error;
  const isSilent = name === "AbortError" || message === "Worker exited unexpectedly";
  const why = isSilent
    ? " It was killed, as it happens when memory runs out, or the task ended it (`process.exit`)."
    : ` ${message}`;
  return new RedunError(
    "WORKER_FAILED",
    `The ${kind} that ran ${call.task} ended before it had answered.${why}`,
    undefined,
    isSilent ? undefined : { cause: error },
  );
}

function tooManyWait({ task }: ExecutorCall, kind: Kind): RedunError {
  return new RedunError(
    "WORKER_FAILED",
    `${MOST_WAITING} tasks that await others each hold a ${kind}, and ${task} would need one more.`,
    "Return calls in place of awaiting them: then nobody waits in a worker.",
  );
}
