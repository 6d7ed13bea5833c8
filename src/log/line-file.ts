import { closeSync, fdatasync, ftruncateSync, writeSync } from "node:fs";
import type { RedunError } from "../errors.ts";
import { asUnwritable } from "../git/files/system-errors.ts";

/** What a power cut may cost, in milliseconds. */
const SYNC_EVERY = 1000;

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

  /** Writes a line, and those that wait. */
  add(bytes: Buffer): void {
    this.#unsaved.push(bytes);
    this.save();
    this.#syncSoon();
  }

  /** Writes what waits, as far as there is room. */
  save(): void {
    while (this.#unsaved.length > 0 && this.#saved(this.#unsaved[0]!)) this.#unsaved.shift();
  }

  /** Writes the last line before the others that wait. Returns whether there was room for it. */
  saveLast(): boolean {
    const last = this.#unsaved.at(-1);
    if (!last || !this.#saved(last)) return false;
    this.#unsaved.pop();
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#target) closeSync(this.#target.file);
  }

  /** Writes a whole line, or nothing of it. */
  #saved(bytes: Buffer): boolean {
    const { file, path, size } = this.#target!;
    try {
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
