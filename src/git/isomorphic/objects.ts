import { promises } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../../errors.ts";
import { MAX_RECORD_BYTES } from "../../record/size.ts";
import type { Oid } from "../backend.ts";
import {
  deflateObject,
  type GitObject,
  inflateObject,
  type ObjectType,
  objectId,
} from "../files/loose-object.ts";
import { ObjectFiles } from "../files/object-files.ts";
import { hasCode } from "../files/system-errors.ts";
import { safeFs } from "./safe-fs.ts";

/** The objects of one repository, read and written by isomorphic-git under our own rules. */
export class ObjectStore {
  readonly #gitdir: string;
  readonly #files: ObjectFiles;
  readonly #fs = safeFs();
  /** Where isomorphic-git keeps the packs that it has loaded; without it, it loads them anew. */
  #cache = {};

  constructor(commonDir: string) {
    this.#gitdir = commonDir;
    this.#files = new ObjectFiles(join(commonDir, "objects"));
  }

  /**
   * What our own reader cannot read, isomorphic-git may, or says why not.
   * @throws RedunError OBJECT_MISSING when it is not there, or damaged; BAD_RECORD when more than
   * `limit` bytes would have to be held to read it
   */
  async read(oid: Oid, limit = MAX_RECORD_BYTES): Promise<GitObject> {
    if (!/^[0-9a-f]{40}$/.test(oid)) throw missing(oid, "is not an object id");
    const object = this.#files.read(oid, limit);
    if (object) return object;
    const held = this.#files.head(oid)?.held ?? 0;
    if (held > limit) {
      throw new RedunError(
        "BAD_RECORD",
        `The object ${oid} has ${held} bytes, of at most ${limit}.`,
      );
    }
    try {
      return await this.#read(oid);
    } catch (error) {
      const stored = hasCode(error, "NotFoundError") ? this.#files.packWith(oid) : true;
      if (!stored) throw missing(oid, "is not in the repository", error);
    }
    // `git gc` may have replaced the packs between the look at a list and the look at a file.
    this.forget();
    try {
      return await this.#read(oid);
    } catch (error) {
      throw missing(oid, `cannot be read (${(error as Error).message})`, error);
    }
  }

  /** How many bytes must be held to read a blob; null for anything else. */
  async size(oid: Oid): Promise<number | null> {
    const head = this.#files.head(oid);
    return head?.type === "blob" ? head.held : null;
  }

  async #read(oid: Oid): Promise<GitObject> {
    // git knows it without having it.
    if (oid === EMPTY_TREE) return { type: "tree", bytes: Buffer.alloc(0) };
    const git = await isomorphicGit();
    // "deflated" is what a loose object's file holds; from a pack the plain content comes anyway.
    const found = await git.readObject({
      fs: this.#fs,
      gitdir: this.#gitdir,
      cache: this.#cache,
      oid,
      format: "deflated",
    });
    const bytes = found.object as Buffer;
    if (found.format === "deflated") return inflateObject(oid, bytes);
    return { type: found.type as ObjectType, bytes };
  }

  /** The only object whose id begins so; null where there is none or more than one. */
  async expand(prefix: string): Promise<Oid | null> {
    const git = await isomorphicGit();
    const asked = { fs: this.#fs, gitdir: this.#gitdir, cache: this.#cache, oid: prefix };
    try {
      return await git.expandOid(asked);
    } catch (error) {
      if (hasCode(error, "NotFoundError", "AmbiguousError")) return null;
      throw error;
    }
  }

  /** Starts a set of objects that become durable together. */
  batch(): ObjectBatch {
    return new ObjectBatch(this.#gitdir, this.#files);
  }

  /** Frees the memory that loaded packs take, and closes their files. */
  forget(): void {
    this.#files.close();
    this.#cache = {};
  }
}

/** Objects on their way into a repository. */
export class ObjectBatch {
  readonly #gitdir: string;
  readonly #files: ObjectFiles;
  readonly #fs = safeFs();
  readonly #added = new Map<Oid, { type: ObjectType; object: Uint8Array }>();

  constructor(gitdir: string, files: ObjectFiles) {
    this.#gitdir = gitdir;
    this.#files = files;
  }

  /** Takes an object in and returns its id. Nothing is written before `settle`. */
  add(type: ObjectType, object: Uint8Array): Oid {
    const oid = objectId(type, object);
    this.#added.set(oid, { type, object });
    return oid;
  }

  /**
   * Stores every object that the repository does not have, and waits until all are durable.
   * @throws RedunError REPOSITORY_UNWRITABLE
   */
  async settle(): Promise<void> {
    const queue = this.#added.entries();
    const writer = async () => {
      for (const [oid, { type, object }] of queue) await this.#write(oid, type, object);
    };
    // Most of the time goes into waiting for the disk, which syncs several files at once.
    const done = await Promise.allSettled(Array.from({ length: WRITERS }, writer));
    const failed = done.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    await this.#fs.settle();
  }

  async #write(oid: Oid, type: ObjectType, object: Uint8Array): Promise<void> {
    const pack = this.#files.packWith(oid);
    if (pack !== null && (await markUsed(pack))) return;
    const git = await isomorphicGit();
    await git.writeObject({
      fs: this.#fs,
      gitdir: this.#gitdir,
      oid,
      object: await deflateObject(type, object),
      format: "deflated",
    });
  }
}

let loading: Promise<typeof import("isomorphic-git")> | undefined;

/** Asked for once: where a loader of TypeScript is at work, each `import()` takes a millisecond. */
function isomorphicGit() {
  // The default export, because a bundle of a CommonJS package has no other.
  loading ??= import("isomorphic-git").then(({ default: git }) => git);
  return loading;
}

const EMPTY_TREE = objectId("tree", Buffer.alloc(0));
const WRITERS = 8;

/** Keeps `git gc` from dropping the pack's unreachable objects: it spares what is young. */
async function markUsed(pack: string): Promise<boolean> {
  const now = new Date();
  return promises.utimes(pack, now, now).then(
    () => true,
    () => false,
  );
}

function missing(oid: Oid, what: string, cause?: unknown): RedunError {
  return new RedunError(
    "OBJECT_MISSING",
    `The object ${oid} ${what}.`,
    "`git fsck` tells what is damaged or missing. Fetch it again, or copy it from another clone.",
    { cause },
  );
}
