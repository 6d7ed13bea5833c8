/**
 * What was removed from a log, and must not come back. Tombstones are records like any: the union of two
 * logs has those of both, and then none of the files that they cover.
 */
import { RedunError } from "../errors.ts";
import type { GitBackend, Oid } from "../git/backend.ts";
import { fromBytes, isFolder, parseTree } from "../git/tree-format.ts";
import { changedFiles, MAX_TREE_BYTES, type ReadTree } from "../git/tree-walk.ts";
import { decodeTombstone } from "../record/decode.ts";
import { type DecodablePath, decodeAt } from "../record/decode-at.ts";
import { parsePath, type RecordPath, TOMBSTONES_FOLDER, tombstonePath } from "../record/layout.ts";
import type { Redaction, Tombstone } from "../record/records.ts";
import { withoutRedacted } from "../record/redaction.ts";
import { blobId } from "../value/oid.ts";
import { readAnyYaml } from "../value/yaml-any.ts";

/** A file as it may stay: at a path that may be another one, since files are named by their content. */
export interface Kept {
  readonly path: string;
  readonly text: string;
}

/** Some tombstones, and what they cover. */
export class Tombstones {
  /** By the object ids of their files. */
  readonly byId: ReadonlyMap<Oid, Tombstone>;
  readonly #removed = new Map<string, Tombstone>();
  readonly #values = new Map<string, Tombstone>();
  readonly #unused = new Set<string>();
  readonly #redacted = new Map<string, Redaction[]>();

  constructor(byId: ReadonlyMap<Oid, Tombstone>) {
    this.byId = byId;
    for (const one of byId.values()) {
      for (const id of one.removed) this.#removed.set(id, one);
      for (const id of one.values) this.#values.set(id, one);
      for (const id of one.unused) this.#unused.add(id);
      for (const place of one.redacted) {
        const known = this.#redacted.get(place.execution);
        if (known) known.push(place);
        else this.#redacted.set(place.execution, [place]);
      }
    }
  }

  get isEmpty(): boolean {
    return this.byId.size === 0;
  }

  /** With those of another log. */
  with(others: Tombstones): Tombstones {
    if (others.isEmpty) return this;
    return this.isEmpty ? others : new Tombstones(new Map([...this.byId, ...others.byId]));
  }

  /** The tombstone of an execution that was removed, or of a value's file. */
  removedBy(id: string): Tombstone | undefined {
    return this.#removed.get(id) ?? this.#values.get(id);
  }

  /** The one execution or job that was removed whose id begins so. */
  removedWithPrefix(prefix: string): readonly [id: string, Tombstone] | undefined {
    const whole = this.#removed.get(prefix);
    if (whole) return [prefix, whole];
    const found = [...this.#removed].filter(([id]) => id.startsWith(prefix));
    return found.length === 1 ? found[0] : undefined;
  }

  /** What was redacted of an execution and its jobs. */
  redactionsOf(execution: string): readonly Redaction[] {
    return this.#redacted.get(execution) ?? [];
  }

  /** Whether the start of an execution has no longer the content that its id was made of. */
  isStartRedacted(execution: string): boolean {
    return this.redactionsOf(execution).some(
      ({ job, part }) => job === undefined && (part === "argv" || part === "tag"),
    );
  }

  /** Whether nothing may be at a path. */
  isRemoved(place: RecordPath | null): boolean {
    if (place === null) return false;
    if ("execution" in place) return this.#removed.has(place.execution);
    if (place.kind === "tags") {
      // Of what was moved, tags that nobody knew of then stay: they are not in the other log.
      const of = this.#removed.get(place.entity);
      return this.#removed.has(place.id) || (of !== undefined && of.movedTo === undefined);
    }
    return place.kind === "value" && this.#values.has(place.id);
  }

  /** Whether a value's file went because nothing else used it. */
  isUnused(value: string): boolean {
    return this.#unused.has(value);
  }

  /** Whether a file may hold what was redacted: its text tells. */
  mayBeRedacted(place: RecordPath | null): place is DecodablePath {
    if (place === null || this.#redacted.size === 0) return false;
    if ("execution" in place) return this.#redacted.has(place.execution);
    // Tags of a job stand in a folder of their own.
    return place.kind === "tags";
  }

  /**
   * A file without what was redacted; the same object where there was none of it. Null: nothing remains.
   * What is no record is left as it is: no reader believes it.
   */
  async kept<T extends Kept>(file: T, format: "sha1" | "sha256"): Promise<T | Kept | null> {
    const place = parsePath(file.path);
    if (this.isRemoved(place)) return null;
    if (!this.mayBeRedacted(place)) return file;
    const text = await this.#without(file, place);
    if (text === undefined) return file;
    return text === null ? null : { path: pathOf(file.path, place, text, format), text };
  }

  async #without({ path, text }: Kept, place: DecodablePath): Promise<string | null | undefined> {
    try {
      const decoded = decodeAt(path, place, await readAnyYaml(text));
      const execution = "execution" in place ? place.execution : this.#executionOf(place);
      if (execution === undefined) return undefined;
      return withoutRedacted(decoded, this.redactionsOf(execution), text);
    } catch {
      return undefined;
    }
  }

  /** The execution that an entity with tags is, or the one whose job it is. */
  #executionOf(place: RecordPath): string | undefined {
    if (place.kind !== "tags") return undefined;
    const { entity } = place;
    if (this.#redacted.has(entity)) return entity;
    for (const [execution, places] of this.#redacted) {
      if (places.some(({ job }) => job === entity)) return execution;
    }
    return undefined;
  }
}

export const NO_TOMBSTONES = new Tombstones(new Map());

/** Where a file belongs whose content was changed. */
function pathOf(path: string, place: RecordPath, text: string, format: "sha1" | "sha256"): string {
  if (place.kind === "execution") return path;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const name = place.kind === "tags" ? "" : `${place.kind}-`;
  return `${folder}${name}${blobId(text, format)}.yaml`;
}

/**
 * The tombstones of a commit's tree. What is no record, or is not named by its content, is none.
 * @throws RedunError OBJECT_MISSING
 */
export async function readTombstones(backend: GitBackend, commit: Oid | null): Promise<Tombstones> {
  if (commit === null) return NO_TOMBSTONES;
  const format = backend.repository.objectFormat;
  const read: ReadTree = async (oid) => {
    for await (const { bytes } of backend.read([oid])) {
      if (bytes.length <= MAX_TREE_BYTES) return { type: "tree", bytes: Buffer.from(bytes) };
    }
    throw new RedunError("BAD_RECORD", `The folder ${oid} has more than ${MAX_TREE_BYTES} bytes.`);
  };
  const { tree } = await backend.commit(commit);
  const entries = parseTree((await read(tree)).bytes, format);
  const folder = entries.find((one) => isFolder(one) && fromBytes(one.name) === TOMBSTONES_FOLDER);
  if (!folder) return NO_TOMBSTONES;
  const known = cached.get(folder.oid);
  if (known) return known;
  const oids: Oid[] = [];
  for await (const { path, oid, refused } of changedFiles(read, format, null, folder.oid)) {
    const isNamed = `${TOMBSTONES_FOLDER}/${path}` === tombstonePath(oid);
    if (refused === undefined && isNamed) oids.push(oid);
  }
  const found = new Map<Oid, Tombstone>();
  for await (const { oid, bytes } of backend.read(oids)) {
    try {
      found.set(oid, decodeTombstone(await readAnyYaml(Buffer.from(bytes).toString("utf8"))));
    } catch {
      // The index names what is no record.
    }
  }
  const tombstones = new Tombstones(found);
  cached.set(folder.oid, tombstones);
  return tombstones;
}

/** By the id of the folder: what it holds never changes. */
const cached = new Map<Oid, Tombstones>();
