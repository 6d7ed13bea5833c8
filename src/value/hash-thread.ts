import type { BigIntStats } from "node:fs";
import type { Worker } from "node:worker_threads";
import type { HashName } from "./hash.ts";

type FileStat = Pick<BigIntStats, "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs">;

/** A file's hash, and what the file system said of it before and after it was read. */
export interface HashedFile {
  readonly hash: string;
  readonly stat: FileStat;
}

/**
 * What the thread does: it answers a path with how far it is, then with the hash; with null where the file
 * cannot be read, or changed meanwhile. As text, so that it needs no file beside the one that holds
 * this, whatever that is built into.
 */
const CODE = `
const { closeSync, fstatSync, openSync, readSync } = require("node:fs");
const { createHash } = require("node:crypto");
const { parentPort } = require("node:worker_threads");
const buffer = Buffer.allocUnsafe(1 << 20);
const statOf = (file) => {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
  return { dev, ino, size, mtimeNs, ctimeNs };
};
const read = (path, format) => {
  const file = openSync(path, "r");
  try {
    const stat = statOf(file);
    const size = Number(stat.size);
    const hash = createHash(format).update("blob " + size + "\\0");
    for (let at = 0, told = 0; at < size; ) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
      if (count === 0) return null;
      hash.update(count === buffer.length ? buffer : buffer.subarray(0, count));
      at += count;
      if (at - told >= 1 << 25) parentPort.postMessage({ at: (told = at) });
    }
    const after = statOf(file);
    const isSame = Object.keys(stat).every((key) => stat[key] === after[key]);
    return isSame ? { stat, hash: hash.digest("hex") } : null;
  } finally {
    closeSync(file);
  }
};
parentPort.on("message", ({ path, format }) => {
  let found = null;
  try {
    found = read(path, format);
  } catch {}
  parentPort.postMessage({ found });
});
`;

type Answer = { readonly at: number } | { readonly found: HashedFile | null };

let worker: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();

/**
 * The hash of a file's content, read in a thread that is kept for the next file. One file at a time, as a disk
 * likes it.
 * @param isOver asked for each 32 MB: whether nobody needs it now
 * @returns null where it cannot be read, changed meanwhile, or was not needed
 */
export function hashInThread(
  path: string,
  format: HashName,
  isOver: () => boolean,
): Promise<HashedFile | null> {
  const found = last.then(() => (isOver() ? null : ask(path, format, isOver)));
  last = found.catch(() => {});
  return found;
}

async function ask(
  path: string,
  format: HashName,
  isOver: () => boolean,
): Promise<HashedFile | null> {
  worker ??= await newWorker();
  const thread = worker;
  thread.ref();
  return new Promise((done) => {
    const end = (found: HashedFile | null) => {
      thread.off("message", hear).off("error", fail).off("exit", fail);
      thread.unref();
      done(found);
    };
    const fail = () => {
      worker = null;
      void thread.terminate();
      end(null);
    };
    const hear = (answer: Answer) => {
      if ("found" in answer) end(answer.found);
      else if (isOver()) fail();
    };
    thread.on("message", hear).on("error", fail).on("exit", fail);
    thread.postMessage({ path, format });
  });
}

/** Loaded when a large file is met: few runs have any. */
async function newWorker(): Promise<Worker> {
  const { Worker } = await import("node:worker_threads");
  // Without what this process was told to load: it needs nothing of that.
  return new Worker(CODE, { eval: true, execArgv: [], env: {} });
}
