import { type ChildProcess, spawn } from "node:child_process";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../../errors.ts";
import type { Oid, Repository } from "../backend.ts";
import { gitEnvironment } from "./process.ts";

/**
 * After so many answers we look for what git has written meanwhile. Its pipe holds little: a git
 * that waits for us to empty it does not work beside us.
 */
const TAKEN_AT_ONCE = 32;

export interface GitObject {
  readonly type: string;
  readonly bytes: Buffer;
}

interface Waiting {
  readonly oid: Oid;
  readonly done: (object: GitObject) => void;
  readonly fail: (error: Error) => void;
}

/** How many requests may be under way: enough to keep git busy, few enough to need no memory. */
const WINDOW = 1024;
/** Requests that go to git in one write, at most. */
const SENT_AT_ONCE = 64;

/**
 * One `git cat-file --batch` that stays open: ids go in, `<oid> <type> <size>\n<bytes>\n` comes
 * out, in the same order.
 */
export class CatFile {
  readonly #repository: Repository;
  #child: ChildProcess | null = null;
  #waiting: Waiting[] = [];
  #answered = 0;
  #unsent: string[] = [];
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  /** Bytes that the front of the queue needs before it can be answered; 0 while unknown. */
  #needed = 0;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** @throws RedunError OBJECT_MISSING */
  get(oid: Oid): Promise<GitObject> {
    return new Promise((done, fail) => {
      this.#waiting.push({ oid, done, fail });
      this.#ask(oid);
    });
  }

  /** Contents in the order asked for, a window of requests ahead of the reader. */
  async *stream(
    oids: Iterable<Oid> | AsyncIterable<Oid>,
  ): AsyncGenerator<{ oid: Oid; bytes: Buffer }> {
    const ahead: { oid: Oid; object: Promise<GitObject> }[] = [];
    let next = 0;
    for await (const oid of oids) {
      const object = this.get(oid);
      object.catch(() => {});
      ahead.push({ oid, object });
      if (ahead.length - next < WINDOW) continue;
      const front = ahead[next++]!;
      if (next % TAKEN_AT_ONCE === 0) await eventLoopTurn();
      yield { oid: front.oid, bytes: (await front.object).bytes };
      if (next === WINDOW) {
        ahead.splice(0, next);
        next = 0;
      }
    }
    for (const { oid, object } of ahead.slice(next)) yield { oid, bytes: (await object).bytes };
  }

  close(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return Promise.resolve();
    return new Promise((done) => {
      child.once("close", () => done());
      child.stdin?.end();
    });
  }

  /** Requests go to git some at a time: a write each would cost more than the answers. */
  #ask(oid: Oid): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#send());
    this.#unsent.push(`${oid}\n`);
    if (this.#unsent.length >= SENT_AT_ONCE) this.#send();
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    this.#start().stdin?.write(this.#unsent.join(""));
    this.#unsent = [];
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const child = spawn("git", ["cat-file", "--batch"], {
      ...gitEnvironment(this.#repository),
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.on("error", (error) => this.#abandon(child, error.message));
    child.on("close", () => this.#abandon(child, stderr.trim() || "it ended early"));
    this.#child = child;
    return child;
  }

  #abandon(child: ChildProcess, why: string): void {
    if (this.#child === child) this.#child = null;
    const left = this.#waiting.slice(this.#answered);
    this.#waiting = [];
    this.#answered = 0;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#needed = 0;
    for (const { fail } of left) {
      fail(new RedunError("GIT_FAILED", `\`git cat-file --batch\` failed: ${why}`));
    }
  }

  #take(chunk: Buffer): void {
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes < this.#needed) return;
    const all = this.#buffered.length === 1 ? chunk : Buffer.concat(this.#buffered);
    const used = this.#answer(all);
    this.#buffered = used < all.length ? [all.subarray(used)] : [];
    this.#bufferedBytes = all.length - used;
  }

  /** Answers every request that `all` holds whole; returns how many bytes that took. */
  #answer(all: Buffer): number {
    let at = 0;
    for (;;) {
      const lineEnd = all.indexOf(10, at);
      if (lineEnd < 0) {
        this.#needed = 0;
        return at;
      }
      const waiting = this.#waiting[this.#answered]!;
      const line = all.toString("latin1", at, lineEnd);
      if (line.endsWith(" missing")) {
        this.#next();
        at = lineEnd + 1;
        waiting.fail(objectMissing(waiting.oid));
        continue;
      }
      const [, type, size] = line.split(" ") as [string, string, string];
      const start = lineEnd + 1;
      const end = start + Number(size);
      if (all.length < end + 1) {
        this.#needed = end + 1 - at;
        return at;
      }
      this.#next();
      at = end + 1;
      waiting.done({ type, bytes: all.subarray(start, end) });
    }
  }

  #next(): void {
    this.#answered++;
    if (this.#answered < 4096 && this.#answered < this.#waiting.length) return;
    this.#waiting.splice(0, this.#answered);
    this.#answered = 0;
  }
}

export function objectMissing(oid: Oid): RedunError {
  return new RedunError(
    "OBJECT_MISSING",
    `Object ${oid} is not in this repository.`,
    "A shallow, partial or damaged repository may lack it: try `git fsck`, or fetch the log again.",
  );
}
