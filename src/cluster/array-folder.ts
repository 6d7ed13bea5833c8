import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fateOf, type Owner, thisProcess } from "../git/files/owner.ts";
import { writeWhole } from "../git/files/write-whole.ts";
import type { Mirror } from "./mirror.ts";

/** How an element says that it ended. */
export interface ElementEnd {
  /** The exit status of its command, or `TERM` where it was told to end. */
  readonly status: string;
  readonly node: string;
}

/** A call, as far as the folder holds it. */
export interface SharedCall {
  readonly key: string;
  readonly text: string;
  /** Whether other users are not to read it, nor what comes of it. */
  readonly isPrivate: boolean;
}

/** What an element has printed on one stream. */
export interface Printed {
  readonly bytes: Buffer;
  /** How many bytes there were before these. */
  readonly before: number;
}

/**
 * The folder of one array of calls, of which element n has the files
 *
 * - `calls/n`: what `redun-git oneshot` reads; gone if nobody wants it now
 * - `answers/n`: what that wrote
 * - `status/n`: how its command ended, and on which node
 * - `logs/n.out`, `logs/n.err`: what it printed
 *
 * and which also holds `keys`, a line for each call, `owner`, the process that submitted it, and `job`, the
 * engine's id of it, once that is known.
 */
export class ArrayFolder {
  readonly folder: string;
  readonly token: string;
  readonly #mirror: Mirror | undefined;

  /** @param mirror what takes it to nodes that do not share it */
  constructor(folder: string, token: string, mirror?: Mirror) {
    this.folder = folder;
    this.token = token;
    this.#mirror = mirror;
  }

  write(calls: readonly SharedCall[]): void {
    // All of an array are of one task.
    const isPrivate = calls.some((call) => call.isPrivate);
    mkdirSync(this.folder, { recursive: true, mode: isPrivate ? 0o700 : 0o777 });
    for (const name of ["calls", "answers", "status", "logs"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    this.#own();
    for (const [n, { text }] of calls.entries()) {
      writeFileSync(join(this.folder, "calls", String(n)), text);
    }
    writeFileSync(join(this.folder, "keys"), calls.map(({ key }) => `${key}\n`).join(""));
  }

  get logs(): string {
    return join(this.folder, "logs");
  }

  /** The key of each call; empty for a folder that was not written to its end. */
  keys(): string[] {
    return (this.#text("keys") ?? "").split("\n").slice(0, -1);
  }

  get job(): string | null {
    return this.#text("job");
  }

  /** Writes the engine's id down. */
  submittedAs(job: string): void {
    try {
      writeWhole(join(this.folder, "job"), job);
    } catch {
      // It is found by its token.
    }
  }

  /** When something was last written there, in milliseconds since 1970. */
  get changedAt(): number {
    const times = [this.folder, join(this.folder, "status"), this.logs].map(
      (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    );
    return Math.max(...times);
  }

  /** Whether the process that made it has certainly ended. */
  isAbandoned(): boolean {
    try {
      return fateOf(JSON.parse(this.#text("owner") ?? "") as Owner).state === "dead";
    } catch {
      return false;
    }
  }

  /** Makes it this process's own, unless another one may still be at it. Returns whether it is. */
  takeOver(): boolean {
    if (!this.isAbandoned()) return false;
    try {
      this.#own();
      return true;
    } catch {
      return false;
    }
  }

  #own(): void {
    writeFileSync(join(this.folder, "owner"), JSON.stringify(thisProcess()));
  }

  /** The elements that have said how they ended. */
  ended(): number[] {
    let names: string[];
    try {
      names = readdirSync(join(this.folder, "status"));
    } catch {
      return [];
    }
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  }

  endOf(n: number): ElementEnd | null {
    const [status, node] = this.#text(join("status", String(n)))?.split("\n") ?? [];
    return status && node !== undefined ? { status, node } : null;
  }

  answerOf(n: number): string | null {
    return this.#text(join("answers", String(n)));
  }

  /** The end of what an element has printed, of `most` bytes; empty where it has printed nothing. */
  printedBy(n: number, stream: "out" | "err", most: number): Printed {
    let file: number;
    try {
      file = openSync(join(this.logs, `${n}.${stream}`), "r");
    } catch {
      return { bytes: Buffer.alloc(0), before: 0 };
    }
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, most));
      const before = size - bytes.length;
      return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, before)), before };
    } finally {
      closeSync(file);
    }
  }

  /** An element that has not begun will not run its call. */
  withdraw(n: number): void {
    rmSync(join(this.folder, "calls", String(n)), { force: true });
    this.#mirror?.withdraw(this.token, n);
  }

  /** What is still written there by a node may keep a part of it. */
  remove(): void {
    this.#mirror?.remove(this.token);
    try {
      // An element that begins meanwhile finds no call.
      rmSync(join(this.folder, "calls"), { recursive: true, force: true });
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 1 });
    } catch {
      // It goes when it is old.
    }
  }

  #text(name: string): string | null {
    try {
      return readFileSync(join(this.folder, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }
}
