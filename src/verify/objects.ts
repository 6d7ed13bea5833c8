import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import { MAX_TREE_BYTES, type ReadTree } from "../git/tree-walk.ts";
import { newHash } from "../value/hash.ts";

export type ObjectType = "blob" | "tree" | "commit";

/** Bytes of trees that are kept: those of a commit are mostly its parent's. */
const KEPT_BYTES = 2 ** 25;
/** Contents that are asked for together. */
const READ_AT_ONCE = 512;

/** An object's content, or why it cannot be had. */
export type Content = { readonly bytes: Buffer } | { readonly error: unknown };

interface Tree {
  readonly type: "tree";
  readonly bytes: Buffer;
}

/** Reads objects, and hashes each: git itself does not when it hands them out. */
export class CheckedObjects {
  readonly #backend: GitBackend;
  readonly #trees = new Map<Oid, Promise<Tree>>();
  #keptBytes = 0;

  constructor(backend: GitBackend) {
    this.#backend = backend;
  }

  /** For `changedFiles`. @throws RedunError OBJECT_MISSING, BAD_RECORD */
  readonly tree: ReadTree = (oid) => {
    let tree = this.#trees.get(oid);
    if (!tree) {
      tree = this.#readTree(oid);
      this.#trees.set(oid, tree);
      tree.then(
        ({ bytes }) => this.#keep(bytes.length),
        () => this.#trees.delete(oid),
      );
    }
    return tree;
  };

  async #readTree(oid: Oid): Promise<Tree> {
    const bytes = await this.one("tree", oid);
    if (bytes.length <= MAX_TREE_BYTES) return { type: "tree", bytes };
    throw bad(`The folder ${oid} has ${bytes.length} bytes, of at most ${MAX_TREE_BYTES}.`);
  }

  /** Forgets all of them when they are too many: those of the next commits come again. */
  #keep(bytes: number): void {
    this.#keptBytes += bytes;
    if (this.#keptBytes <= KEPT_BYTES) return;
    this.#trees.clear();
    this.#keptBytes = 0;
  }

  /** @throws RedunError OBJECT_MISSING, or BAD_RECORD where its content is not what its name says */
  async one(type: ObjectType, oid: Oid): Promise<Buffer> {
    for await (const { bytes } of this.#backend.read([oid])) return this.#checked(type, oid, bytes);
    throw bad(`The object ${oid} was not given.`);
  }

  /** Many objects of one type, in the order asked for; what cannot be read does not end it. */
  async *many<T extends { readonly oid: Oid }>(
    type: ObjectType,
    asked: AsyncIterable<T> | Iterable<T>,
  ): AsyncGenerator<[T, Content]> {
    let batch: T[] = [];
    for await (const one of asked) {
      if (batch.push(one) < READ_AT_ONCE) continue;
      yield* this.#batch(type, batch);
      batch = [];
    }
    yield* this.#batch(type, batch);
  }

  async *#batch<T extends { readonly oid: Oid }>(
    type: ObjectType,
    batch: readonly T[],
  ): AsyncGenerator<[T, Content]> {
    let next = 0;
    try {
      for await (const { bytes } of this.#backend.read(batch.map(({ oid }) => oid))) {
        const one = batch[next++]!;
        yield [one, this.#content(type, one.oid, bytes)];
      }
    } catch (error) {
      // One by one it turns out which of them it is.
      if (!(error instanceof RedunError)) throw error;
      for (const one of batch.slice(next)) yield [one, await this.#alone(type, one.oid)];
    }
  }

  #alone(type: ObjectType, oid: Oid): Promise<Content> {
    return this.one(type, oid).then(
      (bytes) => ({ bytes }),
      (error) => ({ error }),
    );
  }

  #content(type: ObjectType, oid: Oid, bytes: Uint8Array): Content {
    try {
      return { bytes: this.#checked(type, oid, bytes) };
    } catch (error) {
      return { error };
    }
  }

  #checked(type: ObjectType, oid: Oid, given: Uint8Array): Buffer {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
    const hash = newHash(this.#backend.repository.objectFormat).update(`${type} ${bytes.length}\0`);
    const found = hash.update(bytes).digest("hex");
    if (found === oid) return bytes;
    throw bad(`The content of the ${type} ${oid} has the id ${found}: it was changed.`);
  }
}

function bad(message: string): RedunError {
  return new RedunError("BAD_RECORD", message);
}
