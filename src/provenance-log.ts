/** The log for programs: what the command line shows and changes, as objects. */
import { RedunError } from "./errors.ts";
import type { LogChoice } from "./log/ref.ts";
import { editTags, type TagAction } from "./provenance/edit-tags.ts";
import { type Found, findEntities, findEntity } from "./provenance/find.ts";
import { IndexedLog } from "./provenance/indexed-log.ts";
import { jobsMeeting } from "./provenance/job-subject.ts";
import { argsOf, outcomeOf, type RecordedValue, readJob, wholeValue } from "./provenance/read.ts";
import { type BlamedTag, type TagChange, tagBlame, tagHistory } from "./provenance/tag-history.ts";
import { allOf, type Condition } from "./query/condition.ts";
import { parseQuery } from "./query/parse.ts";
import type { EntityType } from "./record/records.ts";
import { type Tags, tagPairs } from "./tag/set.ts";
import { filesIn } from "./value/file.ts";
import { plain } from "./value/plain.ts";
import {
  type LoggedEntity,
  type LoggedExecution,
  type LoggedJob,
  loggedExecution,
  loggedJob,
} from "./views/logged.ts";

export interface OpenLogOptions extends LogChoice {
  /** A directory in the git repository that holds the log. Defaults to the current directory. */
  readonly cwd?: string | undefined;
}

/** A call node, task or value. */
export interface LoggedOther extends LoggedEntity {
  readonly type: Exclude<EntityType, "Execution" | "Job">;
}

export interface LogQuery {
  /** A query in the language of `log --where`: `env=prod and cost > 3`. */
  readonly where?: string | undefined;
  /** Tags that must all be present as well. */
  readonly tags?: Tags | undefined;
  /** Return at most this many, newest first. Defaults to all. */
  readonly limit?: number | undefined;
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
type Ids = string | readonly string[];

/**
 * Reads and tags a log. Every read first brings the index up to date with the log, whoever has added
 * to it. Wherever a method takes an id, a prefix will do, `-` is the latest execution, `~1` the one
 * before it, and a path is the file that was last recorded there.
 */
export class ProvenanceLog {
  readonly #log: IndexedLog;

  private constructor(log: IndexedLog) {
    this.#log = log;
  }

  /** See `openLog`. */
  static async open(options: OpenLogOptions): Promise<ProvenanceLog> {
    return new ProvenanceLog(await IndexedLog.open(options));
  }

  /** The executions that match a query, newest first. @throws RedunError BAD_QUERY */
  async executions(query: LogQuery = {}): Promise<LoggedExecution[]> {
    const where = conditionOf(query);
    await this.#log.refresh();
    return this.#log.index.search.executions({ where }, query.limit ?? -1).map(loggedExecution);
  }

  /** The jobs that match a query, those of the newest executions first. @throws RedunError BAD_QUERY */
  async jobs(query: LogQuery = {}): Promise<LoggedJob[]> {
    const where = conditionOf(query);
    await this.#log.refresh();
    const jobs: LoggedJob[] = [];
    for await (const row of jobsMeeting(this.#log, { where })) {
      if (jobs.length === query.limit) break;
      jobs.push(loggedJob(this.#log, row));
    }
    return jobs;
  }

  /** The jobs of an execution, in the order in which they started. @throws RedunError UNKNOWN_ID */
  async jobsOf(execution: string): Promise<LoggedJob[]> {
    const { seq } = await this.#find(execution);
    return seq === null ? [] : this.#log.index.jobsOf(seq).map((row) => loggedJob(this.#log, row));
  }

  /** The entity with an id; `type` tells which kind it is. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
  async get(id: string): Promise<LoggedExecution | LoggedJob | LoggedOther> {
    const found = await this.#find(id);
    if (found.type === "Execution") return loggedExecution(found.row);
    if (found.type === "Job") return loggedJob(this.#log, found.row);
    const { type, tags, conflicts } = found;
    return { type, id: found.id, tags, conflicts };
  }

  /**
   * The arguments and outcome of a job, large values included. Arguments are keyed by parameter name,
   * or by `0`, `1`, ...; undefined stands for a value that was recorded only by its hash.
   * A `File` among them reads what is in the work tree now: `isUnchanged` tells whether that is the same.
   * @throws RedunError UNKNOWN_ID for an id that is not a job's, BAD_RECORD
   */
  async call(job: string): Promise<LoggedCall> {
    const found = await this.#find(job);
    if (found.type !== "Job") {
      throw new RedunError("UNKNOWN_ID", `${found.id} is a ${found.type}, not a Job.`);
    }
    const record = await readJob(this.#log, found.row);
    const { workTree } = this.#log.log.backend.repository;
    const whole = async (recorded: RecordedValue) => {
      const value = plain((await wholeValue(this.#log, recorded))?.value);
      if (workTree !== null) for (const file of filesIn(value)) file.from(workTree);
      return value;
    };
    const args = new Map<string, unknown>();
    for (const [name, given] of argsOf(this.#log, record)) args.set(name, await whole(given));
    const outcome = outcomeOf(this.#log, record);
    const value = outcome && (await whole(outcome));
    return { args, ...("error" in record ? { error: value } : { result: value }) };
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
    return tagHistory(this.#log, await this.#find(id), key);
  }

  /** Each current tag of an entity: who set it, when and why. */
  async tagBlame(id: string): Promise<BlamedTag[]> {
    return tagBlame(this.#log, await this.#find(id));
  }

  /** Ends the git processes that it started. Call it when you are done. */
  close(): Promise<void> {
    return this.#log.close();
  }

  async #edit(ids: Ids, action: TagAction, options?: TagEditOptions): Promise<void> {
    await this.#log.refresh();
    await editTags(this.#log, await findEntities(this.#log, [ids].flat()), action, options);
  }

  async #find(id: string): Promise<Found> {
    await this.#log.refresh();
    return findEntity(this.#log, id);
  }
}

function conditionOf({ where, tags }: LogQuery): Condition {
  const exact = tagPairs(tags).map(
    ([key, value]): Condition => ({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } }),
  );
  return allOf(...(where === undefined ? [] : [parseQuery(where)]), ...exact);
}
