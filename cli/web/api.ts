/**
 * What the page asks, by name: the parameters of each question, and its answer. Answers are the views
 * as they are, as JSON; only what is read piece by piece, which JSON cannot hold, is left out of them.
 */
import type { CallView } from "../../src/views/call.ts";
import type { ComparisonView } from "../../src/views/comparison.ts";
import type { ExecutionView } from "../../src/views/execution.ts";
import type { FileContentView } from "../../src/views/file-content.ts";
import type { FileFlow } from "../../src/views/file-flow.ts";
import type { BlameView, HistoryView } from "../../src/views/history.ts";
import type { JobView } from "../../src/views/job.ts";
import type { JobChart } from "../../src/views/job-chart.ts";
import type { ListPage } from "../../src/views/list-page.ts";
import type { SourceDiffView } from "../../src/views/source-diff.ts";
import type { TableView } from "../../src/views/table.ts";
import type { TagCount, TagKeysView } from "../../src/views/tags.ts";
import type { TaskView } from "../../src/views/task.ts";
import type { ValueView } from "../../src/views/value.ts";
import type { FacetList } from "./facet-list.ts";

export interface Api {
  readonly info: { readonly asks: Record<never, string>; readonly answer: Info };
  /** Entities of a type, by the first word of their address; `limit` of them from `after` on. */
  readonly list: {
    readonly asks: { type: string; query?: string; after?: string; limit?: string };
    readonly answer: ListPage;
  };
  /** What the executions that match a query can be chosen by. */
  readonly facets: { readonly asks: { query?: string }; readonly answer: FacetList };
  /** An entity, by its address. */
  readonly entity: { readonly asks: { address: string }; readonly answer: EntityAnswer };
  /** All jobs of an execution, for pictures of them. */
  readonly chart: { readonly asks: { id: string }; readonly answer: JobChart };
  /** The files that the jobs of an execution took and gave. */
  readonly files: { readonly asks: { id: string }; readonly answer: FileFlow };
  readonly blame: { readonly asks: { id: string }; readonly answer: BlameView };
  readonly history: { readonly asks: { id: string; key?: string }; readonly answer: HistoryView };
  readonly tags: { readonly asks: Record<never, string>; readonly answer: TagKeysView };
  readonly values: { readonly asks: { key: string }; readonly answer: readonly TagCount[] };
  readonly conflicts: { readonly asks: Record<never, string>; readonly answer: BlameView[] };
  /** Executions beside each other: by ids between commas, or the newest that match a query. */
  readonly table: {
    readonly asks: { ids?: string; query?: string; limit?: string };
    readonly answer: TableView;
  };
  readonly comparison: {
    readonly asks: { before: string; after: string };
    readonly answer: ComparisonView;
  };
  /** How one version of a task differs from another. */
  readonly source: {
    readonly asks: { before: string; after: string };
    readonly answer: SourceDiffView;
  };
  readonly content: { readonly asks: { id: string }; readonly answer: FileContentView };
}

export type Asked = keyof Api;

/** Where the page is, and what it may do. */
export interface Info {
  readonly version: string;
  /** The name of the repository's folder. */
  readonly repository: string;
  /** The full name of the log's ref. */
  readonly ref: string;
  /** Tags may be edited. */
  readonly canEdit: boolean;
  /** The page is a file: what it does not hold cannot be asked for. */
  readonly isReport: boolean;
  /** The address of what it begins with. */
  readonly start: string;
}

export type EntityAnswer =
  | (Omit<ExecutionView, "jobs"> & { readonly jobs: { readonly count: number } })
  | JobView
  | TaskView
  | CallView
  | ShownValueView;

export interface ShownValueView extends ValueView {
  /** `value` is the beginning of its JSON as a text: all of it is too much for a page. */
  readonly isCut?: boolean;
}

/** What is wrong with a question, in the answer. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** An edit of tags, as `tag add`, `tag update` and `tag rm` take it. */
export interface TagEditRequest {
  readonly kind: "add" | "update" | "rm";
  readonly ids: readonly string[];
  /** `key=value`; to remove, `key` as well. */
  readonly tags: readonly string[];
  /** Why: the body of the commit message. */
  readonly reason?: string;
}
