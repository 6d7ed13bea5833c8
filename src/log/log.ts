import { isUtf8 } from "node:buffer";
import type { GitBackend, Oid } from "../git/backend.ts";
import { formatFile, readFormat } from "./format.ts";
import { whileContended } from "./retry.ts";

/** A record file as text. */
export interface RecordFile {
  readonly path: string;
  readonly text: string;
}

/** What an append did: the ref went from `before` to `after`. */
export interface Appended {
  readonly before: Oid | null;
  readonly after: Oid;
}

/** One log: a set of immutable record files on a git ref. */
export class Log {
  readonly backend: GitBackend;
  readonly ref: string;
  /** A commit whose format is known to be one that we write. */
  #checked: Oid | null;

  /** `checked` is a commit of the log whose format the caller has seen. */
  constructor(backend: GitBackend, ref: string, checked: Oid | null = null) {
    this.backend = backend;
    this.ref = ref;
    this.#checked = checked;
  }

  /** The newest commit of the log, or null while nothing has been recorded. */
  tip(): Promise<Oid | null> {
    return this.backend.resolve(this.ref);
  }

  /**
   * Adds record files as one commit on top of whatever the log holds by then.
   * @throws RedunError FORMAT_TOO_NEW, REPOSITORY_UNWRITABLE, REF_BUSY
   */
  async append(files: readonly RecordFile[], message: string): Promise<Appended> {
    const bytes = files.map(({ path, text }) => ({ path, bytes: Buffer.from(text, "utf8") }));
    return whileContended(async () => {
      const before = await this.tip();
      const isLog = before !== null && (await this.#checkFormat(before));
      const after = await this.backend.append({
        ref: this.ref,
        expected: before,
        files: isLog ? bytes : [...bytes, formatFile()],
        message,
      });
      this.#checked = after;
      return { before, after };
    });
  }

  /**
   * The text of record files, in the order asked for. Bytes that are not UTF-8 come out as an
   * empty text, which is no record.
   * @throws RedunError OBJECT_MISSING
   */
  async *read(
    oids: Iterable<Oid> | AsyncIterable<Oid>,
  ): AsyncGenerator<{ oid: Oid; text: string }> {
    for await (const { oid, bytes } of this.backend.read(oids)) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      yield { oid, text: isUtf8(text) ? text.toString("utf8") : "" };
    }
  }

  /**
   * A log that a newer version has written to must not be mixed with records of this one.
   * @returns false where there is a tree without our format file: a branch that becomes a log
   */
  async #checkFormat(tip: Oid): Promise<boolean> {
    if (this.#checked === tip) return true;
    const isLog = (await readFormat(this.backend, tip, this.ref)) !== null;
    if (isLog) this.#checked = tip;
    return isLog;
  }
}
