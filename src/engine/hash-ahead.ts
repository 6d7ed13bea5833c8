import type { ObjectFormat } from "../git/backend.ts";
import { type File, filesIn } from "../value/file.ts";
import { hashAhead, longToHash, unhashedFiles } from "../value/file-state.ts";

/** How often one `File` is hashed ahead: it may change all the time. */
const MAX_TIMES = 3;

export interface HashAheadOptions {
  readonly format: ObjectFormat;
  /** Told of a large file, with its size in bytes, when it is begun. */
  readonly onFile: (path: string, size: number) => void;
  /** Told of the same file when it is done, or given up. */
  readonly onHashed: (path: string) => void;
  readonly isOver: () => boolean;
}

/**
 * Hashes large files before they are recorded, while timers and other jobs go on: what is recorded
 * must be read at that moment, in one go. One at a time, as a disk likes it.
 */
export class HashAhead {
  readonly #options: HashAheadOptions;
  readonly #times = new WeakMap<File, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HashAheadOptions) {
    this.#options = options;
  }

  /** What has to be waited for before a value is recorded: mostly nothing. */
  of(value: unknown): readonly Promise<unknown>[] {
    if (typeof value !== "object" || value === null) return NONE;
    const files = filesIn(value).filter((file) => this.#isDue(file));
    return files.length === 0 ? NONE : files.map((file) => this.#begin(file));
  }

  #isDue(file: File): boolean {
    const times = this.#times.get(file) ?? 0;
    if (times >= MAX_TIMES || this.#options.isOver()) return false;
    const long = longToHash(file.place, this.#options.format);
    // To see what changed in a folder it would have to be looked through again.
    if (long) this.#times.set(file, long === "folder" ? MAX_TIMES : times + 1);
    return long !== null;
  }

  #begin(file: File): Promise<unknown> {
    const hashed = this.#last.then(() => this.#hash(file.place));
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
