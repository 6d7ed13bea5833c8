import { join } from "node:path";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../../errors.ts";
import { MAX_RECORD_BYTES } from "../../record/size.ts";
import type { Oid, Repository } from "../backend.ts";
import { parseCommit } from "../commit.ts";
import { ObjectFiles } from "../files/object-files.ts";
import { fileAt } from "../tree-path.ts";
import { MAX_TREE_BYTES } from "../tree-walk.ts";
import { CatFile, type GitObject } from "./cat-file.ts";
import { ObjectSizes } from "./object-sizes.ts";

/**
 * So many objects are read from git's own files before a git is started for more: it reads faster, and
 * beside us, but its start and its end take as long as to read some hundred.
 */
const FEW = 4096;
/** Bytes of what is read where only its size is asked for. */
const SMALL = 2 ** 14;
/** After so many objects others have their turn. */
const READ_AT_ONCE = 64;

/** The objects of a repository: the first few from its files, and whatever else from git. */
export class Objects {
  readonly #catFile: CatFile;
  readonly #sizes: ObjectSizes;
  readonly #files: ObjectFiles | null;
  readonly #few: number;
  #left: number;

  constructor(repository: Repository, few = FEW) {
    this.#few = few;
    this.#left = few;
    this.#catFile = new CatFile(repository);
    this.#sizes = new ObjectSizes(repository);
    const isKnown = repository.objectFormat === "sha1";
    this.#files = isKnown ? new ObjectFiles(join(repository.commonDir, "objects")) : null;
  }

  /**
   * @param name an id, or what git takes for one: `<id>:<path>`
   * @throws RedunError OBJECT_MISSING, BAD_RECORD where it has more than `limit` bytes
   */
  async get(name: string, limit = MAX_RECORD_BYTES): Promise<GitObject> {
    return this.#fromFiles(name, limit) ?? this.#catFile.get(name, limit);
  }

  /** The name of a commit's tree, for `get`. */
  treeOf(commit: Oid): string {
    const object = this.#fromFiles(commit, MAX_RECORD_BYTES);
    return object?.type === "commit" ? parseCommit(object.bytes).tree : `${commit}^{tree}`;
  }

  /** See `GitBackend.readPath`. */
  async file(commit: Oid, path: string): Promise<Buffer | null> {
    try {
      const oid = this.#needsGit ? `${commit}:${path}` : await this.#fileAt(commit, path);
      if (oid === null) return null;
      const { type, bytes } = await this.get(oid);
      return type === "blob" ? bytes : null;
    } catch (error) {
      if (error instanceof RedunError && error.code === "OBJECT_MISSING") return null;
      throw error;
    }
  }

  /** Contents in the order asked for. See `GitBackend.read`. */
  async *stream(
    oids: Iterable<Oid> | AsyncIterable<Oid>,
  ): AsyncGenerator<{ oid: Oid; bytes: Buffer }> {
    const asked = iterate(oids);
    try {
      for (let count = 1; !this.#needsGit; count++) {
        const { done, value: oid } = await asked.next();
        if (done) return;
        if (count % READ_AT_ONCE === 0) await eventLoopTurn();
        yield { oid, bytes: (await this.get(oid)).bytes };
      }
      yield* this.#catFile.stream(asked);
    } finally {
      await asked.return(undefined);
    }
  }

  /** Bytes of contents, in the order asked for; null for what is no file. @throws RedunError GIT_FAILED */
  async sizes(oids: readonly Oid[]): Promise<(number | null)[]> {
    const known = this.#needsGit ? [] : oids.map((oid) => this.#sizeInFiles(oid));
    const others = await this.#sizes.of(oids.filter((_, at) => known[at] === undefined));
    let next = 0;
    return oids.map((_, at) => (known[at] === undefined ? others[next++]! : known[at]));
  }

  /** Ends child processes, and closes files. */
  async close(): Promise<void> {
    this.#files?.close();
    this.#left = this.#few;
    await Promise.all([this.#catFile.close(), this.#sizes.close()]);
  }

  /** undefined where git has to be asked. */
  #sizeInFiles(oid: Oid): number | null | undefined {
    this.#left--;
    // What is small is asked for next, and remembered until then.
    const small = this.#files!.read(oid, SMALL);
    const head = small ? { type: small.type, size: small.bytes.length } : this.#files!.head(oid);
    return head ? (head.type === "blob" ? head.size : null) : undefined;
  }

  #fileAt(commit: Oid, path: string): Promise<Oid | null> {
    return fileAt((tree) => this.get(tree, MAX_TREE_BYTES), this.treeOf(commit), path);
  }

  get #needsGit(): boolean {
    return !this.#files || this.#left <= 0 || this.#catFile.isOpen;
  }

  #fromFiles(name: string, limit: number): GitObject | null {
    if (!this.#files || this.#needsGit || !/^[0-9a-f]{40}$/.test(name)) return null;
    this.#left--;
    return this.#files.read(name, limit);
  }
}

async function* iterate<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
