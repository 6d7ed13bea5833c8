import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Owner } from "../git/files/owner.ts";
import type { CodeFile } from "../record/records.ts";
import type { RecordFile } from "./log.ts";

/**
 * How the lines of a journal stand in its file:
 *
 *     RS number blank length blank checksum blank JSON LF
 *
 * RS is the byte 1E, which JSON never holds, so that a damaged line is lost by itself: the next RS
 * begins the next one. Lines are numbered through all files of a run's journal; a gap tells how many
 * are lost. The length is that of the JSON in bytes, the checksum its CRC-32 and that of the number.
 */
export type JournalLine = { readonly begin: JournalHead } | BegunLine | RecordLine;

/**
 * The version of what a journal's files hold. It is raised when an older redun-git would make something
 * else of one, and not for a line that this one can do without. Heads without one are of version 1.
 */
export const JOURNAL_VERSION = 1;

/**
 * What every file of a journal begins with, twice: without it nothing else is of use. Of a version
 * that is not known no other field may be believed.
 */
export interface JournalHead {
  readonly version?: number;
  readonly execution: string;
  readonly started: string;
  /** Subject of the run's commit, without its status. */
  readonly title: string;
  readonly ref: string;
  /** The execution's record. */
  readonly record: string;
  readonly before: BeforeLines;
  /** Where its segments end, so that recovery makes the same ones. */
  readonly segment: SegmentLimits;
  readonly owner: Owner;
}

/** What earlier files of a journal hold that is not committed with them. */
export interface BeforeLines {
  /** How many jobs, and when the last one began or ended. */
  readonly jobs: number;
  readonly lastEnd: string | null;
  /** As in the line of that name. */
  readonly modules?: readonly CodeFile[];
}

/** How much goes into one segment. One item alone may be more. */
export interface SegmentLimits {
  readonly items: number;
  readonly bytes: number;
}

/** Far below what readers refuse, and quick to read. */
export const SEGMENT_LIMITS: SegmentLimits = { items: 5000, bytes: 4_000_000 };

/** A line that holds something to commit. */
export type RecordLine =
  /** A whole record file: the outcome, a task, a value. */
  | { readonly file: RecordFile }
  /** One item of a jobs segment: a job that ended, the `index`th of those that began. */
  | { readonly job: string; readonly index: number }
  /** One item of the `tagged` list. */
  | { readonly tagged: string }
  /** Files that were loaded as modules, for the outcome. */
  | { readonly modules: readonly CodeFile[] };

/** Whether a line holds something to commit. A newer redun-git may write others. */
export function isRecordLine(line: object): line is RecordLine {
  return "file" in line || "job" in line || "tagged" in line || "modules" in line;
}

/**
 * A job that has begun, as an item of a jobs segment: recovery commits it if nothing tells of its
 * end. A later one of the same index takes its place.
 */
export interface BegunLine {
  readonly begun: string;
  readonly index: number;
}

/** In the place of lines that cannot be read. */
export interface LostLines {
  readonly lost: number;
}

/** How many lines a file begins with that are its head. */
export const HEAD_LINES = 2;

/** A line as it stands in the file. */
export function encodeLine(number: number, line: JournalLine): Buffer {
  const json = JSON.stringify(line);
  const length = Buffer.byteLength(json);
  const end = MAX_HEAD + length;
  const bytes = Buffer.allocUnsafe(end + 1);
  bytes.write(json, MAX_HEAD);
  bytes[end] = LF;
  const head = `${RS_TEXT}${number} ${length} ${checksum(number, bytes.subarray(MAX_HEAD, end))} `;
  bytes.write(head, MAX_HEAD - head.length);
  return bytes.subarray(MAX_HEAD - head.length);
}

/**
 * The lines of a file, a piece of the file in memory at a time, and how many are lost where some
 * are. `first` is the number of the first. A line that was being written when its process died is
 * lost like a damaged one. Memory: the longest line.
 */
export function* readLines(path: string, first: number): Generator<JournalLine | LostLines> {
  let expected = first;
  let torn = false;
  for (const piece of piecesOf(path)) {
    const frame = decode(piece);
    torn = frame === null || frame.isFollowed;
    if (frame === null || frame.number < expected) continue;
    const lost = frame.number - Math.max(expected, first + HEAD_LINES);
    if (lost > 0) yield { lost };
    expected = frame.number + 1;
    yield frame.line;
  }
  if (torn) yield { lost: 1 };
}

/** The last line that can be read near the end of a file, within so many bytes. */
export function lastLine(bytes: Buffer): JournalLine | undefined {
  for (let end = bytes.length; end > 0; ) {
    const start = bytes.lastIndexOf(RS, end - 1);
    if (start < 0) return undefined;
    const frame = decode(bytes.subarray(start, end));
    if (frame) return frame.line;
    end = start;
  }
  return undefined;
}

interface Frame {
  readonly number: number;
  readonly line: JournalLine;
  /** Something follows it that is not a line. */
  readonly isFollowed: boolean;
}

function decode(piece: Buffer): Frame | null {
  const [head, number, length, sum] =
    /^\x1e(\d{1,15}) (\d{1,10}) ([0-9a-f]{8}) /.exec(piece.toString("latin1", 0, 40)) ?? [];
  if (head === undefined) return null;
  const json = piece.subarray(head.length, head.length + Number(length));
  if (json.length !== Number(length) || checksum(Number(number), json) !== sum) return null;
  const isFollowed = piece.length > head.length + json.length + 1;
  return { number: Number(number), line: JSON.parse(json.toString("utf8")), isFollowed };
}

function checksum(number: number, json: Buffer): string {
  return crc32(json, crc32(String(number)))
    .toString(16)
    .padStart(8, "0");
}

const RS = 0x1e;
const RS_TEXT = "\x1e";
const LF = 0x0a;
/** Bytes that stand before a line's JSON, at most: two numbers and a checksum. */
const MAX_HEAD = 48;
const CHUNK = 1 << 20;
/** No line of ours is longer: JSON of a record of 64 MiB. What damage made longer is not kept. */
const MAX_PIECE = 1 << 29;

/** A file from each RS to the next. What stands before the first is nothing of ours. */
function* piecesOf(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    let parts: Buffer[] | null = null;
    let size = 0;
    const chunkSize = Math.min(Math.max(fstatSync(file).size, 1), CHUNK);
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkSize);
      const bytes = chunk.subarray(0, readSync(file, chunk));
      if (bytes.length === 0) break;
      let at = 0;
      for (let next = bytes.indexOf(RS); next >= 0; next = bytes.indexOf(RS, next + 1)) {
        if (parts) yield joined(parts, bytes.subarray(at, next));
        parts = [];
        size = 0;
        at = next;
      }
      const rest = bytes.subarray(at);
      size += rest.length;
      if (size <= MAX_PIECE) parts?.push(rest);
    }
    if (parts) yield joined(parts, Buffer.alloc(0));
  } finally {
    closeSync(file);
  }
}

function joined(parts: readonly Buffer[], last: Buffer): Buffer {
  return parts.length === 0 ? last : Buffer.concat([...parts, last]);
}
