import {
  closeSync,
  fdatasync,
  fsync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { thisProcess } from "../git/files/owner.ts";
import { makeFolder, share } from "../git/files/sharing.ts";
import { asUnwritable } from "../git/files/system-errors.ts";
import {
  type BeforeLines,
  type BegunLine,
  encodeLine,
  HEAD_LINES,
  JOURNAL_VERSION,
  type JournalHead,
  type RecordLine,
  SEGMENT_LIMITS,
} from "./journal-lines.ts";
import type { PendingRun } from "./pending.ts";

/** Below the common git directory. */
export const JOURNAL_FOLDER = "redun/journal";

/** A file of a run that goes on, or whose process died; and of one that gave up committing it. */
export const SUFFIX = ".journal";
export const LEFT_SUFFIX = ".left";

/** A file that keeps room for the word of a run's end, on a disk that fills up. */
export function reservePath(folder: string, execution: string): string {
  return join(folder, `${execution}.reserve`);
}

/** The longest reason that a run gives takes less, in bytes. */
const RESERVE = 65_536;

type Head = Omit<JournalHead, "before" | "version">;

/** What a power cut may cost, in milliseconds. */
const SYNC_EVERY = 1000;

/** So many lines a second are written at once; more of them wait, for so many milliseconds or bytes. */
const AT_ONCE = 250;
const WRITE_EVERY = 5;
const MOST_WAITING = 65_536;

/**
 * The journal of a run that has not been committed yet: it gets a line the moment something
 * happens, and when the process dies, the next command commits it.
 *
 * Its files are `<execution>.<number of its first line>.journal`. A checkpoint begins a new one,
 * and deletes the earlier ones when what they hold has been committed. A crash between the two is
 * harmless: the records of a file are always made into the same segments, which a second commit
 * adds nothing to.
 */
export class Journal {
  /** Where its files are. */
  readonly folder: string;
  readonly #head: Head;
  #file: number;
  #paths: string[] = [];
  #lineCount = 0;
  /** Bytes of the current file that are whole lines. */
  #size = 0;
  /** Lines that are to be written, or that the disk had no room for: they are tried again with the next ones. */
  #unsaved: Buffer[] = [];
  /** Bytes of those that came since the last were written, and when that was. */
  #waiting = 0;
  #written = 0;
  #soon: NodeJS.Immediate | undefined;
  /** How many more lines are written at once, and since when they are counted. */
  #room = AT_ONCE;
  #since = 0;
  #problem: RedunError | null = null;
  /** The last line is written, and others are not that come before it. */
  #isOver = false;
  #unsyncedSince: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @throws RedunError REPOSITORY_UNWRITABLE
   */
  static create(
    commonDir: string,
    head: Omit<Head, "owner" | "segment">,
    segment = SEGMENT_LIMITS,
  ): Journal {
    const folder = join(commonDir, JOURNAL_FOLDER);
    try {
      makeFolder(folder);
      const journal = new Journal(folder, { ...head, segment, owner: thisProcess() });
      journal.#file = journal.#begin({ jobs: 0, lastEnd: null });
      journal.#reserve();
      return journal;
    } catch (error) {
      const { message } = asUnwritable(error, folder) as Error;
      throw new RedunError(
        "REPOSITORY_UNWRITABLE",
        `The run cannot be recorded: ${message}`,
        "redun-git needs to write under the git directory. Nothing was run.",
        { cause: error },
      );
    }
  }

  private constructor(folder: string, head: Head) {
    this.folder = folder;
    this.#head = head;
    this.#file = -1;
  }

  /** How many lines are in memory alone, because they could not be written. */
  get unsaved(): number {
    return this.#unsaved.length;
  }

  /** Why lines could not be written; null as long as all are. */
  get problem(): RedunError | null {
    return this.#problem;
  }

  /**
   * The line is with the operating system when this returns, so that it outlives a killed process; where
   * hundreds come in a second, a few milliseconds later, or when the event loop turns. It is with the disk a
   * second later, so that it outlives a power cut. Where there is no room it waits in memory: the run goes on.
   * See `problem`.
   */
  write(line: RecordLine | BegunLine): void {
    this.#add(line);
    if ("begun" in line || this.#isDue()) this.#save();
    else this.#soon ??= setImmediate(() => this.#save());
    this.#syncSoon();
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

  #add(line: RecordLine | BegunLine): void {
    const bytes = encodeLine(this.#lineCount++, line);
    this.#unsaved.push(bytes);
    this.#waiting += bytes.length;
  }

  /**
   * As `write`, of the last line. Where there is no room, that which was kept for it is given up: how
   * a run ended is known even if some of its jobs are not. It cannot be followed by those.
   */
  writeEnd(line: RecordLine): void {
    this.#add(line);
    this.#save();
    this.#syncSoon();
    this.#release();
    const bytes = this.#unsaved.reduce((sum, { length }) => sum + length, 0);
    if (bytes <= RESERVE / 2) this.#save();
    const end = this.#unsaved.pop();
    if (!end) return;
    const before = this.#unsaved;
    this.#unsaved = [end];
    this.#save();
    this.#isOver = this.#unsaved.length === 0;
    this.#unsaved = [...before, ...this.#unsaved];
  }

  /**
   * Begins a new file. What the earlier ones hold is about to be committed: call `trim` when it has
   * been.
   * @throws RedunError REPOSITORY_UNWRITABLE; the old file goes on then
   */
  rotate(pending: Pick<PendingRun, "before">): void {
    this.#save();
    if (this.#problem) throw this.#problem;
    const before = this.#file;
    try {
      this.#file = this.#begin(pending.before);
    } catch (error) {
      throw asUnwritable(error, this.folder);
    }
    fdatasync(before, () => closeSync(before));
  }

  /** Deletes all files but the current one: what they hold has been committed. */
  trim(): void {
    for (const path of this.#paths.splice(0, this.#paths.length - 1)) removeIfPossible(path);
  }

  /** Forgets the journal: its run has been committed. */
  remove(): void {
    this.#release();
    this.#close();
    // The oldest first: without it the others know that what it held has been committed.
    for (const path of this.#paths) removeIfPossible(path);
  }

  /**
   * The run has ended and could not be committed: the next command may, while this process lives.
   * Returns how many lines could not be written and are lost.
   */
  leave(): number {
    if (!this.#isOver) this.#save();
    this.#release();
    this.#close();
    for (const path of this.#paths) {
      try {
        renameSync(path, path.slice(0, -SUFFIX.length) + LEFT_SUFFIX);
      } catch {
        // It waits until this process has ended.
      }
    }
    return this.#unsaved.length;
  }

  /** Makes the next file, with its head; there is none if this fails. Returns its descriptor. */
  #begin(before: BeforeLines): number {
    const name = `${this.#head.execution}.${this.#lineCount}${SUFFIX}`;
    const path = join(this.folder, name);
    const file = openSync(path, "ax");
    const line = { begin: { version: JOURNAL_VERSION, ...this.#head, before } };
    const lines = Array.from({ length: HEAD_LINES }, (_, n) =>
      encodeLine(this.#lineCount + n, line),
    );
    const bytes = Buffer.concat(lines);
    try {
      share(path);
      writeWhole(file, bytes);
    } catch (error) {
      closeSync(file);
      rmSync(path, { force: true });
      throw error;
    }
    this.#paths.push(path);
    this.#lineCount += HEAD_LINES;
    this.#size = bytes.length;
    this.#syncSoon();
    syncFolder(this.folder);
    return file;
  }

  #reserve(): void {
    const path = reservePath(this.folder, this.#head.execution);
    try {
      writeFileSync(path, Buffer.alloc(RESERVE, "reserve "));
      share(path);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #release(): void {
    removeIfPossible(reservePath(this.folder, this.#head.execution));
  }

  #save(): void {
    clearImmediate(this.#soon);
    this.#soon = undefined;
    this.#waiting = 0;
    this.#written = performance.now();
    if (!this.#problem && this.#saved(this.#unsaved)) {
      this.#unsaved = [];
      return;
    }
    // Where there is no room for all of them there may be for the first ones.
    while (this.#unsaved.length > 0 && this.#saved(this.#unsaved.slice(0, 1)))
      this.#unsaved.shift();
  }

  /** Writes lines, all of them or none. */
  #saved(lines: readonly Buffer[]): boolean {
    try {
      const bytes = lines.length === 1 ? lines[0]! : Buffer.concat(lines);
      writeWhole(this.#file, bytes);
      this.#size += bytes.length;
      this.#problem = null;
      return true;
    } catch (error) {
      this.#problem = asUnwritable(error, this.#paths.at(-1)!) as RedunError;
      // Half a line would be read as a damaged one.
      try {
        ftruncateSync(this.#file, this.#size);
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
    fdatasync(this.#file, () => {});
  }

  #close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    closeSync(this.#file);
  }
}

/** What stays of a journal is found to be committed by the next command that can delete it. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** All of it: a write may take less than it was given, above all where room runs out. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** A new name is on disk when its folder is. Where folders cannot be synced (Windows) it is left. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    fsync(folder, () => closeSync(folder));
  } catch {}
}
