/** What a merge refuses to take in. */
import { RedunError } from "../errors.ts";
import { type Change, FILE_MODE, type Oid, type StoredFile } from "../git/backend.ts";
import { namesOf } from "../git/files/path-names.ts";
import { isInPlace, parsePath, type RecordPath } from "../record/layout.ts";
import { assertName, isOidLike, recordedName } from "../record/name.ts";
import { MAX_RECORD_BYTES, recordTooLarge } from "../record/size.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import type { Log } from "./log.ts";
import { isPartial } from "./partial.ts";

/** What a reader of UTF-8 puts in place of anything else. */
const NOT_UTF8 = "\ufffd";

/**
 * Refuses a log with a part that cannot be read: it could not be compared.
 * @throws RedunError LOG_CORRUPT
 */
export function assertWalked({ path, refused }: Change, name: string): void {
  if (refused !== undefined) throw corrupt(path, name, refused);
}

/**
 * Refuses all but ordinary files: a link or a submodule in a log can only be meant to harm.
 * @throws RedunError BAD_RECORD
 */
export function assertOrdinaryFile({ path, mode }: Change, name: string): void {
  namesOf(path);
  if (path.includes(NOT_UTF8)) {
    throw new RedunError(
      "BAD_RECORD",
      `${name} holds ${path}, a name that is not UTF-8 and so cannot be told from others.`,
      "Rename it in that log. Nothing was merged.",
    );
  }
  if (mode === FILE_MODE) return;
  throw new RedunError(
    "BAD_RECORD",
    `${name} holds ${path}, which is ${kindOf(mode)}.`,
    `A log holds only ordinary files (mode ${FILE_MODE}). Nothing was merged.`,
  );
}

/** Why a file of this mode is not a record. */
export function modeProblem(mode: string): string {
  return `It is ${kindOf(mode)}, and a record is an ordinary file of mode ${FILE_MODE}.`;
}

function kindOf(mode: string): string {
  const kinds: Record<string, string> = { "120000": "a symbolic link", "160000": "a submodule" };
  return kinds[mode] ?? `a file of mode ${mode}`;
}

/**
 * Refuses a path that leads through what is a file in the other log. Only files of others have such.
 * @throws RedunError FILE_CONFLICT
 */
export function assertNoDirectoryAsFile(files: readonly StoredFile[]): void {
  const paths = new Set(files.map(({ path }) => path));
  for (const path of paths) {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      if (paths.has(path.slice(0, end))) throw conflict(path.slice(0, end));
    }
  }
}

/** The most that is read of one log at once, in bytes. */
const MAX_READ = 2 ** 32;
/** The most files of one log that are not records. */
const MAX_OTHERS = 100_000;
/** How many files' sizes are asked for at once. */
const SIZED_AT_ONCE = 4096;

/**
 * Looks at the records that a log would bring: each stands where its ids say, has a size that can
 * be read, and is named by its content, or else says that it came with its name from elsewhere.
 * Only the last are read, when all sizes are known.
 */
export class Newcomers {
  /** Paths of executions that were imported, by their ids. */
  readonly imported = new Map<string, string>();
  readonly #log: Log;
  readonly #name: string;
  #unsized: StoredFile[] = [];
  readonly #misnamed: StoredFile[] = [];
  #toRead = 0;
  #others = 0;

  readonly #isStartRedacted: (execution: string) => boolean;

  /**
   * `name` is that of the other log. An execution of which something was redacted has an id that is not
   * that of its content.
   */
  constructor(log: Log, name: string, isStartRedacted: (execution: string) => boolean) {
    this.#isStartRedacted = isStartRedacted;
    this.#log = log;
    this.#name = name;
  }

  /** @throws RedunError LOG_CORRUPT */
  async add(path: string, place: RecordPath | null, oid: Oid): Promise<void> {
    if (!place) {
      // Folders may be shared: a few objects can hold more paths than could ever be listed.
      if (++this.#others > MAX_OTHERS) {
        throw this.#refused(path, `With it there are more than ${MAX_OTHERS} files of others.`);
      }
    } else if (!isInPlace(path, place)) {
      throw this.#refused(path, "It is not in the directory that its id belongs in.");
    }
    this.#unsized.push({ path, oid });
    if (this.#unsized.length >= SIZED_AT_ONCE) await this.#size();
  }

  /** Must be called after the last one. @throws RedunError LOG_CORRUPT */
  async finish(): Promise<void> {
    await this.#size();
    await this.#sizeMissing();
    if (this.#toRead > MAX_READ) {
      const [{ path }] = this.#misnamed as [StoredFile];
      const much = `${this.#toRead} bytes would have to be read of imported records`;
      throw this.#refused(path, `With it ${much}; the limit is ${MAX_READ}.`);
    }
    const rest = this.#misnamed.values();
    for await (const { oid, text } of this.#log.read(this.#misnamed.map((file) => file.oid))) {
      const { path } = rest.next().value!;
      const place = parsePath(path)!;
      try {
        assertName(path, place, oid, await readAnyYaml(text), this.#isStartRedacted);
      } catch (error) {
        if (!(error instanceof RedunError)) throw error;
        throw this.#refused(path, error.message, error);
      }
      const isForeign = place.kind === "execution" && !isOidLike(place.execution, oid.length);
      if (isForeign) this.#claim(path, place.execution);
    }
  }

  /** An imported execution has an id that no other has, on whatever day. */
  #claim(path: string, id: string): void {
    const other = this.imported.get(id);
    if (other !== undefined) throw this.#refused(path, `${other} has the same id.`);
    this.imported.set(id, path);
  }

  /**
   * Refuses imported executions with an id that ours has on another day.
   * @throws RedunError LOG_CORRUPT
   */
  async assertUnclaimed(ours: Oid): Promise<void> {
    if (this.imported.size === 0) return;
    for await (const { path } of this.#log.backend.changes(null, ours)) {
      const place = parsePath(path);
      if (place?.kind !== "execution") continue;
      const claim = this.imported.get(place.execution);
      if (claim === undefined || claim === path) continue;
      throw this.#refused(claim, `Its id is known: ${path} has it.`);
    }
  }

  /** In a partial clone what is to be read comes together, and has its size then. */
  async #sizeMissing(): Promise<void> {
    const { backend } = this.#log;
    if (this.#misnamed.length === 0 || !isPartial(backend.repository)) return;
    const oids = this.#misnamed.map(({ oid }) => oid);
    // What cannot be fetched is reported when it is read.
    if (!(await backend.bring(oids))) return;
    for (const [at, size] of (await backend.sizes(oids)).entries()) {
      const { path } = this.#misnamed[at]!;
      if ((size ?? 0) > MAX_RECORD_BYTES) throw this.#refused(path, recordTooLarge(size!));
      this.#toRead += size ?? 0;
    }
  }

  async #size(): Promise<void> {
    const files = this.#unsized;
    this.#unsized = [];
    const { backend } = this.#log;
    // A few objects may stand at very many paths.
    const oids = [...new Set(files.map(({ oid }) => oid))];
    // In a partial clone git would fetch each object for its size alone.
    const isBlind = isPartial(backend.repository);
    const sizes = isBlind ? [] : await backend.sizes(oids);
    const sizeOf = new Map(oids.map((oid, at) => [oid, sizes[at] ?? null]));
    for (const { path, oid } of files) {
      const place = parsePath(path);
      const size = sizeOf.get(oid) ?? 0;
      if (!isBlind && sizeOf.get(oid) === null) {
        throw this.#refused(path, `What it should hold, ${oid}, is not a file or is not here.`);
      }
      if (!place) continue;
      if (size > MAX_RECORD_BYTES) throw this.#refused(path, recordTooLarge(size));
      // A value's file may be written in another way than the canonical one, which has its id.
      const id = place.kind === "value" ? null : recordedName(place);
      if (id === null || id === oid) continue;
      if (place.kind !== "execution" && place.kind !== "task") {
        throw this.#refused(path, `Its name is ${id}, but its content has the id ${oid}.`);
      }
      this.#misnamed.push({ path, oid });
      this.#toRead += size;
    }
  }

  #refused(path: string, why: string, cause?: RedunError): RedunError {
    return corrupt(path, this.#name, why, cause);
  }
}

function corrupt(path: string, name: string, why: string, cause?: RedunError): RedunError {
  return new RedunError(
    "LOG_CORRUPT",
    `${path} in ${name} is damaged or forged. ${why} Nothing was merged.`,
    "Whoever has the log that it came from can look for the commit: `git log --all -- <path>`.",
    { cause },
  );
}

/** The error for a path with different content in the two logs. */
export function twoContents(path: string, ours: string, theirs: string): RedunError {
  if (parsePath(path) === null) return conflict(path);
  return new RedunError(
    "LOG_CORRUPT",
    `${path} is not the same file in ${ours} and in ${theirs}. Nothing was merged.`,
    "A record never changes, so one of the two is damaged or forged: compare them with `git diff`.",
  );
}

function conflict(path: string): RedunError {
  return new RedunError(
    "FILE_CONFLICT",
    `${path} differs between the two logs, and is not one of redun-git's files. Nothing was merged.`,
    "Make the two alike, or merge the branches with `git merge`; the records will not conflict.",
  );
}
