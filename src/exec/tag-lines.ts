import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { RedunError } from "../errors.ts";
import type { TagPair } from "../tag/tag.ts";
import { parseTagKeyValue } from "../tag/text.ts";

/** Tags of the job and of the execution, each as `key=value`. */
export interface SaidTags {
  readonly job: readonly string[];
  readonly execution: readonly string[];
}

/** What a program has written into the file that `REDUN_TAGS` names. */
export interface TagLines {
  /** Tags of the job and of the execution, each a `key=value` that can be read. */
  readonly job: readonly string[];
  readonly execution: readonly string[];
  /** Paths of outputs that it declares, as it wrote them. */
  readonly outputs: readonly string[];
  /** Lines that could not be taken, and why. */
  readonly bad: readonly { readonly line: number; readonly why: string }[];
}

/** Bytes of the file that are read; more than that is reported once. */
export const MAX_TAG_FILE = 2 * 1024 * 1024;

/**
 * Reads `REDUN_TAGS` piece by piece, while its program goes on: `key=value` is a tag of the job,
 * `execution key=value` one of the execution, `file PATH` an output. Blank lines, and those that begin
 * with `#`, say nothing. A line counts once its line feed is there, or at the end.
 */
export class TagLineReader {
  readonly #path: string;
  #at = 0;
  #line = 0;
  #rest = Buffer.alloc(0);
  /** Why nothing more is read, once that is so; and whether that was reported. */
  #over: string | null = null;
  #isTold = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** What is new since the last time; with `isEnd` a last line without a line feed too. */
  read(isEnd: boolean): TagLines {
    const job: string[] = [];
    const execution: string[] = [];
    const outputs: string[] = [];
    const bad: { line: number; why: string }[] = [];
    for (const text of this.#lines(isEnd)) {
      const line = ++this.#line;
      if (text.trim() === "" || text.startsWith("#")) continue;
      const path = /^file (.+)$/s.exec(text)?.[1];
      const ofExecution = /^execution (.+)$/s.exec(text)?.[1];
      try {
        if (path !== undefined) outputs.push(path);
        else if (ofExecution !== undefined) execution.push(checked(ofExecution));
        else job.push(checked(text));
      } catch (error) {
        if (!(error instanceof RedunError)) throw error;
        bad.push({ line, why: error.message });
      }
    }
    if (this.#over !== null && !this.#isTold) {
      this.#isTold = true;
      bad.push({ line: this.#line + 1, why: this.#over });
    }
    return { job, execution, outputs, bad };
  }

  #lines(isEnd: boolean): string[] {
    const all = Buffer.concat([this.#rest, this.#more()]);
    const end = isEnd && this.#over === null ? all.length : all.lastIndexOf(0x0a) + 1;
    this.#rest = all.subarray(end);
    const lines = all.subarray(0, end).toString().split("\n");
    if (lines.at(-1) === "") lines.pop();
    return lines.map((line) => line.replace(/\r$/, ""));
  }

  #more(): Buffer {
    if (this.#over !== null) return Buffer.alloc(0);
    let file: number;
    try {
      // A pipe that it put there would keep us waiting for a writer.
      file = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      // The program has removed it: then it says nothing more.
      return Buffer.alloc(0);
    }
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) {
        this.#over = "this is no longer a file; nothing more is read";
        return Buffer.alloc(0);
      }
      const { size } = stats;
      // It rewrote the file instead of appending to it.
      if (size < this.#at) this.#at = 0;
      const end = Math.min(size, MAX_TAG_FILE);
      const bytes = Buffer.alloc(Math.max(end - this.#at, 0));
      const count = readSync(file, bytes, 0, bytes.length, this.#at);
      this.#at += count;
      if (size > MAX_TAG_FILE) {
        this.#over = `more than ${MAX_TAG_FILE} bytes; the rest of the file is not read`;
      }
      return bytes.subarray(0, count);
    } finally {
      closeSync(file);
    }
  }
}

function checked(text: string): string {
  parseTagKeyValue(text, { valueRequired: true });
  return text;
}

/** The tags that such texts stand for. */
export function tagsIn(texts: readonly string[]): TagPair[] {
  return texts.map((text) => {
    const { key, value } = parseTagKeyValue(text, { valueRequired: true });
    return [key, value!];
  });
}
