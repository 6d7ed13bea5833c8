import type { ObjectFormat } from "../git/backend.ts";
import { File } from "../value/file.ts";
import type { FileSet } from "../value/file-set.ts";
import { hashAhead, longToHash, unhashedFiles } from "../value/file-state.ts";
import { fileValuesIn } from "../value/files-in.ts";

/** How often one `File` is hashed ahead: it may change all the time. */
const MAX_TIMES = 3;

export interface HashAheadOptions {
  readonly format: ObjectFormat;
  /** Called with a large file, and its size in bytes, when hashing begins. */
  readonly onFile: (path: string, size: number) => void;
  /** Called with the same file when that is done, or given up. */
  readonly onHashed: (path: string) => void;
  readonly isOver: () => boolean;
}

/**
 * Hashes large files before they are recorded, while timers and other jobs go on: what is recorded
 * must be read at that moment, in one go. One at a time, as a disk likes it.
 */
export class HashAhead {
  readonly #options: HashAheadOptions;
  readonly #times = new WeakMap<File | FileSet, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HashAheadOptions) {
    this.#options = options;
  }

  /** What has to be waited for before a value is recorded: mostly nothing. */
  of(value: unknown): readonly Promise<unknown>[] {
    if (typeof value !== "object" || value === null) return NONE;
    const due = fileValuesIn(value).flatMap((file) => this.#placesDue(file));
    return due.length === 0 ? NONE : due.map((place) => this.#begin(place));
  }

  #placesDue(file: File | FileSet): readonly string[] {
    const times = this.#times.get(file) ?? 0;
    if (times >= MAX_TIMES || this.#options.isOver()) return [];
    const kindOf = (place: string) => longToHash(place, this.#options.format);
    if (file instanceof File) {
      const long = file.by === "stat" ? null : kindOf(file.place);
      // To see what changed in a folder it would have to be looked through again.
      if (long) this.#times.set(file, long === "folder" ? MAX_TIMES : times + 1);
      return long ? [file.place] : [];
    }
    this.#times.set(file, times + 1);
    if (file.by === "stat") return [];
    return file.files().flatMap(({ place }) => (kindOf(place) ? [place] : []));
  }

  #begin(place: string): Promise<unknown> {
    const hashed = this.#last.then(() => this.#hash(place));
    this.#last = hashed;
    return hashed;
  }

  async #hash(place: string): Promise<void> {
    const { format, onFile, onHashed, isOver } = this.#options;
    for (const [path, size] of await unhashedFiles(place, format)) {
      onFile(path, size);
      await hashAhead(path, format, isOver).finally(() => onHashed(path));
    }
  }
}

const NONE: readonly Promise<unknown>[] = [];
