import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Fate, fateOf } from "../git/files/owner.ts";
import { isRunning } from "../git/files/process-state.ts";
import { hasCode } from "../git/files/system-errors.ts";
import { JOURNAL_FOLDER, LEFT_SUFFIX } from "./journal.ts";
import {
  HEAD_LINES,
  JOURNAL_VERSION,
  type JournalHead,
  type JournalLine,
  type LostLines,
  lastLine,
  readLines,
} from "./journal-lines.ts";
import { OLD_NAME, readOldHead, readOldLines } from "./journal-old.ts";

/** A run that has a journal: it goes on, or it has ended and is not (wholly) in its log. */
export interface JournaledRun {
  readonly execution: string;
  /** null where the journal is too damaged to say what it is of, or `newer`. */
  readonly head: JournalHead | null;
  /** The version of a journal that a newer redun-git wrote, which this one cannot read. */
  readonly newer: number | null;
  readonly files: readonly JournalFile[];
  readonly fate: Fate;
  /** When something was last written to it. */
  readonly written: Date;
  readonly bytes: number;
}

interface JournalFile {
  readonly path: string;
  /** Number of its first line; null in the old format. */
  readonly first: number | null;
}

/**
 * Every run of the repository that has a journal, by execution. Reads the beginning of each only,
 * however large it is.
 */
export function journaledRuns(commonDir: string): JournaledRun[] {
  const byExecution = new Map<string, JournalFile[]>();
  for (const [execution, file] of journalFiles(commonDir)) {
    byExecution.set(execution, [...(byExecution.get(execution) ?? []), file]);
  }
  return [...byExecution].flatMap(([execution, files]) => described(execution, files) ?? []);
}

/** The run of an execution, if it has a journal. */
export function journaledRun(commonDir: string, execution: string): JournaledRun | undefined {
  const files = journalFiles(commonDir).flatMap(([id, file]) => (id === execution ? file : []));
  return files.length > 0 ? described(execution, files) : undefined;
}

/** What a file of a journal holds. Numbers tell of jobs that its log has, and of lost lines. */
export function contentOf({
  path,
  first,
}: JournalFile): Iterable<JournalLine | LostLines | { readonly committedJobs: number }> {
  return first === null ? readOldLines(path) : readLines(path, first);
}

/** What was written last, of a run of which somebody wants to know no more. */
export function lastWritten({ files }: JournaledRun): JournalLine | undefined {
  const path = files.at(-1)!.path;
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return lastLine(bytes);
  } finally {
    closeSync(file);
  }
}

/** An outcome takes less, with a long reason too. */
const TAIL = 65_536;

const NAME = /^([0-9a-f]{40,64})\.(\d{1,15})(\.journal|\.left)$/;

/** In the order in which they were written. */
function journalFiles(commonDir: string): [execution: string, file: JournalFile][] {
  const folder = join(commonDir, JOURNAL_FOLDER);
  return namesIn(folder)
    .flatMap((name): [string, JournalFile][] => {
      const [, execution, first] = NAME.exec(name) ?? [];
      const [, old] = OLD_NAME.exec(name) ?? [];
      const path = join(folder, name);
      if (execution !== undefined) return [[execution, { path, first: Number(first) }]];
      return old === undefined ? [] : [[old, { path, first: null }]];
    })
    .sort(([, a], [, b]) => (a.first ?? 0) - (b.first ?? 0));
}

function described(execution: string, files: readonly JournalFile[]): JournaledRun | undefined {
  const stats = files.flatMap(({ path }) => statSync(path, { throwIfNoEntry: false }) ?? []);
  const bytes = stats.reduce((sum, { size }) => sum + size, 0);
  // It is being begun, or deleted.
  if (stats.length < files.length || bytes === 0) return undefined;
  const written = new Date(Math.max(...stats.map(({ mtimeMs }) => mtimeMs)));
  try {
    const found = headOf(files);
    const newer = newerVersion(found);
    const head = newer === null ? found : null;
    const fate = newer === null ? fateOfRun(files, head) : newerFate(newer);
    return { execution, head, newer, files, fate, written, bytes };
  } catch (error) {
    // It was deleted just now, or is another user's.
    if (hasCode(error, "ENOENT")) return undefined;
    const fate: Fate = { state: "unknown", why: `it cannot be read: ${(error as Error).message}` };
    return { execution, head: null, newer: null, files, fate, written, bytes };
  }
}

function headOf(files: readonly JournalFile[]): JournalHead | null {
  for (const { path, first } of files) {
    const head = first === null ? readOldHead(path) : readHead(path, first);
    if (head) return head;
  }
  return null;
}

function readHead(path: string, first: number): JournalHead | null {
  let tries = 0;
  for (const line of readLines(path, first)) {
    if ("begin" in line) return line.begin;
    if (++tries > HEAD_LINES) return null;
  }
  return null;
}

function newerVersion(head: JournalHead | null): number | null {
  const { version = JOURNAL_VERSION } = head ?? {};
  return version > JOURNAL_VERSION ? version : null;
}

function newerFate(version: number): Fate {
  return { state: "unknown", why: `a newer redun-git wrote its journal (version ${version})` };
}

function fateOfRun(files: readonly JournalFile[], head: JournalHead | null): Fate {
  if (files.some(({ path }) => path.endsWith(LEFT_SUFFIX))) {
    return { state: "dead", why: "its run has ended" };
  }
  if (!head) return { state: "unknown", why: "its beginning is damaged" };
  const { owner } = head;
  if (files[0]!.first !== null) return fateOf(owner);
  // The old format knew of no boots, and of no containers.
  if (owner.host !== hostname()) return fateOf(owner);
  return isRunning(owner.pid)
    ? { state: "unknown", why: `process ${owner.pid} runs, and may be another one by now` }
    : { state: "dead", why: `process ${owner.pid} has ended` };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return [];
    throw error;
  }
}
