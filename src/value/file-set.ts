import { existsSync, promises } from "node:fs";
import { join, relative, resolve } from "node:path";
import { inspect } from "node:util";
import { RedunError } from "../errors.ts";
import { compareCodePoints } from "./code-points.ts";
import { expectBy, expectPath, File, type FileOptions } from "./file.ts";
import { recordedPath } from "./file-path.ts";
import type { HashName } from "./hash.ts";
import { dividedPattern, matchingNames } from "./matching-names.ts";

/** A set as it was recorded. */
interface RecordedSet {
  /** Its folder, as records hold it. */
  readonly folder: string;
  /** In order of their paths, which begin with the folder. */
  readonly files: readonly File[];
}

/**
 * The files that match a pattern, as an argument or result: see `glob`. Their paths and hashes are recorded, so
 * that another file, one that is gone, and one with other content make it a different value.
 */
export class FileSet implements Iterable<File> {
  /** The folder of its files, in which nothing is a wildcard, as it was given. */
  readonly folder: string;
  /** What tells one content of a file from another. */
  readonly by: "content" | "stat";
  readonly #rest: string;
  readonly #isWhole: boolean;
  /** What a relative path is relative to; null for the current directory at that time. */
  #root: string | null = null;
  #recorded: RecordedSet | null = null;

  /**
   * @param scope for internal use: what a record or a `Dir` says in place of the pattern; `isWhole` if
   * everything in the folder belongs to it, names that begin with a dot too
   * @throws RedunError BAD_VALUE for a pattern that is not a text, is empty, or goes up after a wildcard
   */
  constructor(
    pattern: string,
    { by = "content" }: FileOptions = {},
    scope: {
      readonly folder: string;
      readonly rest: string;
      readonly isWhole: boolean;
    } = { ...scopeOf(pattern), isWhole: false },
  ) {
    expectBy(by);
    this.folder = scope.folder;
    this.#rest = scope.rest;
    this.by = by;
    this.#isWhole = scope.isWhole;
  }

  /** The pattern as it was given. */
  get pattern(): string {
    return join(this.folder, this.#rest);
  }

  /** The files that are there now, in order of path (by code points). */
  files(): File[] {
    return this.#names().map((name) => new File(join(this.#place, name), { by: this.by }));
  }

  [Symbol.iterator](): Iterator<File> {
    return this.files()[Symbol.iterator]();
  }

  /** Those that were there when it was recorded last: for arguments when their job started. */
  get recordedFiles(): readonly File[] {
    return this.#recorded?.files ?? [];
  }

  /** Whether there are still the same files with the same contents as were recorded. */
  isUnchanged(): boolean {
    if (!this.#recorded) return false;
    const { folder, files } = this.#recorded;
    const names = this.#names();
    if (names.length !== files.length) return false;
    return files.every((file, at) => {
      const name = names[at]!;
      return file.path === below(folder, name) && file.at(join(this.#place, name)).isUnchanged();
    });
  }

  #names(): string[] {
    return matchingNames(this.#place, this.#rest, this.#isWhole).sort(compareCodePoints);
  }

  get #place(): string {
    return this.#root === null ? this.folder : resolve(this.#root, this.folder);
  }

  /** Where its folder is on this machine. */
  get place(): string {
    return this.#place;
  }

  /** The set of a log: its folder is relative to `root`, the top of the log's work tree. @internal */
  from(root: string): this {
    this.#root = root;
    for (const file of this.recordedFiles) file.from(root);
    return this;
  }

  /** What is there now, with paths from the top of the work tree, `root`. @internal */
  record(format: HashName, root: string | null = null): void {
    const folder = root === null ? this.folder : recordedPath(this.#place, root);
    const files = this.#names().map((name) => {
      const file = new File(join(this.#place, name), { by: this.by });
      file.record(format);
      return file.at(below(folder, name));
    });
    this.#recorded = { folder, files };
  }

  /** A set as a record has it. @internal */
  static recorded(tag: "dir" | "fileset", folder: string, rest: string, files: readonly File[]) {
    return FileSet.#made(tag === "dir", folder, rest, { folder, files });
  }

  /** The same set with its folder at another path: that of a record, as it is from here. @internal */
  at(folder: string): FileSet {
    return FileSet.#made(this.#isWhole, folder, this.#rest, this.#recorded);
  }

  static #made(isDir: boolean, folder: string, rest: string, recorded: RecordedSet | null) {
    const by = recorded?.files[0]?.by;
    const scope = { folder, rest, isWhole: isDir };
    const set = isDir ? new Dir(folder, { by }) : new FileSet(folder, { by }, scope);
    set.#recorded = recorded;
    return set;
  }

  /** The tag and the content of its YAML. @internal */
  get form(): { readonly tag: string; readonly content: object } {
    return { tag: this.#isWhole ? "dir" : "fileset", content: this.toJSON() };
  }

  /** As records hold it. */
  toJSON(): object {
    const { folder, files } = this.#recorded ?? { folder: this.folder, files: [] };
    return this.#isWhole ? { files, path: folder } : { files, folder, pattern: this.#rest };
  }

  /** `FileSet(pattern=data/*.csv, files=3)` */
  toString(): string {
    const name = this.#isWhole ? `Dir(path=${this.folder}` : `FileSet(pattern=${this.pattern}`;
    return `${name}${this.#recorded ? `, files=${this.#recorded.files.length}` : ""})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * A directory as an argument or result: all files in it, in directories below it too, but those of `.git`. Links
 * to directories are not followed.
 * @example
 * ```ts
 * import { Dir, Scheduler, task } from "redun-git";
 *
 * const split = task(async function split(text: string) {
 *   const parts = new Dir("parts");
 *   for (const [at, word] of text.split(" ").entries()) await parts.file(`${at}.txt`).write(word);
 *   return parts;
 * });
 * const count = task(function count(parts: Dir) {
 *   return parts.files().length;
 * });
 * console.log(await new Scheduler().run(count(split("to be"))));
 * ```
 */
export class Dir extends FileSet {
  /** As it was given, relative to the current directory of the process. */
  readonly path: string;

  /** @throws RedunError BAD_VALUE for a path that is not a text, or is empty */
  constructor(path: string, options: FileOptions = {}) {
    expectPath(path, "Dir", "data");
    super(path, options, { folder: path, rest: "**", isWhole: true });
    this.path = path;
  }

  /** Whether there is a directory now. */
  exists(): boolean {
    return existsSync(this.place);
  }

  /** The file of a name in it, which need not be there: `file("a/b.txt")`. */
  file(name: string): File {
    return new File(join(this.place, name));
  }

  /** Makes the directory, with those above it. Returns itself. */
  async mkdir(): Promise<this> {
    await promises.mkdir(this.place, { recursive: true });
    return this;
  }

  /** Copies its files. Returns the other directory, whose other files stay. */
  async copyTo(to: Dir | string): Promise<Dir> {
    const other = typeof to === "string" ? new Dir(to) : to;
    await other.mkdir();
    for (const file of this.files()) {
      await file.copyTo(other.file(relative(this.place, file.path)));
    }
    return other;
  }

  /** Removes it with all that is in it, if it is there. */
  remove(): Promise<void> {
    return promises.rm(this.place, { recursive: true, force: true });
  }
}

/**
 * The files that match a pattern, as an argument or result: `*` and `?` stand for characters of a name, `**` for
 * any directories, `{a,b}` for both. Names that begin with a dot are left out where the pattern does not say
 * the dot, and so is `.git`.
 * @example
 * ```ts
 * import { File, type FileSet, glob, Scheduler, task } from "redun-git";
 *
 * await new File("data/a.csv").write("1\n2\n");
 * const rows = task(async function rows(tables: FileSet) {
 *   let count = 0;
 *   for (const table of tables) for await (const _row of table.lines()) count++;
 *   return count;
 * });
 * console.log(await new Scheduler().run(rows(glob("data/*.csv"))));
 * ```
 * @throws RedunError BAD_VALUE for a pattern that is not a text, is empty, or goes up after a wildcard
 */
export function glob(pattern: string, options: FileOptions = {}): FileSet {
  return new FileSet(pattern, options);
}

function scopeOf(pattern: string): { folder: string; rest: string } {
  expectPath(pattern, "FileSet", "data/*.csv");
  const divided = dividedPattern(pattern);
  if (!divided.rest.split("/").includes("..")) return divided;
  throw new RedunError(
    "BAD_VALUE",
    `The pattern ${JSON.stringify(pattern)} goes up after a wildcard.`,
    "Write it without `..` there.",
  );
}

function below(folder: string, name: string): string {
  if (folder === ".") return name;
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

const OURS = new Set<object>([File, FileSet, Dir].map(({ prototype }) => prototype));

/** Whether a value is a file or a set of files, and not an instance of a class of the user's that extends one. */
export function isFileValue(value: object): value is File | FileSet {
  return OURS.has(Object.getPrototypeOf(value));
}
