import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { checkFormat } from "../log/format.ts";
import type { Log } from "../log/log.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
import { checkName, expectInPlace } from "../record/name.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { type Digest, Digester } from "./digest.ts";
import type { Namer } from "./names.ts";

/** A file of the log that is to be added; `parsePath` knows its path. */
export interface FoundFile {
  readonly path: string;
  readonly oid: Oid;
}

/** What came of one file: its digest, or why it cannot be believed. */
export type Digested = Digest | { readonly kind: "bad"; readonly reason: string };

/** Whoever reads and digests files. */
export interface DigestSource {
  /**
   * The digests of files, in their order.
   * @throws RedunError OBJECT_MISSING, GIT_FAILED; FORMAT_TOO_NEW
   */
  digest(files: readonly FoundFile[]): Promise<Digested[]>;
  close(): Promise<void>;
}

/**
 * After so many files we take what git has written meanwhile: its pipe holds little, and a full
 * one stops it.
 */
const DIGESTED_AT_ONCE = 32;

interface PlacedFile extends FoundFile {
  readonly place: RecordPath;
}

/** Reads files of a log and digests them, in this thread. */
export class FileDigester implements DigestSource {
  readonly #log: Log;
  readonly #digester: Digester;
  /** The files asked for before, which come first. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(log: Log, namer: Namer) {
    this.#log = log;
    this.#digester = new Digester(log.backend.repository.objectFormat, namer);
  }

  digest(files: readonly FoundFile[]): Promise<Digested[]> {
    const placed = files.map(({ path, oid }) => ({ path, oid, place: parsePath(path)! }));
    // git reads these while those before them are digested.
    const ready = Promise.all([this.#read(placed), this.#before]);
    const digests = ready.then(([texts]) => this.#digestAll(placed, texts));
    this.#before = digests.catch(() => {});
    return digests;
  }

  async close(): Promise<void> {}

  /** Of a value only its being there counts: it may be large, and is read when it is shown. */
  async #read(files: readonly PlacedFile[]): Promise<string[]> {
    const texts: string[] = [];
    const toRead = files.filter(({ place }) => place.kind !== "value").map(({ oid }) => oid);
    for await (const { text } of this.#log.read(toRead)) texts.push(text);
    return texts.reverse();
  }

  /** The text of the next file to read is the last one. */
  async #digestAll(files: readonly PlacedFile[], texts: string[]): Promise<Digested[]> {
    const digests: Digested[] = [];
    for (const [at, file] of files.entries()) {
      const { place } = file;
      if (place.kind === "value") digests.push(valueDigest(file.path, place));
      else digests.push(await this.#digestText(file, texts.pop()!));
      if (at % DIGESTED_AT_ONCE === 0) await eventLoopTurn();
    }
    return digests;
  }

  async #digestText({ path, place, oid }: PlacedFile, text: string): Promise<Digested> {
    try {
      const record = await readAnyYaml(text);
      if (place.kind === "format") checkFormat(record, this.#log.ref);
      else checkName(path, place, oid, record);
      return this.#digester.digest({ path, place, record });
    } catch (error) {
      if (!(error instanceof RedunError) || error.code === "FORMAT_TOO_NEW") throw error;
      return { kind: "bad", reason: error.message };
    }
  }
}

function valueDigest(path: string, place: RecordPath & { readonly id: string }): Digested {
  try {
    expectInPlace(path, place);
    return { kind: "value", id: place.id };
  } catch (error) {
    return { kind: "bad", reason: (error as Error).message };
  }
}
