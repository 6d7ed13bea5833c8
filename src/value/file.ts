import { existsSync, promises } from "node:fs";
import { dirname, resolve } from "node:path";
import { inspect } from "node:util";
import { RedunError } from "../errors.ts";
import { isAddress, recordedPath } from "./file-path.ts";
import { fileState } from "./file-state.ts";
import type { FileState } from "./file-state-types.ts";
import type { HashName } from "./hash.ts";
import { isPlainArray, isPlainObject } from "./value.ts";

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
  /** The path as records hold it. */
  #recorded: string;
  /** What a relative path is relative to; null for the current directory at that time. */
  #root: string | null = null;
  #state: FileState | null;

  /** @throws RedunError BAD_VALUE for a path that is not a text, or is empty */
  constructor(path: string, state: FileState | null = null) {
    if (typeof path !== "string" || path === "") {
      throw new RedunError("BAD_VALUE", "A File needs a path.", 'Write `new File("report.txt")`.');
    }
    this.path = path;
    this.#recorded = path;
    this.#state = state;
  }

  /** The git object id of the content; for a directory, of the tree that git would make of it. */
  get hash(): string | null {
    return this.#state?.hash ?? null;
  }

  /** Whether it was a directory. */
  get isFolder(): boolean {
    return this.#state?.isFolder ?? false;
  }

  /** In bytes; for a directory, of all files in it. */
  get size(): number | null {
    return this.#state?.size ?? null;
  }

  /** Whether the path exists now. */
  exists(): boolean {
    return existsSync(this.#place);
  }

  /** Whether the content is still what was recorded. */
  isUnchanged(): boolean {
    const format: HashName = this.hash?.length === 64 ? "sha256" : "sha1";
    return (fileState(this.#place, format)?.hash ?? null) === this.hash;
  }

  /** The content as UTF-8 text. */
  read(): Promise<string> {
    return promises.readFile(this.#place, "utf8");
  }

  readBytes(): Promise<Buffer> {
    return promises.readFile(this.#place);
  }

  /** Replaces the content, creating missing directories. Returns the file itself. */
  async write(content: string | Uint8Array): Promise<this> {
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
   * Notes the hash and size of what is at the path now, and the path from the top of the work tree, `root`;
   * `format` is the repository's.
   * @internal
   */
  record(format: HashName, root: string | null = null): void {
    this.#state = fileState(this.#place, format);
    if (root !== null) this.#recorded = recordedPath(this.#place, root);
  }

  /** `File(path=report.txt, hash=41fad3eb)`, as redun writes it. */
  toString(): string {
    const hash = this.hash === null ? "" : `, hash=${this.hash.slice(0, 8)}`;
    return `File(path=${this.path}${this.isFolder && !this.path.endsWith("/") ? "/" : ""}${hash})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** As records hold it. */
  toJSON(): { path: string; hash: string | null; size: number | null } {
    return { path: this.#recorded, hash: this.hash, size: this.size };
  }
}

/** Getters can make up a structure that has no end. */
const MAX_DEPTH = 1_000_000;

/** Every file in a value, however deep in lists, plain objects, sets and maps. */
export function filesIn(value: unknown): File[] {
  const files: File[] = [];
  const seen = new Set<object>();
  const left: unknown[] = [value];
  const depths: number[] = [1];
  // Not recursive: a list may be linked deeper than the stack.
  while (left.length > 0) {
    const next = left.pop();
    const depth = depths.pop()!;
    if (typeof next !== "object" || next === null || seen.has(next) || depth > MAX_DEPTH) continue;
    seen.add(next);
    try {
      if (next instanceof File) files.push(next);
      else {
        for (const part of partsOf(next)) {
          if (typeof part !== "object") continue;
          left.push(part);
          depths.push(depth + 1);
        }
      }
    } catch {
      // A getter or a proxy of the user's threw.
    }
  }
  return files;
}

function partsOf(value: object): Iterable<unknown> {
  if (isPlainArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return isPlainObject(value) ? Object.values(value) : [];
}
