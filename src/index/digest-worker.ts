import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { type ErrorCode, RedunError } from "../errors.ts";
import type { Repository } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import type { Digested, DigestSource, FoundFile } from "./digest-files.ts";
import type { Namer } from "./names.ts";

/** The worker's file, relative to the one that holds this. The build makes it and writes this in. */
declare const BUILD_WORKER: string | undefined;

/** In the command line's CommonJS bundle there is a file name and no `import.meta`. */
const here = (import.meta.url as string | undefined) ?? pathToFileURL(__filename);

/** What a worker gets when it starts. */
export interface WorkerLog {
  readonly repository: Repository;
  readonly ref: string;
  /** The secret of the index: see `Namer`. */
  readonly secret: readonly number[];
}

/** What a worker answers to files. Of an error that crosses over only the message is kept. */
export type WorkerAnswer = { readonly digests: Digested[] } | WorkerFailure;

interface WorkerFailure {
  readonly error: Pick<RedunError, "message" | "hint"> & { readonly code?: ErrorCode };
}

interface Waiting {
  readonly done: (digests: Digested[]) => void;
  readonly fail: (error: Error) => void;
}

/** Has files read and digested in a thread of its own, while this one writes. */
export class DigestWorker implements DigestSource {
  /** Code that runs from source has no worker. */
  static readonly exists = typeof BUILD_WORKER === "string";

  readonly #worker: Worker;
  /** Answers come in the order of the questions. */
  readonly #waiting: Waiting[] = [];

  constructor({ backend, ref }: Log, { secret }: Namer) {
    const workerData: WorkerLog = { repository: backend.repository, ref, secret };
    this.#worker = new Worker(new URL(BUILD_WORKER!, here), { workerData });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#answered(answer));
    this.#worker.on("error", (error: Error) => this.#failed(error));
    this.#worker.on("exit", () => this.#failed(new Error("The worker ended early.")));
  }

  digest(files: readonly FoundFile[]): Promise<Digested[]> {
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail });
      this.#worker.postMessage(files);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(answer: WorkerAnswer): void {
    const { done, fail } = this.#waiting.shift()!;
    if ("digests" in answer) done(answer.digests);
    else fail(errorOf(answer));
  }

  #failed(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}

function errorOf({ error: { code, message, hint } }: WorkerFailure): Error {
  return code ? new RedunError(code, message, hint) : new Error(message);
}
