import {
  type Append,
  type Change,
  type CommitInfo,
  FILE_MODE,
  type GitBackend,
  type NewFile,
  type Oid,
  type Repository,
} from "../../src/git/backend.ts";
import { blobId } from "../../src/value/oid.ts";

const EMPTY = "0".repeat(40);

/**
 * A log in memory, for properties that need thousands of commits. Real git is tested elsewhere;
 * here a commit is the files that it holds, and nothing else.
 */
export class MemoryBackend implements GitBackend {
  readonly repository: Repository = {
    gitDir: "/nowhere",
    commonDir: "/nowhere",
    workTree: null,
    objectFormat: "sha1",
    refFormat: "files",
    env: {},
  };
  readonly #commits = new Map<Oid, ReadonlyMap<string, Oid>>();
  readonly #blobs = new Map<Oid, Uint8Array>([[EMPTY, new Uint8Array()]]);
  #tip: Oid | null = null;

  async tracked(): Promise<ReadonlySet<string>> {
    return new Set();
  }

  async patch(): Promise<null> {
    return null;
  }

  async signatures(): Promise<null> {
    return null;
  }

  async changedFiles(): Promise<null> {
    return null;
  }

  async append({ expected, files }: Append): Promise<Oid> {
    const tree = new Map(expected ? this.#commits.get(expected) : []);
    for (const { path, bytes } of files as readonly NewFile[]) {
      const oid = blobId(bytes);
      this.#blobs.set(oid, bytes);
      tree.set(path, oid);
    }
    this.#tip = blobId(`commit ${this.#commits.size}`);
    this.#commits.set(this.#tip, tree);
    return this.#tip;
  }

  /** In the order of a tree, as git lists it. */
  async *changes(from: Oid | null, to: Oid): AsyncGenerator<Change> {
    const before = new Map(from ? this.#commits.get(from) : []);
    const after = [...this.#commits.get(to)!].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [path, oid] of after) {
      const old = before.get(path);
      if (old === oid) continue;
      yield { path, oid, mode: FILE_MODE, kind: old ? "modified" : "added" };
    }
  }

  async *read(oids: Iterable<Oid> | AsyncIterable<Oid>) {
    for await (const oid of oids) yield { oid, bytes: this.#blobs.get(oid)! };
  }

  async bring(): Promise<boolean> {
    return true;
  }

  async missing(): Promise<Set<Oid>> {
    return new Set();
  }

  async sizes(oids: readonly Oid[]): Promise<(number | null)[]> {
    return oids.map((oid) => this.#blobs.get(oid)?.length ?? null);
  }

  async readPath(commit: Oid, path: string): Promise<Uint8Array | null> {
    const oid = this.#commits.get(commit)?.get(path);
    return oid ? this.#blobs.get(oid)! : null;
  }

  async resolve(): Promise<Oid | null> {
    return this.#tip;
  }

  async close(): Promise<void> {}
  maintain(): void {}

  config(): never {
    throw new Error("not here");
  }
  identity(): never {
    throw new Error("not here");
  }
  filesUnlike(): never {
    throw new Error("not here");
  }
  head(): never {
    throw new Error("not here");
  }
  /** Its tree is empty to who looks for tombstones there: it never has any. */
  async commit(): Promise<CommitInfo> {
    return { tree: EMPTY, parents: [], author: "", committer: "", message: "" };
  }
  async refs(): Promise<ReadonlyMap<string, Oid>> {
    return new Map();
  }
  checkedOut(): never {
    throw new Error("not here");
  }
  isAncestor(): never {
    throw new Error("not here");
  }
  history(): never {
    throw new Error("not here");
  }
  move(): never {
    throw new Error("not here");
  }
  remove(): never {
    throw new Error("not here");
  }
  remoteRefs(): never {
    throw new Error("not here");
  }
  additions(): never {
    throw new Error("not here");
  }
  fetch(): never {
    throw new Error("not here");
  }
  push(): never {
    throw new Error("not here");
  }
}
