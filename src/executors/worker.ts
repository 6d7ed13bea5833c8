/** A worker of a pool, thread or process: runs the calls that it is given, one after the other. */
import { writeSync } from "node:fs";
import { isMainThread, type MessagePort } from "node:worker_threads";
import { runCall } from "./run-call.ts";
import type { FromWorker, ToWorker, WorkerOrder } from "./worker-messages.ts";

declare const BUILD_VERSION: string | undefined;

/** The library beside this file, which is the one that the script imports. */
const LIBRARY_URL = new URL(
  typeof BUILD_VERSION === "string" ? "./index.js" : "../api.ts",
  import.meta.url,
).href;

if (isMainThread) {
  // The process of the run decides what comes of Ctrl-C, and ends this one.
  process.on("SIGINT", () => {});
  process.on("disconnect", () => process.exit(1));
} else {
  writeDirectly(process.stdout, 1);
  writeDirectly(process.stderr, 2);
}

/** Replies that are awaited, by their numbers. */
const awaited = new Map<number, (reply: string) => void>();
let asked = 0;
let say: (message: FromWorker) => void = () => {};
if (isMainThread) {
  say = (message) => void process.send!(message);
  process.on("message", hear);
}

export default async function run({
  text,
  root,
  port,
}: WorkerOrder & { readonly port?: MessagePort }): Promise<string> {
  if (port) {
    say = (message) => port.postMessage(message);
    port.on("message", hear);
  }
  say({ pid: process.pid });
  try {
    return await runCall(text, {
      root,
      libraryUrl: LIBRARY_URL,
      ask: (wish) =>
        new Promise((done) => {
          const number = asked++;
          awaited.set(number, done);
          say({ wish, number });
        }),
      signal: new AbortController().signal,
    });
  } finally {
    // The other side closes the port: it takes its end for ours.
    awaited.clear();
  }
}

function hear(message: ToWorker): void {
  if (typeof message?.reply !== "string") return;
  awaited.get(message.number)?.(message.reply);
  awaited.delete(message.number);
}

/** A thread's own streams come out when the main thread has time for them, or is not over yet. */
function writeDirectly(stream: NodeJS.WriteStream, descriptor: number): void {
  stream.write = (chunk: string | Uint8Array, ...more: unknown[]) => {
    const encoding = typeof more[0] === "string" ? (more[0] as BufferEncoding) : "utf8";
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    for (let from = 0; from < bytes.length; ) {
      try {
        from += writeSync(descriptor, bytes, from);
      } catch (error) {
        // Its reader is slow; or gone, and then nobody is left to hear of it.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") break;
        Atomics.wait(pause, 0, 0, 1);
      }
    }
    const done = more.find((one) => typeof one === "function") as (() => void) | undefined;
    if (done) queueMicrotask(done);
    return true;
  };
}

const pause = new Int32Array(new SharedArrayBuffer(4));
