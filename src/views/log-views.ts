import { type Found, findEntity } from "../provenance/find.ts";
import { findExecutions } from "../provenance/find-execution.ts";
import { findKnown } from "../provenance/find-known.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { executionsMeeting } from "../provenance/listing.ts";
import { allOf, type Condition } from "../query/condition.ts";
import { parseQuery } from "../query/parse.ts";
import { parseTagCondition } from "../query/tag-condition.ts";
import type { EntityType } from "../record/records.ts";
import { assertKnown, chooseRemote, lastSeen, remoteLogFor } from "../share/remotes.ts";
import type { ChangesView } from "./changes.ts";
import { type CommitView, commitViews } from "./commits.ts";
import type { ComparisonView } from "./comparison.ts";
import { type EntityView, entityView } from "./entity.ts";
import type { Extent } from "./extent.ts";
import {
  type BlameView,
  blameView,
  conflictViews,
  type HistoryView,
  historyView,
} from "./history.ts";
import { type SearchView, searchView } from "./search.ts";
import { type TableLayout, type TableView, tableView } from "./table.ts";
import { type TagCount, type TagKeysView, tagKeysView, tagValuesView } from "./tags.ts";

/** What a search is to find. */
export interface SearchQuery {
  /** Defaults to executions. */
  readonly types?: readonly EntityType[] | undefined;
  /** A query in the language of `log --where`: `env=prod and cost > 3`. */
  readonly where?: string | undefined;
  /** At most so many of each type. Defaults to 50. */
  readonly limit?: number | undefined;
  /** Defaults to `page`. */
  readonly extent?: Extent | undefined;
}

/** Which executions a table has, and how it shows them. */
export interface TableQuery extends TableLayout {
  /** The ids of its executions. */
  readonly ids?: readonly string[] | undefined;
  /** Where there are no `ids`: a query in the language of `log --where`. */
  readonly where?: string | undefined;
  /** Of those that match, the newest; defaults to 50. */
  readonly limit?: number | undefined;
}

/**
 * The pages of a log as plain data: what the command line draws as text and JSON, for others to draw.
 * Each first brings the index up to date. What a view yields piece by piece is read from the log
 * meanwhile: it must not be closed before.
 * @example
 * ```ts
 * import { openLog } from "redun-git";
 *
 * const log = await openLog();
 * const { parts } = await log.views.search({ where: "env=prod" });
 * for await (const { items } of parts) {
 *   for await (const item of items) console.log(item.type, item.id);
 * }
 * await log.close();
 * ```
 */
export class LogViews {
  readonly #refreshed: () => Promise<IndexedLog>;

  /** @param refreshed gives the log, brought up to date */
  constructor(refreshed: () => Promise<IndexedLog>) {
    this.#refreshed = refreshed;
  }

  /**
   * The page of an entity; `type` tells which kind it is.
   * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, OBJECT_MISSING, BAD_RECORD
   */
  async entity(id: string, extent: Extent = "page"): Promise<EntityView> {
    const log = await this.#refreshed();
    return entityView(log, await findKnown(log, id), extent);
  }

  /** The entities that match a query, the newest first. @throws RedunError BAD_QUERY */
  async search(query: SearchQuery = {}): Promise<SearchView> {
    const { types = ["Execution"], where, limit = 50, extent = "page" } = query;
    const selection = {
      ...{ where: conditionOf(where), execution: allOf() },
      ...{ code: null, job: allOf(), files: null },
      ...{ taskHashes: [], results: [], args: [], valueTypes: [] },
    };
    return searchView(await this.#refreshed(), { types, selection, limit, extent });
  }

  /**
   * The commits of a revision's history or a range, newest first, each with the executions that ran it.
   * @throws RedunError UNKNOWN_REVISION
   */
  async *commits(revision = "HEAD", extent: Extent = "page"): AsyncGenerator<CommitView> {
    yield* commitViews(await this.#refreshed(), { revision, where: allOf() }, extent);
  }

  /** The keys of all tags. */
  async tagKeys(): Promise<TagKeysView> {
    return tagKeysView(await this.#refreshed());
  }

  /** The tags that meet a condition such as `env` or `cohort~p*`, or all. @throws RedunError BAD_TAG */
  async tagValues(condition?: string): Promise<readonly TagCount[]> {
    const conditions = condition === undefined ? [] : [parseTagCondition(condition)];
    return tagValuesView(await this.#refreshed(), conditions);
  }

  /** How an entity's tags changed, or those of one key. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
  async history(id: string, key?: string): Promise<HistoryView> {
    const { log, found } = await this.#find(id);
    return historyView(log, found, key);
  }

  /** Who set an entity's tags. @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID */
  async blame(id: string): Promise<BlameView> {
    const { log, found } = await this.#find(id);
    return blameView(log, found);
  }

  /** Every entity that has tags in conflict, with those alone. */
  async *conflicts(): AsyncGenerator<BlameView> {
    yield* conflictViews(await this.#refreshed());
  }

  /**
   * Compares two executions; of one id, its execution with the one before it of the same task.
   * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, OBJECT_MISSING, BAD_RECORD
   */
  async comparison(
    first: string,
    second?: string,
    extent: Extent = "page",
  ): Promise<ComparisonView> {
    const { comparisonView } = await import("./comparison.ts");
    return comparisonView(await this.#refreshed(), first, second, extent);
  }

  /**
   * Puts executions beside each other: a row for each, a column for each tag and argument.
   * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE, BAD_QUERY, OBJECT_MISSING, BAD_RECORD
   */
  async table(query: TableQuery = {}): Promise<TableView> {
    const { ids, where, limit = 50, ...layout } = query;
    const selection = { where: conditionOf(where), execution: allOf() };
    const log = await this.#refreshed();
    const rows = ids ? await findExecutions(log, ids) : executionsMeeting(log, selection, limit);
    return tableView(log, rows, layout);
  }

  /**
   * What the log of a remote, as it was last fetched, has and ours lacks, or the other way round.
   * @param remote its name, a URL or a path; by default that of the current branch, or `origin`
   * @throws RedunError UNKNOWN_REMOTE
   */
  async changes(direction: ChangesView["direction"], remote?: string): Promise<ChangesView> {
    const { changesView } = await import("./changes.ts");
    const indexed = await this.#refreshed();
    const { log, config } = indexed;
    const way = direction === "incoming" ? "fetch" : "push";
    const remoteLog = remoteLogFor(chooseRemote(log, config, remote, way), log.ref, config);
    assertKnown(config, remoteLog, await lastSeen(log, remoteLog));
    return changesView(indexed, remoteLog, direction);
  }

  async #find(id: string): Promise<{ log: IndexedLog; found: Found }> {
    const log = await this.#refreshed();
    return { log, found: await findEntity(log, id) };
  }
}

function conditionOf(where: string | undefined): Condition {
  return where === undefined ? allOf() : parseQuery(where);
}
