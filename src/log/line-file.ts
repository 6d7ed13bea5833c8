import { closeSync, fdatasync, ftruncateSync, writeSync } from "node:fs";
import type { RedunError } from "../errors.ts";
import { asUnwritable } from "../git/files/system-errors.ts";

/** What a power cut may cost, in milliseconds. */
const SYNC_EVERY = 1000;

/** So many lines a second are written at once; more of them wait, for so many milliseconds or bytes. */
const AT_ONCE = 250;
const WRITE_EVERY = 5;
const MOST_WAITING = 65_536;

/** A file that was opened for appending, and holds so many bytes. */
interface Target {
  readonly file: number;
  readonly path: string;
  size: number;
}

/**
 * The file that lines are appended to, one after the other. Where there is no room lines wait in memory, and are
 * tried again with the next ones.
 */
export class LineFile {
  #target: Target | null = null;
  /** Lines that are to be written. */
  #unsaved: Buffer[] = [];
  #problem: RedunError | null = null;
  /** Bytes of the lines that came since the last were written, and when that was. */
  #waiting = 0;
  #written = 0;
  #soon: NodeJS.Immediate | undefined;
  /** How many more lines are written at once, and since when they are counted. */
  #room = AT_ONCE;
  #since = 0;
  #unsyncedSince: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** How many lines are in memory alone. */
  get unsaved(): number {
    return this.#unsaved.length;
  }

  get unsavedBytes(): number {
    return this.#unsaved.reduce((sum, { length }) => sum + length, 0);
  }

  /** Why lines could not be written; null as long as all are. */
  get problem(): RedunError | null {
    return this.#problem;
  }

  /** Appends to another file from now on: the one before is synced and closed. */
  goOnIn(target: Target): void {
    const before = this.#target?.file;
    this.#target = target;
    this.#syncSoon();
    if (before !== undefined) fdatasync(before, () => closeSync(before));
  }

  /** Writes a line: now, or, where many come at once, in a moment. */
  add(bytes: Buffer, isUrgent: boolean): void {
    this.#unsaved.push(bytes);
    this.#waiting += bytes.length;
    if (isUrgent || this.#isDue()) this.save();
    else this.#soon ??= setImmediate(() => this.save());
    this.#syncSoon();
  }

  /** Writes what waits, as far as there is room. */
  save(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#waiting = 0;
    this.#written = performance.now();
    if (!this.#problem && this.#saved(this.#unsaved)) {
      this.#unsaved = [];
      return;
    }
    // Where there is no room for all of them there may be for the first ones.
    while (this.#unsaved.length > 0 && this.#saved(this.#unsaved.slice(0, 1))) {
      this.#unsaved.shift();
    }
  }

  /** Writes the last line before the others that wait. Returns whether there was room for it. */
  saveLast(): boolean {
    const last = this.#unsaved.slice(-1);
    const isSaved = this.#saved(last);
    if (isSaved) this.#unsaved.pop();
    return isSaved;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    if (this.#target) closeSync(this.#target.file);
  }

  /** Whether what waits is to be written now. Each write takes as long as making a job's record. */
  #isDue(): boolean {
    const now = performance.now();
    if (now - this.#since >= 1000) {
      this.#since = now;
      this.#room = AT_ONCE;
    }
    if (this.#room-- > 0) return true;
    return this.#waiting >= MOST_WAITING || now - this.#written >= WRITE_EVERY;
  }

  /** Writes lines, all of them or none. */
  #saved(lines: readonly Buffer[]): boolean {
    const { file, path, size } = this.#target!;
    try {
      const bytes = lines.length === 1 ? lines[0]! : Buffer.concat(lines);
      writeWhole(file, bytes);
      this.#target!.size += bytes.length;
      this.#problem = null;
      return true;
    } catch (error) {
      this.#problem = asUnwritable(error, path) as RedunError;
      // Half a line would be read as a damaged one.
      try {
        ftruncateSync(file, size);
      } catch {}
      return false;
    }
  }

  #syncSoon(): void {
    const now = performance.now();
    if (this.#unsyncedSince === null) {
      this.#unsyncedSince = now;
      this.#timer = setTimeout(() => this.#sync(), SYNC_EVERY).unref();
    } else if (now - this.#unsyncedSince >= SYNC_EVERY) {
      // The event loop has not turned: no timer comes.
      this.#sync();
    }
  }

  /** By one of Node's file threads, which needs no turn of the event loop to begin. */
  #sync(): void {
    clearTimeout(this.#timer);
    this.#unsyncedSince = null;
    if (this.#target) fdatasync(this.#target.file, () => {});
  }
}

/** All of it: a write may take less than it was given, above all where room runs out. */
export function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
