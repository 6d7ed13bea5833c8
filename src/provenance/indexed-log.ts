import { existsSync } from "node:fs";
import type { GitBackend, GitConfig, Oid } from "../git/backend.ts";
import { loadConfig } from "../git/files/config.ts";
import { findRepository } from "../git/files/repository.ts";
import { deferredBackend } from "../git/open.ts";
import type { BadRecord } from "../index/file-adder.ts";
import {
  dropIndexFile,
  type IndexFile,
  indexPath,
  isDamage,
  openIndexFile,
  openTemporaryIndexFile,
  whyUnwritable,
} from "../index/index-file.ts";
import { IndexReader } from "../index/reader.ts";
import { absentRecords, checkedTip, indexedTip } from "../index/stamp.ts";
import type { Progress } from "../index/update.ts";
import { seenToBegin } from "../log/begun.ts";
import { type Appended, Log, type RecordFile } from "../log/log.ts";
import { isMissing, isPartial, type OnBrought } from "../log/partial.ts";
import { type Recovery, recoverRuns } from "../log/recover.ts";
import { chosenRef, type LogChoice, logWords } from "../log/ref.ts";
import { secretValues, sparedNames } from "../log/secret-values.ts";
import { readTombstones, type Tombstones } from "../log/tombstones.ts";
import { hideValues, spareNames } from "../redact.ts";

export interface OpenOptions extends LogChoice {
  /** A folder in the repository. Defaults to the current one. */
  readonly cwd?: string | undefined;
}

/** What bringing a log up to date found that its user should know. */
export interface Refreshed extends Recovery {
  readonly bad: readonly BadRecord[];
  /**
   * How many records are in no answer: a partial clone lacks them because nobody who has them could be
   * reached, or their objects are damaged or gone. Null where nothing is known of what came since the index was made.
   */
  readonly absent: number | null;
  /** The commit that the index was built from, if the log has lost records since: somebody rewrote or removed its ref. */
  readonly lost: Oid | null;
}

/** A log together with the index that answers questions about it. */
export class IndexedLog {
  readonly log: Log;
  readonly config: GitConfig;
  #opened: { readonly file: IndexFile; readonly reader: IndexReader } | null = null;

  private constructor(log: Log, config: GitConfig, file: IndexFile | null) {
    this.log = log;
    this.config = config;
    hideValues(secretValues(config, log.backend.repository.env));
    spareNames(sparedNames(config));
    if (file) this.#opened = { file, reader: new IndexReader(file.database) };
  }

  get index(): IndexReader {
    return this.#open().reader;
  }

  get #file(): IndexFile {
    return this.#open().file;
  }

  #open() {
    if (!this.#opened) {
      const file = openIndexFile(this.log.backend.repository, this.log.ref);
      this.#opened = { file, reader: new IndexReader(file.database) };
    }
    return this.#opened;
  }

  /** Whether all records of the log are in the index: see `Refreshed.absent`. */
  get isWhole(): boolean {
    return absentRecords(this.#file.database) === 0;
  }

  /** What a command line must end with to mean this log: see `logWords`. */
  get words(): string {
    return logWords(this.log.ref, this.config);
  }

  get file(): IndexFile {
    return this.#file;
  }

  /** @throws RedunError NOT_A_REPOSITORY, UNSUPPORTED_REPOSITORY, BAD_CONFIG, USAGE, INDEX_FAILED */
  static async open({ cwd = process.cwd(), ...choice }: OpenOptions = {}): Promise<IndexedLog> {
    const repository = findRepository(cwd);
    const config = loadConfig(repository);
    return IndexedLog.over(deferredBackend(repository), config, chosenRef(choice, config));
  }

  /**
   * As `open`, without write access: with the index as it is, if that stands at the tip of the log, else
   * with an empty one.
   * @throws RedunError as `open`
   */
  static async openUnchanged({
    cwd = process.cwd(),
    ...choice
  }: OpenOptions = {}): Promise<IndexedLog> {
    const repository = findRepository(cwd);
    const config = loadConfig(repository);
    const backend = deferredBackend(repository);
    const ref = chosenRef(choice, config);
    const log = new Log(backend, ref);
    if (existsSync(indexPath(repository, ref))) {
      const file = openIndexFile(repository, ref);
      const tip = indexedTip(file.database);
      if (tip && tip === (await log.tip())) return new IndexedLog(log, config, file);
      file.close();
    }
    return new IndexedLog(log, config, openTemporaryIndexFile("unwritable"));
  }

  /**
   * As `open`, of a repository that is open already.
   * @param backend the caller's to close, after `closeIndex`
   * @throws RedunError INDEX_FAILED
   */
  static over(backend: GitBackend, config: GitConfig, ref: string): IndexedLog {
    const file = openIndexFile(backend.repository, ref);
    // The index has read the log's format when it took the commit in.
    return new IndexedLog(new Log(backend, ref, checkedTip(file.database)), config, file);
  }

  /**
   * As `over`, for who adds records and mostly asks nothing: the index is opened when it is asked, and
   * not told of commits before that.
   */
  static unasked(backend: GitBackend, config: GitConfig, ref: string): IndexedLog {
    const seen = seenToBegin(backend.repository, ref);
    return new IndexedLog(new Log(backend, ref, seen), config, null);
  }

  /**
   * Commits the journals of dead runs, and brings the index to the tip of the log.
   * @param onRecovered receives each record of a journal
   * @param onBrought receives the records that a partial clone has to fetch
   */
  async refresh(
    progress?: Progress,
    onRecovered?: () => void,
    onBrought?: OnBrought,
  ): Promise<Refreshed> {
    const recovery = await recoverRuns(this.log, onRecovered);
    return { ...recovery, ...(await this.catchUp(progress, onBrought)) };
  }

  /** Brings the index to the tip of the log, and leaves journals alone. */
  async catchUp(
    progress?: Progress,
    onBrought?: OnBrought,
  ): Promise<Omit<Refreshed, keyof Recovery>> {
    const tip = await this.log.tip();
    const { database } = this.#file;
    if (indexedTip(database) === tip && absentRecords(database) === 0) {
      return { bad: [], absent: 0, lost: null };
    }
    let lost: Oid | null = null;
    const onLost = (had: Oid) => {
      lost = had;
    };
    const { updateIndex } = await import("../index/update.ts");
    const update = () =>
      updateIndex(this.#file.database, this.log, tip, progress, onBrought, onLost);
    const updated = async () => {
      const bad = await update();
      return { bad, absent: absentRecords(this.#file.database), lost };
    };
    try {
      return await updated();
    } catch (error) {
      // Of a partial clone not even the list of its records may be here.
      const isCut = isMissing(error) && isPartial(this.log.backend.repository);
      if (isCut && indexedTip(database)) return { bad: [], absent: null, lost };
      if (!this.replaceIndex(error)) throw error;
      return await updated();
    }
  }

  /**
   * Another index in place of one that an error says is damaged, or may not be written: then a
   * temporary one. It is empty until `refresh`. False for an error that it does not help against.
   */
  replaceIndex(error: unknown): boolean {
    const why = whyUnwritable(error, this.#file.path);
    if (!isDamage(error) && (why === null || this.#file.temporary !== null)) return false;
    if (why) this.#useIndex(() => openTemporaryIndexFile(why));
    else this.discardIndex();
    return true;
  }

  /**
   * Throws the index away, which is only a cache; `refresh` makes it anew. Where it may not be
   * deleted, a temporary one takes its place.
   */
  discardIndex(): void {
    const { repository } = this.log.backend;
    this.#useIndex(() => {
      try {
        dropIndexFile(repository, this.log.ref);
        return openIndexFile(repository, this.log.ref);
      } catch (error) {
        const why = whyUnwritable(error, indexPath(repository, this.log.ref));
        if (!why) throw error;
        return openTemporaryIndexFile(why);
      }
    });
  }

  #useIndex(open: () => IndexFile): void {
    this.#file.close();
    const file = open();
    this.#opened = { file, reader: new IndexReader(file.database) };
  }

  /** What was removed from the log. */
  async tombstones(): Promise<Tombstones> {
    return readTombstones(this.log.backend, await this.log.tip());
  }

  /** Has git asked, while something else is done, what the next append needs to know. */
  prepareAppend(): void {
    this.log.backend.identity().catch(() => {});
  }

  /** Appends record files to the log, and to the index without reading them back. */
  async append(files: readonly RecordFile[], message: string): Promise<Appended> {
    const appended = await this.log.append(files, message);
    await this.committed(appended, files);
    return appended;
  }

  /** Tells the index of a commit of this process. It is a cache: it may fail to take it. */
  async committed(
    { before, after, isRedacted }: Appended,
    files: readonly RecordFile[],
  ): Promise<void> {
    if (!this.#opened || isRedacted) return;
    try {
      const { applyAppended } = await import("../index/update.ts");
      applyAppended(this.#file.database, this.log, before, after, files);
    } catch {
      // The next query brings the index up to date from git.
    }
  }

  async close(): Promise<void> {
    this.log.backend.maintain();
    this.closeIndex();
    await this.log.backend.close();
  }

  /** Leaves the backend open. */
  closeIndex(): void {
    this.#opened?.file.close();
  }
}
