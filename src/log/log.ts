import { isUtf8 } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { GitBackend, NewFile, Oid } from "../git/backend.ts";
import { formatYaml } from "../record/encode.ts";
import { FORMAT_PATH } from "../record/layout.ts";
import { FORMAT_VERSION } from "../record/records.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

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

/** How often a moved ref is tried again before giving up: minutes of contention. */
const MAX_TRIES = 200;

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
    for (let tries = 1; ; tries++) {
      const before = await this.tip();
      const isLog = before !== null && (await this.#checkFormat(before));
      try {
        const after = await this.backend.append({
          ref: this.ref,
          expected: before,
          files: isLog ? bytes : [...bytes, formatFile()],
          message,
        });
        this.#checked = after;
        return { before, after };
      } catch (error) {
        if (!isContention(error) || tries >= MAX_TRIES) throw error;
        await sleep(Math.random() * Math.min(10 * tries, 500));
      }
    }
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
    const text = await this.backend.readPath(tip, FORMAT_PATH);
    if (text) {
      checkFormat(
        isUtf8(text) && (await readAnyYaml(Buffer.from(text).toString("utf8"))),
        this.ref,
      );
    }
    if (text) this.#checked = tip;
    return text !== null;
  }
}

/** @throws RedunError FORMAT_TOO_NEW */
export function checkFormat(format: unknown, ref: string): void {
  const { format: name, version } = (format || {}) as { format?: unknown; version?: unknown };
  if (name !== "redun-git" || !Number.isSafeInteger(version) || (version as number) < 1) {
    throw new RedunError("BAD_RECORD", `${ref} has a ${FORMAT_PATH} that is none of redun-git's.`);
  }
  if ((version as number) <= FORMAT_VERSION) return;
  throw new RedunError(
    "FORMAT_TOO_NEW",
    `${ref} is in format ${String(version)}; this redun-git knows formats up to ${FORMAT_VERSION}.`,
    "Update redun-git. Nothing was changed.",
  );
}

function formatFile(): NewFile {
  return { path: FORMAT_PATH, bytes: Buffer.from(formatYaml(), "utf8") };
}

function isContention(error: unknown): boolean {
  return error instanceof RedunError && (error.code === "REF_MOVED" || error.code === "REF_BUSY");
}
