import { isUtf8 } from "node:buffer";
import { RedunError } from "../errors.ts";
import type { GitBackend, NewFile, Oid } from "../git/backend.ts";
import { loadConfig } from "../git/files/config.ts";
import type { JobFacts } from "../record/job-facts.ts";
import { parsePath } from "../record/layout.ts";
import { type EntityTags, PLAIN_FORMAT } from "../record/records.ts";
import {
  assertFewTags,
  MAX_RECORD_BYTES,
  MAX_RECORD_TAGS,
  MAX_WRITTEN_BYTES,
} from "../record/size.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { noteBegun } from "./begun.ts";
import { formatFile, notALog, readFormat } from "./format.ts";
import { assertNotMirrored } from "./mirror.ts";
import { type OnWait, whileContended } from "./retry.ts";
import { readTombstones } from "./tombstones.ts";
import { assertWritable } from "./writable.ts";

/** A record file as text. */
export interface RecordFile {
  readonly path: string;
  readonly text: string;
  /** What a segment says, where whoever wrote it knows that: an index need not read it. */
  readonly segment?: SegmentFacts;
}

/** What an index keeps of a segment. */
export interface SegmentFacts {
  readonly execution: string;
  readonly jobs: readonly JobFacts[];
  readonly tagged: readonly EntityTags[];
}

/** What an append did: the ref went from `before` to `after`. */
export interface Appended {
  readonly before: Oid | null;
  readonly after: Oid;
  /** Some of the files were not written as they were given: tombstones cover them. */
  readonly isRedacted?: true;
}

/** One log: a set of immutable record files on a git ref. */
export class Log {
  readonly backend: GitBackend;
  readonly ref: string;
  /** A commit whose format is known to be the plain one: it has no tombstones. */
  #checked: Oid | null;
  #isKept = false;
  /** Called when an append has to wait for a lock. */
  onWait: OnWait | undefined;

  /** `checked` is a commit of the log that the caller has seen to be of the plain format. */
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
   * Makes sure that the ref holds a log, or nothing yet.
   * @throws RedunError NOT_A_LOG, FORMAT_TOO_NEW, BAD_RECORD
   */
  async assertLog(): Promise<void> {
    const tip = await this.tip();
    if (tip !== null) await this.#isBegun(tip);
  }

  /**
   * Makes sure that records can be added, for those who have work to do before they add some.
   * @throws RedunError BAD_REF, NOT_A_LOG, FORMAT_TOO_NEW, BAD_RECORD
   */
  async assertWritable(): Promise<void> {
    this.assertKept();
    await this.assertMovable();
  }

  /**
   * Makes sure that no `git fetch` will take away what is added.
   * @throws RedunError BAD_REF
   */
  assertKept(): void {
    if (!this.#isKept) assertNotMirrored(loadConfig(this.backend.repository), this.ref);
    this.#isKept = true;
  }

  /**
   * Makes sure that the ref may move to a log that holds more.
   * @throws RedunError BAD_REF, NOT_A_LOG, FORMAT_TOO_NEW, BAD_RECORD
   */
  async assertMovable(): Promise<void> {
    const tip = await this.tip();
    await assertWritable(this.backend, this.ref, tip);
    if (tip !== null) await this.#isBegun(tip);
  }

  /**
   * Adds record files as one commit on top of whatever the log holds by then. A lock that stays is
   * waited for ten seconds, unless `patienceInMs` says otherwise.
   * @throws RedunError BAD_REF, NOT_A_LOG, FORMAT_TOO_NEW, REPOSITORY_UNWRITABLE, REF_BUSY
   */
  async append(
    files: readonly RecordFile[],
    message: string,
    patienceInMs?: number,
  ): Promise<Appended> {
    const bytes = files.map(({ path, text }) => ({ path, bytes: Buffer.from(text, "utf8") }));
    for (const file of bytes) await assertReadable(file);
    this.assertKept();
    return whileContended(
      async () => {
        const before = await this.tip();
        await assertWritable(this.backend, this.ref, before);
        const isBegun = before !== null && (await this.#isBegun(before));
        const isPlain = !isBegun || this.#checked === before;
        const kept = isPlain ? bytes : await this.#kept(before, files, bytes);
        const after = await this.backend.append({
          ref: this.ref,
          expected: before,
          files: isBegun ? kept : [...kept, formatFile()],
          message,
        });
        if (isPlain) this.#see(after);
        return { before, after, ...(kept !== bytes && { isRedacted: true }) };
      },
      this.onWait,
      patienceInMs,
    );
  }

  /**
   * The text of record files, in the order asked for. Bytes that are not UTF-8, or too many, come
   * out as an empty text, which is not a record.
   * @throws RedunError OBJECT_MISSING
   */
  async *read(
    oids: Iterable<Oid> | AsyncIterable<Oid>,
  ): AsyncGenerator<{ oid: Oid; text: string }> {
    for await (const { oid, bytes } of this.backend.read(oids)) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const isRecord = text.length <= MAX_RECORD_BYTES && isUtf8(text);
      yield { oid, text: isRecord ? text.toString("utf8") : "" };
    }
  }

  /**
   * Whether a commit of the ref has our format file; one without any file may get it. Records must
   * not be mixed with other files, nor with those that a newer version has written.
   * @throws RedunError NOT_A_LOG, FORMAT_TOO_NEW, BAD_RECORD
   */
  async #isBegun(tip: Oid): Promise<boolean> {
    if (this.#checked === tip) return true;
    const version = await readFormat(this.backend, tip, this.ref);
    if (version === null) {
      for await (const _file of this.backend.changes(null, tip)) throw notALog(this.ref, BEGIN);
      return false;
    }
    if (version === PLAIN_FORMAT) this.#see(tip);
    return true;
  }

  /** The files without what a tombstone of the log covers; `bytes` itself where none does. */
  async #kept(
    tip: Oid,
    files: readonly RecordFile[],
    bytes: readonly NewFile[],
  ): Promise<readonly NewFile[]> {
    const tombstones = await readTombstones(this.backend, tip);
    const { objectFormat } = this.backend.repository;
    const kept: NewFile[] = [];
    let isSame = true;
    for (const [at, file] of files.entries()) {
      const left = await tombstones.kept(file, objectFormat);
      isSame &&= left === file;
      if (left === file) kept.push(bytes[at]!);
      else if (left) kept.push({ path: left.path, bytes: Buffer.from(left.text, "utf8") });
    }
    return isSame ? bytes : kept;
  }

  #see(tip: Oid): void {
    this.#checked = tip;
    noteBegun(this.backend.repository, this.ref, tip);
  }
}

/** What other clones would refuse to read must not be committed: it would be lost to them. */
async function assertReadable({ path, bytes }: NewFile): Promise<void> {
  const { length } = bytes;
  const limits = "docs/limits.md has the limits of everything that is recorded.";
  if (length > MAX_WRITTEN_BYTES) {
    throw new RedunError(
      "BAD_VALUE",
      `${path} would have ${length} bytes, and no record is written that has more than ${MAX_WRITTEN_BYTES}.`,
      limits,
    );
  }
  // A tag takes more than eight bytes, and a node two.
  if (length <= 8 * MAX_RECORD_TAGS || parsePath(path)?.kind === "value") return;
  try {
    assertFewTags(await readAnyYaml(Buffer.from(bytes).toString("utf8")));
  } catch (error) {
    const { message } = error as Error;
    throw new RedunError("BAD_VALUE", `${path} could not be read again. ${message}`, limits);
  }
}

const BEGIN =
  "A log starts on a new ref, or on a branch without files. `--log`, `--ref` and git config redun.log or redun.ref choose it.";
