import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import { checkFormat } from "../log/format.ts";
import type { Log } from "../log/log.ts";
import { parsePath, type RecordPath } from "../record/layout.ts";
import { assertInPlace, assertName } from "../record/name.ts";
import { MAX_RECORD_BYTES, recordTooLarge } from "../record/size.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { type Digest, Digester } from "./digest.ts";
import { isHexId } from "./ids.ts";
import type { Namer } from "./names.ts";

/** A file of the log that is to be added; `parsePath` knows its path. */
export interface FoundFile {
  readonly path: string;
  readonly oid: Oid;
}

/** What came of one file: its digest, why it cannot be believed, or that it is not here. */
export type Digested =
  | Digest
  | { readonly kind: "bad"; readonly reason: string }
  | { readonly kind: "absent" };

/** Reads and digests files. */
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

/** Bytes that are read before their turn; of what is more, one file is in memory at a time. */
const READ_AHEAD = 8 * 2 ** 20;
/** Files of so many bytes are remembered. */
const LARGE = 2 ** 16;

/** What is known of a batch of files before it is digested. */
interface Texts {
  readonly sizes: ReadonlyMap<Oid, number>;
  /** Those that are small enough to be read, the next one last; null where they are too much. */
  readonly texts: string[] | null;
}

interface PlacedFile extends FoundFile {
  readonly place: RecordPath;
}

/** Reads files of a log and digests them, in this thread. */
export class FileDigester implements DigestSource {
  readonly #log: Log;
  readonly #digester: Digester;
  /** The path at which a large file was read: at another one it is not believed. */
  readonly #large = new Map<Oid, string>();
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

  /**
   * Of a value only its being there counts: it may be large, and is read when it is shown. Nothing
   * that is too large is read, and what is large together is read when its turn comes.
   */
  async #read(files: readonly PlacedFile[]): Promise<Texts> {
    const oids = files.filter(({ place }) => place.kind !== "value").map(({ oid }) => oid);
    const sizes = new Map<Oid, number>();
    for (const [at, size] of (await this.#log.backend.sizes(oids)).entries()) {
      if (size !== null) sizes.set(oids[at]!, size);
    }
    const fitting = oids.filter((oid) => (sizes.get(oid) ?? 0) <= MAX_RECORD_BYTES);
    const total = fitting.reduce((sum, oid) => sum + (sizes.get(oid) ?? 0), 0);
    const texts: string[] = [];
    if (total > READ_AHEAD) return { sizes, texts: null };
    try {
      for await (const { text } of this.#log.read(fitting)) texts.push(text);
    } catch (error) {
      // One by one it turns out which of them it is.
      if (isGone(error)) return { sizes, texts: null };
      throw error;
    }
    return { sizes, texts: texts.reverse() };
  }

  /** The text of the next file to read is the last one. */
  async #digestAll(files: readonly PlacedFile[], texts: Texts): Promise<Digested[]> {
    const digests: Digested[] = [];
    for (const [at, file] of files.entries()) {
      const { place } = file;
      if (place.kind === "value") digests.push(valueDigest(file.path, place));
      else digests.push(await this.#digestFile(file, texts).catch(absentIfGone));
      if (at % DIGESTED_AT_ONCE === 0) await eventLoopTurn();
    }
    return digests;
  }

  async #digestFile(file: PlacedFile, { sizes, texts }: Texts): Promise<Digested> {
    const { oid } = file;
    const size = sizes.get(oid) ?? 0;
    if (size > MAX_RECORD_BYTES) return { kind: "bad", reason: recordTooLarge(size) };
    if (size < LARGE) return this.#hashText(file, texts ? texts.pop()! : await this.#text(oid));
    // One that stands at many paths is what one of them says at most, and is read once.
    // A file may come twice itself: the writer begins again when an id turns out to be contested.
    const first = this.#large.get(oid) ?? file.path;
    const text = texts?.pop();
    if (first !== file.path) return { kind: "bad", reason: `It is the same file as ${first}.` };
    const digest = await this.#hashText(file, text ?? (await this.#text(oid)));
    this.#large.set(oid, file.path);
    return digest;
  }

  async #text(oid: Oid): Promise<string> {
    for await (const { text } of this.#log.read([oid])) return text;
    return "";
  }

  async #hashText({ path, place, oid }: PlacedFile, text: string): Promise<Digested> {
    try {
      const record = await readAnyYaml(text);
      if (place.kind === "format") checkFormat(record, this.#log.ref);
      else assertName(path, place, oid, record, () => true);
      const digest = this.#digester.digest({ path, place, record });
      // Whether it may have the id of another content is for those to say who know the tombstones.
      const isRedacted =
        digest.kind === "execution" && (record as { id?: unknown }).id === digest.id;
      return isRedacted && isHexId(digest.id) ? { ...digest, isRedacted } : digest;
    } catch (error) {
      if (!(error instanceof RedunError) || error.code === "FORMAT_TOO_NEW") throw error;
      return { kind: "bad", reason: error.message };
    }
  }
}

/** Whether an error says that an object is damaged or not here; others can still be read. */
function isGone(error: unknown): boolean {
  return error instanceof RedunError && error.code === "OBJECT_MISSING";
}

function absentIfGone(error: unknown): Digested {
  if (isGone(error)) return { kind: "absent" };
  throw error;
}

function valueDigest(path: string, place: RecordPath & { readonly id: string }): Digested {
  try {
    assertInPlace(path, place);
    return { kind: "value", id: place.id };
  } catch (error) {
    return { kind: "bad", reason: (error as Error).message };
  }
}
