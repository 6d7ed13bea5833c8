import { createReadStream, existsSync, promises } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Readable } from "node:stream";
import { inspect } from "node:util";
import { RedunError } from "../errors.ts";
import { linesOf } from "./file-lines.ts";
import { isAddress, recordedPath } from "./file-path.ts";
import { fileState, statState } from "./file-state.ts";
import type { FileState, StatState } from "./file-state-types.ts";
import type { HashName } from "./hash.ts";
import { Timestamp } from "./value.ts";

export interface FileOptions {
  /**
   * What tells one content of the path from another: its hash (`"content"`, the default), or what the file
   * system says (`"stat"`: size and time of the last change, in milliseconds), for files that take too
   * long to be read. A directory goes by its content in any case.
   */
  readonly by?: "content" | "stat" | undefined;
}

/** What may be written to a file. */
export type FileContent =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/**
 * A file or directory as an argument or result. Its path and the hash and size of its content are
 * recorded, so that the same path with different content is a different value. The content itself is
 * not recorded.
 *
 * `hash` and `size` (in bytes) are as last recorded: for arguments when their job starts, for results
 * when it ends. Both are null before that, and if no such file existed.
 * @example
 * ```ts
 * import { File, Scheduler, task } from "redun-git";
 *
 * const report = task(function report(path: string) {
 *   return new File(path).write("rows: 12\n");
 * });
 * console.log((await new Scheduler().run(report("report.txt"))).hash);
 * ```
 */
export class File {
  /**
   * As it was given. A relative path is relative to the current directory of the process, or, for a file
   * from a log (`ProvenanceLog.call`), to the top of the work tree.
   */
  readonly path: string;
  /** What tells one content from another. */
  readonly by: "content" | "stat";
  /** The path as records hold it. */
  #recorded: string;
  /** What a relative path is relative to; null for the current directory at that time. */
  #root: string | null = null;
  #state: FileState | null = null;
  #stat: StatState | null = null;

  /** @throws RedunError BAD_VALUE for a path that is not a text, or is empty, and for another `by` */
  constructor(path: string, { by = "content" }: FileOptions = {}) {
    expectPath(path, "File", "report.txt");
    expectBy(by);
    this.path = path;
    this.by = by;
    this.#recorded = path;
  }

  /** A file as a record has it; null where there was none. @internal */
  static recorded(path: string, state: FileState | null): File {
    const file = new File(path);
    file.#state = state;
    return file;
  }

  /** A file that was not read, as a record has it; null where there was none. @internal */
  static recordedStat(path: string, stat: StatState | null): File {
    const file = new File(path, { by: "stat" });
    file.#stat = stat;
    return file;
  }

  /** The same content at another path: that of a record, as it is from here. @internal */
  at(path: string): File {
    return this.by === "stat"
      ? File.recordedStat(path, this.#stat)
      : File.recorded(path, this.#state);
  }

  /**
   * The git object id of the content; for a directory, of the tree that git would make of it. Null for a
   * file that is not read.
   */
  get hash(): string | null {
    return this.#state?.hash ?? null;
  }

  /** Whether it was a directory. */
  get isFolder(): boolean {
    return this.#state?.isFolder ?? false;
  }

  /** In bytes; for a directory, of all files in it. */
  get size(): number | null {
    return (this.#state ?? this.#stat)?.size ?? null;
  }

  /** When it was written last, of a file that is not read (`by: "stat"`). */
  get mtime(): Date | null {
    return this.#stat && new Date(this.#stat.mtime);
  }

  /** Whether the path exists now. */
  exists(): boolean {
    return existsSync(this.#place);
  }

  /** Whether the content is still what was recorded. */
  isUnchanged(): boolean {
    const format: HashName = this.hash?.length === 64 ? "sha256" : "sha1";
    const stat = this.by === "stat" && this.#state === null ? statState(this.#place) : null;
    if (stat) return stat.size === this.#stat?.size && stat.mtime === this.#stat.mtime;
    return this.#stat === null && (fileState(this.#place, format)?.hash ?? null) === this.hash;
  }

  /** The content as UTF-8 text. */
  read(): Promise<string> {
    return promises.readFile(this.#place, "utf8");
  }

  readBytes(): Promise<Buffer> {
    return promises.readFile(this.#place);
  }

  /**
   * The lines of the content as UTF-8 text, without their ends (`\n` or `\r\n`). One line at a time is in
   * memory.
   */
  lines(): AsyncGenerator<string> {
    return linesOf(this.stream());
  }

  /** The content as a stream of bytes. */
  stream(): Readable {
    return createReadStream(this.#place);
  }

  /**
   * Replaces the content, creating missing directories. What comes piece by piece (a stream, a generator)
   * is written so. Returns the file itself.
   */
  async write(content: FileContent): Promise<this> {
    await promises.mkdir(dirname(this.#place), { recursive: true });
    await promises.writeFile(this.#place, content);
    return this;
  }

  /** Appends to the content, creating missing directories. Returns the file itself. */
  async append(content: string | Uint8Array): Promise<this> {
    await promises.mkdir(dirname(this.#place), { recursive: true });
    await promises.appendFile(this.#place, content);
    return this;
  }

  /** Copies the content, creating missing directories. Returns the other file. */
  async copyTo(to: File | string): Promise<File> {
    const other = typeof to === "string" ? new File(to) : to;
    await promises.mkdir(dirname(other.#place), { recursive: true });
    await promises.copyFile(this.#place, other.#place);
    return other;
  }

  /** Removes the file, if it is there. */
  remove(): Promise<void> {
    return promises.rm(this.#place, { force: true });
  }

  /** @internal The file of a log: its path is relative to `root`, the top of the log's work tree. */
  from(root: string): this {
    this.#root = root;
    return this;
  }

  /** Where it is on this machine. */
  get place(): string {
    return this.#place;
  }

  get #place(): string {
    const isGiven = this.#root === null || isAddress(this.path);
    return isGiven ? this.path : resolve(this.#root!, this.path);
  }

  /**
   * Notes what is at the path now, and the path from the top of the work tree, `root`; `format` is the
   * repository's.
   * @internal
   */
  record(format: HashName, root: string | null = null): void {
    if (root !== null) this.#recorded = recordedPath(this.#place, root);
    this.#stat = this.by === "stat" ? statState(this.#place) : null;
    this.#state = this.#stat ? null : fileState(this.#place, format);
  }

  /** `File(path=report.txt, hash=41fad3eb)`, as redun writes it. */
  toString(): string {
    const hash = this.hash === null ? "" : `, hash=${this.hash.slice(0, 8)}`;
    const stat = this.#stat ? `, size=${this.#stat.size}, mtime=${this.#stat.mtime}` : "";
    const slash = this.isFolder && !this.path.endsWith("/") ? "/" : "";
    return `File(path=${this.path}${slash}${hash}${stat})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As records hold it. */
  toJSON(): { path: string; hash: string | null; size: number | null } {
    return { path: this.#recorded, hash: this.hash, size: this.size };
  }

  /** The tag and the content of its YAML. @internal */
  get form(): { readonly tag: string; readonly content: object } {
    if (this.by === "content" || this.#state !== null) {
      return { tag: this.isFolder ? "folder" : "file", content: this.toJSON() };
    }
    const mtime = this.#stat && new Timestamp(this.#stat.mtime);
    return { tag: "file-stat", content: { mtime, path: this.#recorded, size: this.size } };
  }
}

/** @throws RedunError BAD_VALUE */
export function expectPath(path: unknown, kind: string, example: string): void {
  if (typeof path === "string" && path !== "") return;
  throw new RedunError(
    "BAD_VALUE",
    `A ${kind} needs a path.`,
    `Write \`new ${kind}(${JSON.stringify(example)})\`.`,
  );
}

/** @throws RedunError BAD_VALUE */
export function expectBy(by: unknown): void {
  if (by === "content" || by === "stat") return;
  const given = typeof by === "string" ? JSON.stringify(by) : typeof by;
  throw new RedunError("BAD_VALUE", `A File goes by "content" or "stat", and not by ${given}.`);
}
