/**
 * Hashes of files that were read before, by all that the file system says of a file: of this process, and
 * of earlier ones as far as a repository keeps them.
 */
import {
  type BigIntStats,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import type { HashName } from "./hash.ts";

/** A file that changed this recently may change again without a sign of it, in nanoseconds. */
const SETTLED = 100_000_000n;
/** The same where the file system counts whole seconds, or two of them. */
const SETTLED_COARSE = 3_000_000_000n;
const SECOND = 1_000_000_000n;
/** So many are kept, in memory and in a repository: some 12 MB there. */
const MOST = 100_000;
/** To read a few small files is cheaper than to look for them. */
const FEW = 20;
const SMALL = 65_536n;

type FileStat = Pick<BigIntStats, "dev" | "ino" | "size" | "mtimeNs" | "ctimeNs">;

const known = new Map<string, string>();
let store: HashStore | null = null;

/** The hash of the content of a file of which the file system says this, if somebody has read it. */
export function knownHash(stat: FileStat, format: HashName): string | undefined {
  const name = nameOf(stat, format);
  return known.get(name) ?? store?.get(name, stat.size);
}

/**
 * Remembers the hash of a file's content, unless the file is so young that it may change without a sign of
 * it: what git calls racily clean.
 */
export function rememberHash(stat: FileStat, format: HashName, hash: string): void {
  if (!isSettled(stat)) return;
  const name = nameOf(stat, format);
  if (known.size >= MOST) known.clear();
  known.set(name, hash);
  store?.add(name, hash, stat.ctimeNs);
}

/** How long until what is read of a file can be remembered, in milliseconds. */
export function settlesIn({ ctimeNs }: FileStat, now = Date.now()): number {
  const at = ctimeNs + (ctimeNs % SECOND === 0n ? SETTLED_COARSE : SETTLED);
  return Math.max(0, Number(at / 1_000_000n) + 1 - now);
}

function isSettled(stat: FileStat, now?: number): boolean {
  return settlesIn(stat, now) === 0;
}

function nameOf({ dev, ino, size, mtimeNs, ctimeNs }: FileStat, format: HashName): string {
  return `${format} ${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/**
 * From now on hashes are looked for in this file too, which need not be there.
 * @param share gives it the permissions that it should have
 */
export function useHashStore(path: string, share: (path: string) => void = () => {}): void {
  if (store?.path !== path) store = new HashStore(path, share);
}

/** Adds what was found out since to that file, as far as it can be written: it is a cache. */
export function saveHashes(): void {
  try {
    store?.save();
  } catch {
    // The next run reads the files again.
  }
}

const LINE = /^(sha(?:1|256) \d+ \d+ \d+ -?\d+ -?\d+) ([0-9a-f]{40}|[0-9a-f]{64})$/;

/** A file of lines, to which each run appends. Lines that are torn or damaged say nothing. */
class HashStore {
  readonly path: string;
  #read: Map<string, string> | null = null;
  #fresh = new Map<string, { readonly hash: string; readonly ctimeNs: bigint }>();
  #asked = 0;

  readonly #share: (path: string) => void;

  constructor(path: string, share: (path: string) => void) {
    this.path = path;
    this.#share = share;
  }

  get(name: string, size: bigint): string | undefined {
    if (!this.#read && size < SMALL && ++this.#asked <= FEW) return undefined;
    this.#read ??= this.#load();
    return this.#read.get(name);
  }

  add(name: string, hash: string, ctimeNs: bigint): void {
    if (this.#read?.get(name) !== hash) this.#fresh.set(name, { hash, ctimeNs });
  }

  save(): void {
    if (this.#fresh.size === 0) return;
    const fresh = [...this.#fresh];
    this.#fresh.clear();
    const file = openSync(this.path, "a");
    try {
      this.#share(this.path);
      // A line that a dead process left unfinished ends here; and this is the file system's own time.
      writeSync(file, "\n");
      const now = Number(fstatSync(file, { bigint: true }).mtimeNs / 1_000_000n);
      const lines = fresh
        .filter(([, { ctimeNs }]) => isSettled({ ctimeNs } as FileStat, now))
        .map(([name, { hash }]) => `${name} ${hash}\n`);
      writeSync(file, lines.join(""));
    } finally {
      closeSync(file);
    }
    for (const [name, { hash }] of fresh) this.#read?.set(name, hash);
    if (fresh.length + (this.#read?.size ?? 0) > 2 * MOST) this.#shorten();
  }

  #load(): Map<string, string> {
    const read = new Map<string, string>();
    for (const line of textOf(this.path).split("\n")) {
      const [, name, hash] = LINE.exec(line) ?? [];
      if (name !== undefined) read.set(name, hash!);
    }
    return read;
  }

  /** Only the latest are kept. */
  #shorten(): void {
    const lines = textOf(this.path).split("\n").filter(Boolean).slice(-MOST);
    const path = `${this.path}.${process.pid}`;
    writeFileSync(path, `${lines.join("\n")}\n`);
    this.#share(path);
    renameSync(path, this.path);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
