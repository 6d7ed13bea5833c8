/** The log for programs: what the command line shows and changes, as objects. */
import { journaledRuns } from "./log/journals.ts";
import type { Recovered } from "./log/recover.ts";
import type { LogChoice } from "./log/ref.ts";
import {
  journaledRunWithId,
  recoverByHand,
  type UncommittedRun,
  uncommittedRun,
} from "./log/uncommitted.ts";
import { editTags, type TagAction } from "./provenance/edit-tags.ts";
import { type Found, findEntities, findEntity } from "./provenance/find.ts";
import { wrongType } from "./provenance/find-execution.ts";
import { findKnown, type Known } from "./provenance/find-known.ts";
import { IndexedLog } from "./provenance/indexed-log.ts";
import { jobsMeeting } from "./provenance/job-subject.ts";
import { executionsMeeting } from "./provenance/listing.ts";
import { type LogNotice, noticesOf } from "./provenance/notices.ts";
import { argsOf, outcomeOf, type RecordedValue, readJob, wholeValue } from "./provenance/read.ts";
import { type BlamedTag, type TagChange, tagBlame, tagHistory } from "./provenance/tag-history.ts";
import { allOf } from "./query/condition.ts";
import { type LogQuery, logCondition } from "./query/log-query.ts";
import type { EntityType } from "./record/records.ts";
import { LogSharing } from "./share/log-sharing.ts";
import { queryIndex, type SqlLimits, type SqlResult } from "./sql/query.ts";
import { type Tags, tagPairs } from "./tag/set.ts";
import { fileValuesIn } from "./value/files-in.ts";
import { plain } from "./value/plain.ts";
import { LogViews } from "./views/log-views.ts";
import {
  type LoggedEntity,
  type LoggedExecution,
  type LoggedJob,
  loggedExecution,
  loggedJob,
  loggedJobOf,
} from "./views/logged.ts";

export interface OpenLogOptions extends LogChoice {
  /** A directory in the git repository that holds the log. Defaults to the current directory. */
  readonly cwd?: string | undefined;
  /**
   * Receives what a reader of the log should know: runs that were recorded now, or wait
   * to be, and records that are in no answer. Each notice comes once.
   */
  readonly onNotice?: ((notice: LogNotice) => void) | undefined;
}

/** A call node, task or value. */
export interface LoggedOther extends LoggedEntity {
  readonly type: Exclude<EntityType, "Execution" | "Job">;
}

/** The arguments of a job and its outcome: a result, or the error that it threw. */
export interface LoggedCall {
  readonly args: ReadonlyMap<string, unknown>;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface TagEditOptions {
  /** The reason, kept in the commit message. */
  readonly reason?: string | undefined;
}

/** One id, or several. */
export type Ids = string | readonly string[];

/**
 * Reads and tags a log. Every read first brings the index up to date with the log, including what other processes have
 * added, and records runs that have died. Executions and jobs that are not committed yet are found in
 * the journals of this repository. Wherever a method takes an id, a prefix will do, `-` is the latest execution, `~1` the one
 * before it, and a path is the file that was last recorded there.
 */
export class ProvenanceLog {
  readonly #log: IndexedLog;
  readonly #onNotice: (notice: LogNotice) => void;
  /** What has been told. */
  readonly #told = new Set<string>();

  /** Its pages as plain data, to be drawn elsewhere. */
  readonly views: LogViews;
  /** Pushes, pulls, fetches and merges. */
  readonly sharing: LogSharing;

  private constructor(log: IndexedLog, onNotice: (notice: LogNotice) => void = () => {}) {
    this.#log = log;
    this.#onNotice = onNotice;
    const refreshed = async () => {
      await this.#refresh();
      return log;
    };
    this.views = new LogViews(refreshed);
    this.sharing = new LogSharing(refreshed);
  }

  /** See `openLog`. */
  static async open(options: OpenLogOptions): Promise<ProvenanceLog> {
    return new ProvenanceLog(await IndexedLog.open(options), options.onNotice);
  }

  /** The executions that match a query, newest first. @throws RedunError BAD_QUERY */
  async executions(query: LogQuery = {}): Promise<LoggedExecution[]> {
    const where = logCondition(query);
    await this.#refresh();
    const selection = { where, execution: allOf() };
    return executionsMeeting(this.#log, selection, query.limit ?? -1).map(loggedExecution);
  }

  /**
   * The jobs that match a query, those of the newest executions first. Jobs that are not committed yet
   * are not among them: see `jobsOf`. @throws RedunError BAD_QUERY
   */
  async jobs(query: LogQuery = {}): Promise<LoggedJob[]> {
    const where = logCondition(query);
    await this.#refresh();
    const jobs: LoggedJob[] = [];
    for await (const row of jobsMeeting(this.#log, { where })) {
      if (jobs.length === query.limit) break;
      jobs.push(loggedJob(this.#log, row));
    }
    return jobs;
  }

  /** The jobs of an execution, in the order in which they started. @throws RedunError UNKNOWN_ID, WRONG_TYPE */
  async jobsOf(execution: string): Promise<LoggedJob[]> {
    const { found, jobs } = await this.#find(execution);
    if (found.type !== "Execution") throw wrongType(found, "an Execution");
    const rows = jobs?.all() ?? this.#log.index.jobsOf(found.row.seq);
    return Array.from(rows, (row) => loggedJobOf(found.id, row));
  }

  /** The entity with an id; `type` tells which kind it is. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
  async get(id: string): Promise<LoggedExecution | LoggedJob | LoggedOther> {
    const { found, jobs } = await this.#find(id);
    if (found.type === "Execution") return loggedExecution(found.row);
    if (found.type === "Job") {
      const { row } = found;
      return jobs ? loggedJobOf(jobs.execution.row.id, row) : loggedJob(this.#log, row);
    }
    const { type, tags, conflicts } = found;
    return { type, id: found.id, tags, conflicts };
  }

  /**
   * The arguments and outcome of a job, large values included. Arguments are keyed by parameter name,
   * or by `0`, `1`, ...; undefined stands for a value that was recorded only by its hash.
   * A `File` among them reads what is in the work tree now: `isUnchanged` tells whether that is the same.
   * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID; WRONG_TYPE for an id that is not a job's; BAD_RECORD
   */
  async call(job: string): Promise<LoggedCall> {
    const { found, jobs } = await this.#find(job);
    if (found.type !== "Job") throw wrongType(found, "a Job");
    const record = jobs?.withId(found.id)?.record ?? (await readJob(this.#log, found.row));
    const { workTree } = this.#log.log.backend.repository;
    const whole = async (recorded: RecordedValue) => {
      const value = plain((await wholeValue(this.#log, recorded))?.value);
      if (workTree !== null) for (const file of fileValuesIn(value)) file.from(workTree);
      return value;
    };
    const args = new Map<string, unknown>();
    for (const [name, given] of argsOf(this.#log, record)) args.set(name, await whole(given));
    const outcome = outcomeOf(this.#log, record);
    const value = outcome && (await whole(outcome));
    return { args, ...("error" in record ? { error: value } : { result: value }) };
  }

  /**
   * Asks by SQL, read-only, over the tables of docs/sql.md. The query runs in a process of its own.
   * @throws RedunError BAD_QUERY for what is not a query, fails, or takes too long
   * @example
   * ```ts
   * import { openLog } from "redun-git";
   *
   * const log = await openLog();
   * const { columns, rows } = await log.sql("select status, count(*) from jobs group by status");
   * console.log(columns, rows);
   * await log.close();
   * ```
   */
  async sql(query: string, limits?: SqlLimits): Promise<SqlResult> {
    await this.#refresh();
    return queryIndex(this.#log.file.path, query, limits);
  }

  /** Adds tags to entities, in one commit. Tags that they have already are left as they are. */
  addTags(ids: Ids, tags: Tags, options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "add", tags: tagPairs(tags) }, options);
  }

  /** Sets tags, replacing the current values of their keys, in one commit. */
  updateTags(ids: Ids, tags: Tags, options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "update", tags: tagPairs(tags) }, options);
  }

  /**
   * Removes every tag with one of the keys, in one commit.
   * @throws RedunError UNKNOWN_TAG if an entity has no such tag: nothing is changed
   */
  removeTags(ids: Ids, keys: readonly string[], options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "rm", selectors: keys.map((key) => ({ key })) }, options);
  }

  /** Every change to an entity's tags, oldest first: who made it, when and why. */
  async tagHistory(id: string, key?: string): Promise<TagChange[]> {
    return tagHistory(this.#log, await this.#findCommitted(id), key);
  }

  /** Each current tag of an entity: who set it, when and why. */
  async tagBlame(id: string): Promise<BlamedTag[]> {
    return tagBlame(this.#log, await this.#findCommitted(id));
  }

  /**
   * The runs of this repository that are not, or not wholly, in their logs, those of other logs
   * included. What is dead and can be written is recorded first.
   * @example
   * ```ts
   * import { openLog } from "redun-git";
   *
   * const log = await openLog({ onNotice: (notice) => console.warn(notice.kind, notice) });
   * for (const { execution, state, why } of await log.uncommitted()) {
   *   console.log(execution, state, why);
   * }
   * await log.close();
   * ```
   */
  async uncommitted(): Promise<UncommittedRun[]> {
    await this.#refresh();
    return journaledRuns(this.#commonDir).map(uncommittedRun);
  }

  /**
   * Records a run of which you know that it is dead, as INTERRUPTED or as it had ended; `force` one
   * that goes on as well, whose own end counts if it still comes.
   * @returns null where it is recorded already, or another process is at it
   * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, RUN_ALIVE, BAD_RECORD, FORMAT_TOO_NEW,
   * REPOSITORY_UNWRITABLE
   */
  async recover(execution: string, { force = false } = {}): Promise<Recovered | null> {
    const run = journaledRunWithId(journaledRuns(this.#commonDir), execution);
    return recoverByHand(this.#log.log, run, force);
  }

  /** Ends the git processes that it started. Call it when you are done. */
  close(): Promise<void> {
    return this.#log.close();
  }

  async #edit(ids: Ids, action: TagAction, options?: TagEditOptions): Promise<void> {
    await this.#refresh();
    await editTags(this.#log, await findEntities(this.#log, [ids].flat()), action, options);
  }

  get #commonDir(): string {
    return this.#log.log.backend.repository.commonDir;
  }

  async #refresh(): Promise<void> {
    for (const notice of noticesOf(this.#log, await this.#log.refresh())) {
      const key = JSON.stringify({ ...notice, error: null });
      if (!this.#told.has(key)) this.#onNotice(notice);
      this.#told.add(key);
    }
  }

  async #find(id: string): Promise<Known> {
    await this.#refresh();
    return findKnown(this.#log, id);
  }

  async #findCommitted(id: string): Promise<Found> {
    await this.#refresh();
    return findEntity(this.#log, id);
  }
}
