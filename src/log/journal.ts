import { closeSync, fsync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
import { LineFile, writeWhole } from "./line-file.ts";
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
  readonly #lines = new LineFile();
  #paths: string[] = [];
  #lineCount = 0;
  /** The last line is written, and others are not that come before it. */
  #isOver = false;

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
      journal.#begin({ jobs: 0, lastEnd: null });
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
  }

  /** How many lines are in memory alone, because they could not be written. */
  get unsaved(): number {
    return this.#lines.unsaved;
  }

  /** Why lines could not be written; null as long as all are. */
  get problem(): RedunError | null {
    return this.#lines.problem;
  }

  /**
   * The line is with the operating system when this returns, so that it outlives a killed process,
   * and with the disk a second later, so that it outlives a power cut. Where there is no room it
   * waits in memory: the run goes on. See `problem`.
   */
  write(line: RecordLine | BegunLine): void {
    this.#lines.add(encodeLine(this.#lineCount++, line));
  }

  /**
   * As `write`, of the last line. Where there is no room, that which was kept for it is given up: how
   * a run ended is known even if some of its jobs are not. It cannot be followed by those.
   */
  writeEnd(line: RecordLine): void {
    this.#lines.add(encodeLine(this.#lineCount++, line));
    this.#release();
    if (this.#lines.unsavedBytes <= RESERVE / 2) this.#lines.save();
    this.#isOver = this.#lines.saveLast();
  }

  /**
   * Begins a new file. What the earlier ones hold is about to be committed: call `trim` when it has
   * been.
   * @throws RedunError REPOSITORY_UNWRITABLE; the old file goes on then
   */
  rotate(pending: Pick<PendingRun, "before">): void {
    this.#lines.save();
    if (this.problem) throw this.problem;
    try {
      this.#begin(pending.before);
    } catch (error) {
      throw asUnwritable(error, this.folder);
    }
  }

  /** Deletes all files but the current one: what they hold has been committed. */
  trim(): void {
    for (const path of this.#paths.splice(0, this.#paths.length - 1)) removeIfPossible(path);
  }

  /** Forgets the journal: its run has been committed. */
  remove(): void {
    this.#release();
    this.#lines.close();
    // The oldest first: without it the others know that what it held has been committed.
    for (const path of this.#paths) removeIfPossible(path);
  }

  /**
   * The run has ended and could not be committed: the next command may, while this process lives.
   * Returns how many lines could not be written and are lost.
   */
  leave(): number {
    if (!this.#isOver) this.#lines.save();
    this.#release();
    this.#lines.close();
    for (const path of this.#paths) {
      try {
        renameSync(path, path.slice(0, -SUFFIX.length) + LEFT_SUFFIX);
      } catch {
        // It waits until this process has ended.
      }
    }
    return this.#lines.unsaved;
  }

  /** Makes the next file, with its head; there is none if this fails. */
  #begin(before: BeforeLines): void {
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
    this.#lines.goOnIn({ file, path, size: bytes.length });
    syncFolder(this.folder);
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
}

/** What stays of a journal is found to be committed by the next command that can delete it. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** A new name is on disk when its folder is. Where folders cannot be synced (Windows) it is left. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    fsync(folder, () => closeSync(folder));
  } catch {}
}
