import type { ChildProcess } from "node:child_process";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../../errors.ts";
import { MAX_RECORD_BYTES } from "../../record/size.ts";
import type { Oid, Repository } from "../backend.ts";
import { gitFailed } from "./environment.ts";
import { closeGit, holdProcess, openGit } from "./open-git.ts";

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
  /** Bytes. */
  readonly limit: number;
  readonly done: (object: GitObject) => void;
  readonly fail: (error: Error) => void;
}

/** The place of an object that `stream` has asked for. */
interface Slot {
  readonly oid: Oid;
  bytes: Buffer | null;
  error: Error | null;
  changed: () => void;
}

/** How many requests may be under way: enough to keep git busy, few enough to need no memory. */
const WINDOW = 2048;
/** Requests that go to git in one write, at most. */
const SENT_AT_ONCE = 512;
/**
 * git maps packs into memory by windows, and keeps them for as long as it lives: of a log of a
 * million runs that is 2 GB. So little is as fast, because one run's objects lie side by side.
 */
const LITTLE_MEMORY = [
  ["core.packedGitWindowSize", "4m"],
  ["core.packedGitLimit", "32m"],
  ["core.deltaBaseCacheLimit", "16m"],
  // What is larger goes through git in pieces.
  ["core.bigFileThreshold", "64m"],
].flatMap(([name, size]) => ["-c", `${name}=${size}`]);

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
  /** Bytes that are still to come of what nobody will have. */
  #unwanted = 0;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Whether a git has been started. */
  get isOpen(): boolean {
    return this.#child !== null;
  }

  /** @throws RedunError OBJECT_MISSING, BAD_RECORD where it has more than `limit` bytes */
  get(oid: Oid, limit = MAX_RECORD_BYTES): Promise<GitObject> {
    const asked = new Promise<GitObject>((done, fail) => {
      this.#waiting.push({ oid, limit, done, fail });
      this.#ask(oid);
    });
    // A caller that asked ahead may have stopped at another error, and does not want this one.
    asked.catch(() => {});
    return asked;
  }

  /** Contents in the order asked for, a window of requests ahead of the reader. */
  async *stream(
    oids: Iterable<Oid> | AsyncIterable<Oid>,
  ): AsyncGenerator<{ oid: Oid; bytes: Buffer }> {
    const ahead: Slot[] = [];
    let next = 0;
    for await (const oid of oids) {
      ahead.push(this.#slot(oid));
      if (ahead.length - next < WINDOW) continue;
      const front = ahead[next++]!;
      if (next % TAKEN_AT_ONCE === 0) await eventLoopTurn();
      yield { oid: front.oid, bytes: front.bytes ?? (await answered(front)) };
      if (next === WINDOW) {
        ahead.splice(0, next);
        next = 0;
      }
    }
    for (const front of ahead.slice(next)) {
      yield { oid: front.oid, bytes: front.bytes ?? (await answered(front)) };
    }
  }

  /** As `get`, without a promise: of many objects, most are there when their turn comes. */
  #slot(oid: Oid): Slot {
    const slot: Slot = { oid, bytes: null, error: null, changed: () => {} };
    this.#waiting.push({
      oid,
      limit: MAX_RECORD_BYTES,
      done: ({ bytes }) => {
        slot.bytes = bytes;
        slot.changed();
      },
      fail: (error) => {
        slot.error = error;
        slot.changed();
      },
    });
    this.#ask(oid);
    return slot;
  }

  close(): Promise<void> {
    const child = this.#child;
    if (!child) return Promise.resolve();
    this.#abandon("it was closed");
    return closeGit(child);
  }

  /** Requests go to git some at a time: a write each would cost more than the answers. */
  #ask(oid: Oid): void {
    if (this.#unsent.length === 0) setImmediate(() => this.#send());
    this.#unsent.push(`${oid}\n`);
    if (this.#unsent.length >= SENT_AT_ONCE) this.#send();
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const child = this.#start();
    holdProcess(child, true);
    child.stdin?.write(this.#unsent.join(""));
    this.#unsent = [];
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const child = openGit(this.#repository, [...LITTLE_MEMORY, "cat-file", "--batch"], {
      // Another one may have been started since.
      isOpen: (child) => this.#child === child,
      take: (chunk) => this.#take(chunk),
      ended: (why) => this.#abandon(why),
    });
    this.#child = child;
    return child;
  }

  #abandon(why: string | RedunError): void {
    this.#child = null;
    const left = this.#waiting.slice(this.#answered);
    this.#waiting = [];
    // What was not sent yet is not to be asked of the next git: nobody waits for it.
    this.#unsent = [];
    this.#answered = 0;
    this.#buffered = [];
    this.#bufferedBytes = 0;
    this.#needed = 0;
    this.#unwanted = 0;
    const error = typeof why === "string" ? gitFailed(["cat-file", "--batch"], 1, why) : why;
    for (const { fail } of left) fail(error);
  }

  #take(given: Buffer): void {
    const chunk = given.subarray(Math.min(given.length, this.#unwanted));
    this.#unwanted -= given.length - chunk.length;
    if (chunk.length === 0) return;
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
      if (Number(size) > waiting.limit) {
        this.#next();
        waiting.fail(tooLarge(waiting.oid, Number(size), waiting.limit));
        // Its content goes by unread.
        this.#unwanted = Math.max(0, end + 1 - all.length);
        at = Math.min(all.length, end + 1);
        continue;
      }
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
    if (this.#waiting.length === 0 && this.#child) holdProcess(this.#child, false);
  }
}

/** The content of a slot, as soon as it is there. */
async function answered(slot: Slot): Promise<Buffer> {
  if (!slot.bytes && !slot.error) {
    await new Promise<void>((done) => {
      slot.changed = done;
    });
  }
  if (slot.bytes) return slot.bytes;
  throw slot.error;
}

function tooLarge(oid: Oid, size: number, limit: number): RedunError {
  return new RedunError("BAD_RECORD", `The object ${oid} has ${size} bytes, of at most ${limit}.`);
}

/** @param name an id, or what git was asked: `<id>^{tree}`, `<id>:<path>` */
export function objectMissing(name: string): RedunError {
  const [, oid = name, of] = /^([0-9a-f]{40,64})([:^].*)$/s.exec(name) ?? [];
  return new RedunError(
    "OBJECT_MISSING",
    of === undefined
      ? `Object ${oid} is not in this repository, or damaged.`
      : `${oid} is not a commit of this repository, or it or its content is damaged.`,
    "A shallow, partial or damaged repository may lack it: `git fsck` tells. Fetch it again, or copy it from another clone.",
  );
}
