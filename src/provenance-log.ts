/** A log as programs use it: what the command line shows and changes, as objects. */
import { RedunError } from "./errors.ts";
import type { ExecutionRow, JobRow } from "./index/rows.ts";
import type { LogChoice } from "./log/ref.ts";
import { editTags, type TagAction } from "./provenance/edit-tags.ts";
import { type Found, findEntities, findEntity } from "./provenance/find.ts";
import { IndexedLog } from "./provenance/indexed-log.ts";
import { jobsMeeting } from "./provenance/job-subject.ts";
import { argsOf, outcomeOf, type RecordedValue, readJob, wholeValue } from "./provenance/read.ts";
import { type BlamedTag, type TagChange, tagBlame, tagHistory } from "./provenance/tag-history.ts";
import { allOf, type Condition } from "./query/condition.ts";
import { parseQuery } from "./query/parse.ts";
import type { EntityType, ExecutionStatus, ShownJobStatus } from "./record/records.ts";
import { type Tags, tagPairs } from "./tag/set.ts";
import type { TagPair } from "./tag/tag.ts";
import { plain } from "./value/plain.ts";

export interface OpenLogOptions extends LogChoice {
  /** A folder in the git repository that holds the log. Defaults to the current one. */
  readonly cwd?: string | undefined;
}

/** Anything that has an id and tags. */
export interface LoggedEntity {
  readonly type: EntityType;
  readonly id: string;
  /** Its current tags. */
  readonly tags: readonly TagPair[];
  /** Those of them that two people set at once to different values. */
  readonly conflicts: readonly TagPair[];
}

export interface LoggedExecution extends LoggedEntity {
  readonly type: "Execution";
  readonly status: ExecutionStatus;
  readonly started: Date;
  readonly ended: Date | null;
  readonly task: string;
  readonly argv: readonly string[];
  readonly user: string;
  /** The commit of the code that ran. */
  readonly commit: string | null;
}

export interface LoggedJob extends LoggedEntity {
  readonly type: "Job";
  readonly status: ShownJobStatus;
  readonly started: Date;
  readonly ended: Date | null;
  readonly task: string;
  readonly taskHash: string;
  /** The id of its execution. */
  readonly execution: string;
}

export interface LogQuery {
  /** A query such as `log --where` takes: `env=prod and cost > 3`. */
  readonly where?: string | undefined;
  /** Tags that all have to be there, besides. */
  readonly tags?: Tags | undefined;
  /** At most so many, the newest. Defaults to all. */
  readonly limit?: number | undefined;
}

/** What a job was given, and what came of it: a result, or what it raised. */
export interface LoggedCall {
  readonly args: ReadonlyMap<string, unknown>;
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface TagEditOptions {
  /** Why, for the message of the commit. */
  readonly reason?: string | undefined;
}

/** One id, or several. */
type Ids = string | readonly string[];

/**
 * Questions and changes. Each question first brings the index up to date with the log, whoever
 * has added to it. Wherever an id is taken, its beginning will do, `-` is the latest execution and
 * `~1` the one before, and a path is the file that was last recorded there.
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

  /** The newest executions that a query has. @throws RedunError BAD_QUERY */
  async executions(query: LogQuery = {}): Promise<LoggedExecution[]> {
    const where = conditionOf(query);
    await this.#log.refresh();
    return this.#log.index.search.executions({ where }, query.limit ?? -1).map(loggedExecution);
  }

  /** Jobs that a query has, those of the newest executions first. @throws RedunError BAD_QUERY */
  async jobs(query: LogQuery = {}): Promise<LoggedJob[]> {
    const where = conditionOf(query);
    await this.#log.refresh();
    const jobs: LoggedJob[] = [];
    for await (const row of jobsMeeting(this.#log, { where })) {
      if (jobs.length === query.limit) break;
      jobs.push(this.#job(row));
    }
    return jobs;
  }

  /** The jobs of an execution, in the order in which they began. @throws RedunError UNKNOWN_ID */
  async jobsOf(execution: string): Promise<LoggedJob[]> {
    const { seq } = await this.#find(execution);
    return seq === null ? [] : this.#log.index.jobsOf(seq).map((row) => this.#job(row));
  }

  /** What has an id. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
  async get(id: string): Promise<LoggedExecution | LoggedJob | LoggedEntity> {
    const found = await this.#find(id);
    if (found.type === "Execution") return loggedExecution(found.row);
    if (found.type === "Job") return this.#job(found.row);
    const { type, tags, conflicts } = found;
    return { type, id: found.id, tags, conflicts };
  }

  /**
   * What a job was given and what came of it, large values included. Arguments are by the names of
   * their parameters, or `0`, `1`, ...; undefined stands for what was recorded only by its hash.
   * @throws RedunError UNKNOWN_ID for what is no job, BAD_RECORD
   */
  async call(job: string): Promise<LoggedCall> {
    const found = await this.#find(job);
    if (found.type !== "Job") {
      throw new RedunError("UNKNOWN_ID", `${found.id} is a ${found.type}, and no job.`);
    }
    const record = await readJob(this.#log, found.row);
    const whole = async (recorded: RecordedValue) =>
      plain((await wholeValue(this.#log, recorded))?.value);
    const args = new Map<string, unknown>();
    for (const [name, given] of argsOf(this.#log, record)) args.set(name, await whole(given));
    const outcome = outcomeOf(this.#log, record);
    const value = outcome && (await whole(outcome));
    return { args, ...("error" in record ? { error: value } : { result: value }) };
  }

  /** Makes tags current on entities, in one commit. What they have already changes nothing. */
  addTags(ids: Ids, tags: Tags, options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "add", tags: tagPairs(tags) }, options);
  }

  /** Puts tags in the place of those with the same keys, in one commit. */
  updateTags(ids: Ids, tags: Tags, options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "update", tags: tagPairs(tags) }, options);
  }

  /**
   * Removes the tags of some keys, in one commit.
   * @throws RedunError UNKNOWN_TAG where one of the entities has none: nothing is changed
   */
  removeTags(ids: Ids, keys: readonly string[], options?: TagEditOptions): Promise<void> {
    return this.#edit(ids, { kind: "rm", selectors: keys.map((key) => ({ key })) }, options);
  }

  /** Every change of an entity's tags, the first one first: who, when and why. */
  async tagHistory(id: string, key?: string): Promise<TagChange[]> {
    return tagHistory(this.#log, await this.#find(id), key);
  }

  /** Each current tag of an entity: who set it, when and why. */
  async tagBlame(id: string): Promise<BlamedTag[]> {
    return tagBlame(this.#log, await this.#find(id));
  }

  /** Must be called at the end: it ends git's processes. */
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

  #job(row: JobRow): LoggedJob {
    const { id, status, task, taskHash, tags, conflicts } = row;
    const execution = this.#log.index.execution(row.execution)!.id;
    return { type: "Job", id, status, ...times(row), task, taskHash, execution, tags, conflicts };
  }
}

function loggedExecution(row: ExecutionRow): LoggedExecution {
  const { id, status, task, argv, user, commit, tags, conflicts } = row;
  return {
    type: "Execution",
    id,
    status,
    ...times(row),
    task,
    argv,
    user,
    commit,
    tags,
    conflicts,
  };
}

function times({ started, ended }: { started: number; ended: number | null }) {
  return { started: new Date(started), ended: ended === null ? null : new Date(ended) };
}

function conditionOf({ where, tags }: LogQuery): Condition {
  const exact = tagPairs(tags).map(
    ([key, value]): Condition => ({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } }),
  );
  return allOf(...(where === undefined ? [] : [parseQuery(where)]), ...exact);
}
