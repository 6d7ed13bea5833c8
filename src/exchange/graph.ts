/**
 * The one graph between formats: a reader of a format makes it, a writer of a format takes it, and
 * neither knows the other. It is a stream of runs in the terms of our own records, and then of tag
 * edits, so that it needs no more memory than a run.
 */
import type { EntityType, Execution, Job, Outcome, TaskRecord } from "../record/records.ts";
import type { TagEdit } from "../tag/tag.ts";

/** One execution, and all that its jobs refer to. */
export interface GraphRun {
  readonly execution: Execution;
  /** Null while it goes on, or where nobody knows how it ended. */
  readonly outcome: Outcome | null;
  /** In the order of their indexes. Values stand in them, or by their ids. */
  readonly jobs: readonly Job[];
  /** Those that are known of the tasks of its jobs; earlier runs may have had them too. */
  readonly tasks: readonly TaskRecord[];
}

/** An edit of tags, with the hash of the tag that it puts in place. */
export type GraphEdit = TagEdit & { readonly hash: string };

/** Edits of one entity's tags, or tags that are in no record of a run. */
export interface GraphTags {
  readonly entity: string;
  readonly type: EntityType;
  readonly edits: readonly GraphEdit[];
}

/** What a reader of a format gives. */
export interface Graph {
  /** The name of the system, as `imported_from` has it. */
  readonly system: string;
  /** How many runs there are. */
  readonly count: number;
  /** In the order in which they began. */
  runs(): Iterable<GraphRun>;
  /** All of them, the tags in the runs included: a log keeps each once. */
  tags(): Iterable<GraphTags>;
  /**
   * The system has no edits of tags, only their values: one that the log never had replaces the current ones
   * of its key, and others are left as they are.
   */
  readonly tagsAreState?: boolean;
  /** Ids of runs follow from what they are: one that is known is not compared. */
  readonly hasContentIds?: boolean;
  /** What the source holds and this graph leaves out, in words for people. */
  readonly leftOut: readonly string[];
  close(): void;
}
