import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { isRunning } from "../git/files/process-state.ts";
import type { RecordFile } from "./log.ts";

/**
 * The journal of a run that has not been committed yet: a file under the git directory that gets
 * a line the moment something happens. When the process dies, the next command commits it.
 * Lines are JSON; the records in them are canonical YAML.
 */
export type JournalLine =
  | { readonly begin: JournalOwner }
  | RecordLine
  /** The first so many lines, of those that hold records, have been committed. */
  | { readonly committed: number };

/** A line that holds something to commit. */
export type RecordLine =
  /** A whole record file: the execution, its outcome, a task, a value. */
  | { readonly file: RecordFile }
  /** One item of a jobs segment: a job that ended, the `index`th of those that began. */
  | { readonly job: string; readonly index: number }
  /** One item of the `tagged` list. */
  | { readonly tagged: string };

export interface JournalOwner {
  readonly execution: string;
  readonly started: string;
  /** Subject of the run's commit, without its status. */
  readonly title: string;
  readonly ref: string;
  readonly pid: number;
  readonly host: string;
}

const FOLDER = "redun/journal";
const SUFFIX = ".ndjson";

export class Journal {
  readonly #path: string;
  #file: number;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws RedunError REPOSITORY_UNWRITABLE */
  static create(commonDir: string, owner: Omit<JournalOwner, "pid" | "host">): Journal {
    const folder = join(commonDir, FOLDER);
    const path = join(folder, `${owner.execution}${SUFFIX}`);
    try {
      mkdirSync(folder, { recursive: true });
      const journal = new Journal(path, openSync(path, "wx"));
      journal.write({ begin: { ...owner, pid: process.pid, host: hostname() } });
      return journal;
    } catch (error) {
      throw new RedunError(
        "REPOSITORY_UNWRITABLE",
        `The run cannot be recorded: ${(error as Error).message}`,
        "redun-git needs to write under the git directory. Nothing was run.",
        { cause: error },
      );
    }
  }

  /** The line is with the operating system when this returns: it outlives a killed process. */
  write(...lines: readonly JournalLine[]): void {
    writeSync(this.#file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  /** Forgets the journal: its run has been committed. */
  remove(): void {
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }
}

/** A journal as it was found on disk. */
export interface FoundJournal {
  readonly path: string;
  readonly owner: JournalOwner;
  readonly lines: readonly JournalLine[];
}

/** Every journal of the repository, of living and of dead runs. Unreadable ones are left out. */
export function findJournals(commonDir: string): FoundJournal[] {
  return namesIn(join(commonDir, FOLDER))
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => readJournal(join(commonDir, FOLDER, name)) ?? []);
}

/** Whether the process that wrote a journal still runs; true where that cannot be known. */
export function isAlive(owner: JournalOwner): boolean {
  return owner.host !== hostname() || isRunning(owner.pid);
}

/** Whether another process is recovering a journal right now. */
export function isClaimed({ path }: FoundJournal): boolean {
  const [, claimer] = /\.(\d+)\.ndjson$/.exec(path) ?? [];
  return claimer !== undefined && isRunning(Number(claimer));
}

/**
 * Takes a dead run's journal for recovery; false when another process was faster. A rename is
 * atomic, so exactly one process gets it.
 */
export function claim(journal: FoundJournal): FoundJournal | null {
  const path = `${journal.path.slice(0, -SUFFIX.length)}.${process.pid}${SUFFIX}`;
  try {
    renameSync(journal.path, path);
  } catch {
    return null;
  }
  return readJournal(path);
}

function readJournal(path: string): FoundJournal | null {
  try {
    const lines = readFileSync(path, "utf8")
      .split("\n")
      // The line that was being written when the process died has no end.
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalLine);
    const first = lines[0];
    return first && "begin" in first ? { path, owner: first.begin, lines: lines.slice(1) } : null;
  } catch {
    return null;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
