import { availableParallelism } from "node:os";
import { MessageChannel } from "node:worker_threads";
import type { Tinypool } from "tinypool";
import type { Executor, ExecutorCall, ExecutorSettings } from "../engine/executor.ts";
import { RedunError } from "../errors.ts";
import { signalTree } from "../git/files/process-tree.ts";
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
  readonly #going = new Set<PooledCall>();

  constructor(kind: Kind, pool: Tinypool, workers: number, root: string) {
    this.#kind = kind;
    this.#pool = pool;
    this.workers = workers;
    this.#root = root;
    // A worker that has no call yet has ended: the pool would let those wait for ever that it was begun for.
    pool.on("error", (error: Error) => {
      for (const one of this.#going) if (!one.hasBegun) one.fail(error);
    });
  }

  async submit(call: ExecutorCall): Promise<string> {
    const kind = this.#kind;
    if (this.#going.size >= this.workers + MOST_WAITING) throw tooManyWait(call, kind);
    const pooled = new PooledCall(call);
    this.#going.add(pooled);
    const order = { text: call.text, root: this.#root };
    try {
      const how = kind === "thread" ? inThread(pooled, order) : inProcess(pooled, order);
      const { signal } = pooled;
      const answer = await this.#pool.run(how.order, { ...how.options, signal });
      // What a process has printed comes by a pipe of its own.
      if (kind === "process") await new Promise((done) => setTimeout(done, 1));
      return answer;
    } catch (error) {
      throw pooled.failure(error, kind);
    } finally {
      this.#going.delete(pooled);
      pooled.end();
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** A call at the pool. */
class PooledCall {
  readonly call: ExecutorCall;
  /** Aborted when nothing more is expected of its worker. */
  readonly signal: AbortSignal;
  /** A worker has said that it is at it. */
  hasBegun = false;
  readonly #failed = new AbortController();
  readonly #ends: (() => void)[] = [];
  #error: Error | undefined;

  constructor(call: ExecutorCall) {
    this.call = call;
    this.signal = AbortSignal.any([call.signal, this.#failed.signal]);
  }

  fail(error?: Error): void {
    this.#error = error;
    this.#failed.abort();
  }

  /** Does something when the call is over. */
  atEnd(end: () => void): void {
    this.#ends.push(end);
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  /** Answers what its worker asks. */
  hear(said: FromWorker, reply: (message: ToWorker) => void): void {
    if ("pid" in said) {
      this.hasBegun = true;
      return;
    }
    const { wish, number } = said;
    void this.call.awaited(wish).then((text) => {
      // Perhaps nobody is left.
      if (!this.signal.aborted) reply({ number, reply: text });
    });
  }

  failure(error: unknown, kind: Kind): unknown {
    const { signal, task } = this.call;
    if (signal.aborted) return signal.reason;
    const { name, message } = this.#error ?? (error as Error);
    const isSilent = name === "AbortError" || message === "Worker exited unexpectedly";
    const why = isSilent
      ? " It was killed, as it happens when memory runs out, or the task ended it (`process.exit`)."
      : ` ${message}`;
    return new RedunError(
      "WORKER_FAILED",
      `The ${kind} that ran ${task} ended before it had answered.${why}`,
      undefined,
      isSilent ? undefined : { cause: this.#error ?? error },
    );
  }
}

function inThread(pooled: PooledCall, order: WorkerOrder) {
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (said: FromWorker) => pooled.hear(said, (reply) => port1.postMessage(reply)));
  // A task may end its thread without a word: the pool hears nothing of that.
  port1.on("close", () => pooled.fail());
  pooled.atEnd(() => {
    port1.removeAllListeners("close");
    port1.close();
  });
  return { order: { ...order, port: port2 }, options: { transferList: [port2] } };
}

function inProcess(pooled: PooledCall, order: WorkerOrder) {
  const { signal } = pooled.call;
  let send: (message: ToWorker) => void = () => {};
  let pid: number | undefined;
  // What it has started is not the pool's to end.
  const end = () => pid !== undefined && signalTree(pid, "SIGTERM");
  signal.addEventListener("abort", end);
  pooled.atEnd(() => signal.removeEventListener("abort", end));
  const channel = {
    onMessage: (listener: typeof send) => {
      send = listener;
    },
    postMessage: (said: FromWorker) => {
      if ("pid" in said) pid = said.pid;
      pooled.hear(said, (reply) => send(reply));
    },
    onClose: () => {},
  };
  return { order, options: { channel } };
}

function tooManyWait({ task }: ExecutorCall, kind: Kind): RedunError {
  return new RedunError(
    "WORKER_FAILED",
    `${MOST_WAITING} tasks that await others each hold a ${kind}, and ${task} would need one more.`,
    "Return calls in place of awaiting them: then nobody waits in a worker.",
  );
}
