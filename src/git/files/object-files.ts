import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Oid } from "../backend.ts";
import {
  type GitObject,
  headOfLoose,
  inflateLoose,
  type ObjectHead,
  objectId,
} from "./loose-object.ts";
import { applyDelta, deltaSizes } from "./pack-delta.ts";
import { type PackEntry, PackFile } from "./pack-file.ts";
import { PackIndex } from "./pack-index.ts";

/** Objects of which one is a delta, each of the next; git makes 4095 at most. */
const MAX_CHAIN = 10_000;
/** Bytes of their deltas, which are held together. */
const MAX_DELTAS = 2 ** 26;
/** Bytes of contents that are remembered: objects next to one another are often deltas of the same. */
const REMEMBERED = 2 ** 24;
/** A loose object's file is hardly larger than its content. */
const DEFLATED_MORE = 2 ** 16;
/** Packs that are open, two files each. `git gc` leaves one, and comes when there are fifty. */
const MAX_OPEN = 60;

interface Pack {
  readonly path: string;
  /** No other pack has it. */
  readonly number: number;
  readonly index: PackIndex;
  readonly file: PackFile;
}

/** Where an object lies: in which pack, at which byte. */
interface Packed {
  readonly pack: Pack;
  readonly offset: number;
}

/**
 * Reads the objects of a repository from git's own files: loose ones and packs (gitrepository-layout(5),
 * gitformat-pack(5)), with ids of SHA-1. What is not here, or not as it should be, is null: whoever asks
 * has another way to find out why.
 *
 * To start a git costs as much as to read some hundred objects so.
 */
export class ObjectFiles {
  readonly #objects: string;
  /** By the names of their files, without endings. */
  readonly #packs = new Map<string, Pack>();
  #opened = 0;
  /** The pack that had the last object. */
  #last: Pack | null = null;
  readonly #contents = new Contents();

  /** @param objects the folder of that name in a git directory */
  constructor(objects: string) {
    this.#objects = objects;
  }

  /** An object for which no more than `limit` bytes have to be held at a time. */
  read(oid: Oid, limit: number): GitObject | null {
    try {
      const packed = this.#openPackOf(oid);
      const object = packed
        ? this.#readPacked(packed, limit)
        : (this.#loose(oid, limit) ?? this.#read(this.#otherPackOf(oid), limit));
      return object && objectId(object.type, object.bytes) === oid ? object : null;
    } catch {
      return null;
    }
  }

  /** What an object is, without reading all of it. */
  head(oid: Oid): ObjectHead | null {
    try {
      const packed = this.#openPackOf(oid);
      if (packed) return this.#packedHead(packed);
      const loose = headOfLoose(this.#looseFile(oid));
      if (loose) return loose;
      const other = this.#otherPackOf(oid);
      return other && this.#packedHead(other);
    } catch {
      return null;
    }
  }

  /** The file of the pack that holds an object. */
  packWith(oid: Oid): string | null {
    return (this.#openPackOf(oid) ?? this.#otherPackOf(oid))?.pack.path ?? null;
  }

  /** Closes all files and frees memory. The reader may be used again. */
  close(): void {
    for (const name of [...this.#packs.keys()]) this.#closePack(name);
  }

  #looseFile(oid: Oid): string {
    return join(this.#objects, oid.slice(0, 2), oid.slice(2));
  }

  #loose(oid: Oid, limit: number): GitObject | null {
    const known = this.#contents.get(oid);
    if (known) return known.bytes.length <= limit ? known : null;
    const path = this.#looseFile(oid);
    const file = statSync(path, { throwIfNoEntry: false });
    const isThere = file !== undefined && file.size <= limit + DEFLATED_MORE;
    if (!isThere) return null;
    return this.#contents.put(oid, inflateLoose(readFileSync(path), limit));
  }

  #read(packed: Packed | null, limit: number): GitObject | null {
    return packed && this.#readPacked(packed, limit);
  }

  #openPackOf(oid: Oid): Packed | null {
    const last = this.#last && this.#within(this.#last, oid);
    if (last) return last;
    for (const pack of this.#packs.values()) {
      const found = pack === this.#last ? null : this.#within(pack, oid);
      if (found) return found;
    }
    return null;
  }

  /** Looks at the packs that are not open: with each `git gc` some come and others go. */
  #otherPackOf(oid: Oid): Packed | null {
    const folder = join(this.#objects, "pack");
    const names = new Set(packNames(folder));
    for (const name of [...this.#packs.keys()]) if (!names.has(name)) this.#closePack(name);
    for (const name of names) {
      if (this.#packs.has(name)) continue;
      const pack = openPack(join(folder, name), this.#opened++);
      if (!pack) continue;
      this.#packs.set(name, pack);
      const found = this.#within(pack, oid);
      if (this.#packs.size > MAX_OPEN) {
        const [oldest] = this.#packs.keys();
        this.#closePack(found ? oldest! : name);
      }
      if (found) return found;
    }
    return null;
  }

  #within(pack: Pack, oid: Oid): Packed | null {
    const offset = pack.index.offsetOf(oid);
    if (offset === null) return null;
    this.#last = pack;
    return { pack, offset };
  }

  #closePack(name: string): void {
    const pack = this.#packs.get(name)!;
    this.#packs.delete(name);
    if (this.#last === pack) this.#last = null;
    this.#contents.clear();
    pack.index.close();
    pack.file.close();
  }

  #readPacked(asked: Packed, limit: number): GitObject | null {
    const deltas: { of: Packed; delta: Buffer }[] = [];
    let [at, held] = [asked, 0];
    let object = this.#contents.get(keyOf(at));
    while (!object) {
      const { pack, offset } = at;
      const entry = pack.file.entryAt(offset);
      held += entry.size;
      if (entry.size > limit || deltas.length === MAX_CHAIN) return null;
      const content = pack.file.contentOf(entry);
      if (entry.type) object = this.#contents.put(keyOf(at), { type: entry.type, bytes: content });
      else {
        const base = this.#baseOf(at, entry);
        if (!base || held > MAX_DELTAS || deltaSizes(content).after > limit) return null;
        deltas.push({ of: at, delta: content });
        at = base;
        object = this.#contents.get(keyOf(at));
      }
    }
    if (object.bytes.length > limit) return null;
    for (const { of, delta } of deltas.reverse()) {
      object = this.#contents.put(keyOf(of), {
        type: object.type,
        bytes: applyDelta(object.bytes, delta),
      });
    }
    return object;
  }

  #packedHead(asked: Packed): ObjectHead | null {
    let size: number | undefined;
    let held = 0;
    let at: Packed | null = asked;
    for (let links = 0; at && links < MAX_CHAIN; links++) {
      const { file } = at.pack;
      const entry = file.entryAt(at.offset);
      held = Math.max(held, entry.size);
      if (entry.type) return { type: entry.type, size: size ?? entry.size, held };
      const { before, after } = file.deltaSizesOf(entry);
      size ??= after;
      held = Math.max(held, before, after);
      at = this.#baseOf(at, entry);
    }
    return null;
  }

  #baseOf({ pack }: Packed, { base }: PackEntry): Packed | null {
    if (typeof base !== "string") return base === null ? null : { pack, offset: base };
    return this.#openPackOf(base) ?? this.#otherPackOf(base);
  }
}

/** Contents that were used not long ago, by where they lie in a pack or, loose ones, by their ids. */
class Contents {
  /** Which was used last is the last one. */
  readonly #objects = new Map<string, GitObject>();
  #bytes = 0;

  get(key: string): GitObject | undefined {
    const object = this.#objects.get(key);
    if (!object) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, object);
    return object;
  }

  put(key: string, object: GitObject): GitObject {
    this.#objects.set(key, object);
    this.#bytes += object.bytes.length;
    for (const [oldest, { bytes }] of this.#objects) {
      if (this.#bytes <= REMEMBERED) break;
      this.#objects.delete(oldest);
      this.#bytes -= bytes.length;
    }
    return object;
  }

  clear(): void {
    this.#objects.clear();
    this.#bytes = 0;
  }
}

function keyOf({ pack, offset }: Packed): string {
  return `${pack.number} ${offset}`;
}

/** Null for one that is gone, or no pack that we know. */
function openPack(path: string, number: number): Pack | null {
  let index: PackIndex | undefined;
  try {
    index = new PackIndex(`${path}.idx`);
    return { path: `${path}.pack`, number, index, file: new PackFile(`${path}.pack`) };
  } catch {
    index?.close();
    return null;
  }
}

function packNames(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".idx"));
    return names.map((name) => name.slice(0, -".idx".length));
  } catch {
    return [];
  }
}
