import { closeSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { parsePath } from "../record/layout.ts";
import {
  type JournalHead,
  type LostLines,
  type RecordLine,
  SEGMENT_LIMITS,
} from "./journal-lines.ts";

/**
 * The journals of redun-git 0.1.0: `<execution>.ndjson`, with the ids of processes that tried to
 * recover it after the execution. A line was JSON and nothing else; `committed` lines told how many
 * of the others a checkpoint had committed.
 */
export const OLD_NAME = /^([0-9a-f]{40,64})(?:\.\d+)*\.ndjson$/;

type OldLine =
  | { readonly begin: OldHead }
  | RecordLine
  /** The first so many lines, of those that hold records, have been committed. */
  | { readonly committed: number };

interface OldHead extends Omit<JournalHead, "record" | "before" | "owner" | "segment"> {
  readonly pid: number;
  readonly host: string;
}

/** The head of such a journal, or null where it cannot be read. Its owner has no boot, no start. */
export function readOldHead(path: string): JournalHead | null {
  let head: OldHead | undefined;
  for (const line of linesOf(path)) {
    if (line === null) continue;
    if ("begin" in line) head = line.begin;
    if (!head || !("file" in line) || parsePath(line.file.path)?.kind !== "execution") continue;
    const { execution, started, title, ref, pid, host } = head;
    const owner = { host, machine: "", boot: "", namespace: "", pid, started: "" };
    const before = { jobs: 0, lastEnd: null };
    const record = line.file.text;
    return { execution, started, title, ref, record, before, segment: SEGMENT_LIMITS, owner };
  }
  return null;
}

/** How many jobs the log has of it, and what it has not. */
export function* readOldLines(
  path: string,
): Generator<RecordLine | LostLines | { readonly committedJobs: number }> {
  let committed = 0;
  for (const line of linesOf(path)) if (line && "committed" in line) committed = line.committed;
  let count = 0;
  let committedJobs = 0;
  for (const line of linesOf(path)) {
    if (line && ("begin" in line || "committed" in line)) continue;
    if (count++ < committed) {
      if (line && "job" in line) committedJobs++;
      if (count === committed) yield { committedJobs };
    } else yield line ?? { lost: 1 };
  }
}

/** Each line; null for one that cannot be read, as is one that was being written at the end. */
function* linesOf(path: string): Generator<OldLine | null> {
  const file = openSync(path, "r");
  const decoder = new StringDecoder("utf8");
  const chunk = Buffer.allocUnsafe(1 << 20);
  try {
    let rest = "";
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split("\n");
      rest = lines.pop()!;
      for (const line of lines) yield parsed(line);
    }
    if (rest !== "") yield null;
  } finally {
    closeSync(file);
  }
}

function parsed(line: string): OldLine | null {
  try {
    const value = JSON.parse(line) as OldLine | null;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
