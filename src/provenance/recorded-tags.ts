import type { Oid } from "../git/backend.ts";
import type { JobRow } from "../index/rows.ts";
import { sameTag } from "../tag/graph.ts";
import type { TagPair } from "../tag/tag.ts";
import type { Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsKnowing } from "./jobs-knowing.ts";
import { segmentPath, startPath } from "./paths.ts";
import { readExecution, readJob, readTagged } from "./read.ts";
import { commitOfFile } from "./tag-commits.ts";

/** A file of a run that may have recorded tags of an entity. */
interface Source {
  readonly path: string;
  /** When its job or execution began, in milliseconds since 1970. */
  readonly started: number;
  readonly read: () => Promise<readonly TagPair[]>;
}

/** The first jobs of a task mostly have its tags; then all are asked. */
const FEW_JOBS = 100;
/** To SQLite this is no limit. */
const ALL_JOBS = -1;

/** Finds the commits of the runs that recorded an entity's tags. */
export class RecordedTags {
  readonly #log: IndexedLog;
  readonly #entity: Found;
  readonly #tags = new Map<string, Promise<readonly TagPair[]>>();
  readonly #commits = new Map<string, Promise<Oid | null>>();
  #sources: Source[] | undefined;
  #hasAll = false;

  constructor(log: IndexedLog, entity: Found) {
    this.#log = log;
    this.#entity = entity;
  }

  /**
   * The commit that brought the first file in which a run recorded a tag; null if none is found.
   */
  async commitOf(tag: TagPair): Promise<Oid | null> {
    this.#sources ??= this.#findSources(FEW_JOBS);
    const found = await this.#commitIn(this.#sources, tag);
    if (found !== null || this.#entity.type !== "Task" || this.#hasAll) return found;
    this.#hasAll = true;
    this.#sources = this.#findSources(ALL_JOBS);
    return this.#commitIn(this.#sources, tag);
  }

  async #commitIn(sources: readonly Source[], tag: TagPair): Promise<Oid | null> {
    for (const { path, started, read } of sources) {
      const tags = await remember(this.#tags, path, read);
      if (!tags.some((other) => sameTag(tag, other))) continue;
      return remember(this.#commits, path, () => commitOfFile(this.#log, path, started));
    }
    return null;
  }

  #findSources(limit: number): Source[] {
    const log = this.#log;
    const entity = this.#entity;
    if (entity.type === "Job") {
      const { row } = entity;
      const read = async () => (await readJob(log, row)).tags;
      return [{ path: segmentPath(log, row), started: row.started, read }];
    }
    if (entity.type !== "Execution") return this.#segments(this.#jobsKnowing(entity, limit));
    const { row } = entity;
    const path = startPath(row);
    const read = async () => (await readExecution(log, row)).tags;
    return [{ path, started: row.started, read }, ...this.#segments(log.index.jobsOf(row.seq))];
  }

  #jobsKnowing(
    { type, id, seq }: Exclude<Found, { type: "Execution" | "Job" }>,
    limit: number,
  ): JobRow[] {
    const { index } = this.#log;
    if (type === "Task") return seq === null ? [] : index.firstJobsOfTask(seq, limit);
    // They come newest first, and the oldest ones count.
    return jobsKnowing(index, type, id, ALL_JOBS);
  }

  /** What runs put on entities other than jobs stands in the segments of their jobs. */
  #segments(jobs: readonly JobRow[]): Source[] {
    const { type, id } = this.#entity;
    const sources = new Map<string, Source>();
    for (const job of [...jobs].sort((a, b) => a.started - b.started)) {
      if (sources.has(job.segment)) continue;
      const read = async () => {
        const tagged = await readTagged(this.#log, job.segment, id);
        return tagged.filter((one) => one.type === type).flatMap(({ tags }) => tags);
      };
      const path = segmentPath(this.#log, job);
      sources.set(job.segment, { path, started: job.started, read });
    }
    return [...sources.values()];
  }
}

function remember<T>(
  known: Map<string, Promise<T>>,
  key: string,
  find: () => Promise<T>,
): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}
