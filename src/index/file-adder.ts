import { RedunError } from "../errors.ts";
import type { Oid } from "../git/backend.ts";
import type { Log } from "../log/log.ts";
import type { Tombstones } from "../log/tombstones.ts";
import { parsePath } from "../record/layout.ts";
import { PLAIN_FORMAT } from "../record/records.ts";
import type { AddedFile } from "./added-files.ts";
import type { Digest } from "./digest.ts";
import { type Digested, type DigestSource, FileDigester, type FoundFile } from "./digest-files.ts";
import { DigestWorker } from "./digest-worker.ts";
import type { Namer } from "./names.ts";
import type { Database } from "./sqlite-types.ts";
import { namerOf, setFormatChecked } from "./stamp.ts";
import { IndexWriter } from "./writer.ts";

/** A record that could not be believed, by its path in the log. */
export interface BadRecord {
  readonly path: string;
  readonly reason: string;
}

/** Files whose digests are asked for at once: few, so that most of what they leave dies young. */
const BATCH = 128;
/** So many batches are being digested while those before them go into the tables. */
const AHEAD = 8;
/** A rebuild of fewer files is done before a worker would have started. */
const WORTH_A_WORKER = 2048;

/** Has files of the log digested, beside this thread where there are many, and writes the digests. */
export class FileAdder {
  readonly bad: BadRecord[] = [];
  readonly #database: Database;
  readonly #log: Log;
  readonly #writer: IndexWriter;
  readonly #namer: Namer;
  readonly #mayStartWorker: boolean;
  #digests: DigestSource;
  #asked = 0;
  #done = 0;
  /** Files that a partial clone lacks. */
  readonly #missing: ReadonlySet<Oid>;
  #absent = 0;

  readonly #tombstones: Tombstones;

  constructor(
    database: Database,
    log: Log,
    anew: boolean,
    missing: ReadonlySet<Oid>,
    tombstones: Tombstones,
  ) {
    this.#tombstones = tombstones;
    this.#missing = missing;
    this.#database = database;
    this.#log = log;
    this.#writer = new IndexWriter(database, log.backend.repository.objectFormat, { anew });
    this.#namer = namerOf(database);
    this.#digests = new FileDigester(log, this.#namer);
    this.#mayStartWorker = anew && DigestWorker.exists;
  }

  /** How many files could not be read because they are not here, or damaged. */
  get absent(): number {
    return this.#absent;
  }

  /** Files are digested some batches ahead, and added in the order given. */
  async addAll(files: AsyncIterable<AddedFile>, progress?: (done: number) => void): Promise<void> {
    const ahead: { files: FoundFile[]; digests: Promise<Digested[]> }[] = [];
    const addNext = async () => {
      const { files, digests } = ahead.shift()!;
      for (const [at, digest] of (await digests).entries()) this.#add(files[at]!, digest);
      progress?.(this.#done);
    };
    this.#absent = 0;
    for await (const batch of inBatches(this.#present(this.#acceptable(files)), BATCH)) {
      ahead.push({ files: batch, digests: this.#digest(batch) });
      if (ahead.length === AHEAD) await addNext();
    }
    while (ahead.length > 0) await addNext();
  }

  async *#acceptable(files: AsyncIterable<AddedFile>): AsyncGenerator<FoundFile> {
    for await (const { path, oid, refused } of files) {
      if (this.#tombstones.isRemoved(parsePath(path))) {
        this.bad.push({ path, reason: "A tombstone says that it was removed, and it is here." });
      } else if (refused === undefined) yield { path, oid };
      else this.bad.push({ path, reason: refused });
    }
  }

  /** Tries what referred to something that may have arrived now. */
  async finish(): Promise<void> {
    this.#writer.endOfFiles();
    // One that finds its place may be what another waits for.
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      const strays = strayFiles(this.#database);
      if (strays.length === 0 || strays.length >= before) break;
      before = strays.length;
      this.#database.exec("DELETE FROM stray");
      await this.addAll(iterate(strays));
    }
    this.#writer.finish();
  }

  /** Must be called at the end, however it ends. */
  close(): Promise<void> {
    return this.#digests.close();
  }

  /** Leaves out what is not here, and keeps it in mind. */
  async *#present(files: AsyncIterable<FoundFile>): AsyncGenerator<FoundFile> {
    for await (const file of files) {
      const isValue = () => parsePath(file.path)?.kind === "value";
      if (!this.#missing.has(file.oid) || isValue()) yield file;
      else this.#leaveOut(file.path, file.oid);
    }
  }

  #leaveOut(path: string, oid: Oid): void {
    this.#absent++;
    this.#keep(path, oid);
  }

  #digest(files: readonly FoundFile[]): Promise<Digested[]> {
    this.#asked += files.length;
    if (
      this.#mayStartWorker &&
      this.#asked > WORTH_A_WORKER &&
      !(this.#digests instanceof DigestWorker)
    ) {
      this.#digests = new DigestWorker(this.#log, this.#namer);
    }
    const digests = this.#digests.digest(files);
    // It may fail before its turn comes, and is heard then.
    digests.catch(() => {});
    return digests;
  }

  #add({ path, oid }: FoundFile, digest: Digested): void {
    this.#done++;
    if (digest.kind === "bad") this.bad.push({ path, reason: digest.reason });
    else if (digest.kind === "absent") this.#leaveOut(path, oid);
    else if (digest.kind === "format") {
      setFormatChecked(this.#database, digest.version === PLAIN_FORMAT);
    } else if (!this.#added(path, digest)) this.#keep(path, oid);
  }

  /** False when it refers to something that has not arrived. */
  #added(path: string, digest: Digest): boolean {
    try {
      if (digest.kind === "execution" && digest.isRedacted) this.#assertRedacted(digest.id);
      return this.#writer.add(digest);
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      this.bad.push({ path, reason: error.message });
      return true;
    }
  }

  #assertRedacted(id: string): void {
    if (this.#tombstones.isStartRedacted(id)) return;
    const why = "its content has another one, and no tombstone says that something was redacted";
    throw new RedunError("BAD_RECORD", `It claims the id ${id}; ${why}.`);
  }

  #keep(path: string, oid: Oid): void {
    this.#database.prepare("INSERT OR REPLACE INTO stray (path, oid) VALUES (?, ?)").run(path, oid);
  }
}

/** Files that wait for others, or that a partial clone lacked. */
export function strayFiles(database: Database): FoundFile[] {
  return database.prepare("SELECT path, oid FROM stray").all() as unknown as FoundFile[];
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
