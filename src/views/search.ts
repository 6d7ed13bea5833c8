import { known } from "../provenance/find-known.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { counted, type Listed, listed } from "../provenance/listing.ts";
import type { Selection } from "../provenance/selection.ts";
import { allOf, isEverything } from "../query/condition.ts";
import { printQuery } from "../query/print.ts";
import type { EntityType } from "../record/records.ts";
import { preview } from "../value/preview.ts";
import { typeName } from "../value/type-name.ts";
import type { EntityView } from "./entity.ts";
import { type ExecutionOfCode, executionOfCode } from "./executions.ts";
import type { Extent } from "./extent.ts";
import {
  type LoggedEntity,
  type LoggedExecution,
  type LoggedJob,
  loggedExecution,
  loggedJob,
} from "./logged.ts";

/** What is asked of a log. */
export interface SearchOptions {
  /** The types to list, in this order. */
  readonly types: readonly EntityType[];
  readonly selection: Selection;
  /** At most so many of each type, or of all together. */
  readonly limit: number;
  readonly limitsAll?: boolean;
  readonly extent?: Extent;
}

/** The entities that a search found. */
export interface SearchView<Item = ListedEntity> {
  /** The log that was searched. */
  readonly ref: string;
  /** Whether all records of the log are in the index: a partial clone may lack some. */
  readonly isWhole: boolean;
  readonly types: readonly EntityType[];
  /** Only files were asked for. */
  readonly isOfFiles: boolean;
  /** What was asked for as a query; null for everything. */
  readonly query: string | null;
  /** The log must be open while they are read. */
  readonly parts: AsyncIterable<SearchPart<Item>>;
}

/** The entities of one type that a search found, the newest first; tasks are in the order of names. */
export interface SearchPart<Item = ListedEntity> {
  readonly type: EntityType;
  /** Can be read once: there may be a million. */
  readonly items: AsyncIterable<Item>;
  /** There are more than the limit. */
  readonly isCut: boolean;
}

export type ListedEntity =
  | LoggedExecution
  | ExecutionOfCode
  | ListedJob
  | ListedTask
  | ListedCall
  | ListedValue;

export interface ListedJob extends LoggedJob {
  /** The id of the job that called it. Only in a `whole` view. */
  readonly parent?: string | null;
}

export interface ListedTask extends LoggedEntity {
  readonly type: "Task";
  /** Its full name. */
  readonly name: string | null;
}

export interface ListedCall extends LoggedEntity {
  readonly type: "CallNode";
  /** The newest job that made it. */
  readonly job: LoggedJob | null;
}

export interface ListedValue extends LoggedEntity {
  readonly type: "Value";
  /** Of a file. */
  readonly path: string | null;
  /** The name of its type, `string` say; null if only its hash was recorded. */
  readonly valueType: string | null;
  /** The value on one line of at most 100 characters; null if only its hash was recorded. */
  readonly text: string | null;
  /** The value itself. Only in a `whole` view, and missing if only its hash was recorded. */
  readonly value?: unknown;
  /** The newest job that gave or took it. */
  readonly job: LoggedJob | null;
}

/** Searches a log, and gives each entity as a listing has it. */
export function searchView(log: IndexedLog, options: SearchOptions): SearchView {
  const { code } = options.selection;
  return search(log, options, async (entity) => {
    if (entity.type === "Execution" && code && options.extent !== "whole") {
      return executionOfCode(log, entity.row, code.commits);
    }
    return listedEntity(log, entity, options.extent);
  });
}

/** Searches a log, and gives the page of each entity. */
export function searchPages(log: IndexedLog, options: SearchOptions): SearchView<EntityView> {
  return search(log, options, async (entity) => {
    // Its pages load when they are asked for: most searches are for lines.
    const { entityView } = await import("./entity.ts");
    return entityView(log, known(log, entity), options.extent);
  });
}

/** How many entities of each type a selection has. */
export async function searchCounts(
  log: IndexedLog,
  { types, selection }: Pick<SearchOptions, "types" | "selection">,
): Promise<{ type: EntityType; count: number }[]> {
  const counts: { type: EntityType; count: number }[] = [];
  for (const type of types) {
    counts.push({ type, count: await counted(log, type, selection) });
  }
  return counts;
}

function search<Item>(
  log: IndexedLog,
  { types, selection, limit, limitsAll = false }: SearchOptions,
  itemOf: (entity: Listed) => Promise<Item>,
): SearchView<Item> {
  const condition = allOf(selection.where, selection.execution, selection.job);
  return {
    ref: log.log.ref,
    isWhole: log.isWhole,
    types,
    isOfFiles: selection.files !== null,
    query: isEverything(condition) ? null : printQuery(condition),
    parts: parts(),
  };

  async function* parts(): AsyncGenerator<SearchPart<Item>> {
    let room = limit;
    for (const type of types) {
      const found = await listed(log, type, selection, room + 1);
      const isCut = found.length > room;
      yield { type, items: items(found.slice(0, room)), isCut };
      if (!limitsAll) continue;
      if (isCut) return;
      room -= found.length;
    }
  }

  async function* items(found: readonly Listed[]): AsyncGenerator<Item> {
    for (const entity of found) yield itemOf(entity);
  }
}

/** An entity as a listing has it. */
export function listedEntity(
  log: IndexedLog,
  entity: Listed,
  extent: Extent = "page",
): ListedEntity {
  const { type, id, tags, conflicts } = entity;
  if (type === "Execution") return loggedExecution(entity.row);
  if (type === "Job") {
    const job = loggedJob(log, entity.row);
    if (extent === "page") return job;
    const parent =
      entity.row.parent === null ? null : (log.index.job(entity.row.parent)?.id ?? null);
    return { ...job, parent };
  }
  const name = entity.row?.name ?? null;
  if (type === "Task") return { type, id, name, tags, conflicts };
  const job = entity.job ? loggedJob(log, entity.job) : null;
  if (type === "CallNode") return { type, id, job, tags, conflicts };
  const isKnown = "value" in entity;
  return {
    type,
    id,
    path: name,
    valueType: isKnown ? typeName(entity.value) : null,
    text: isKnown ? preview(entity.value) : null,
    ...(isKnown && extent === "whole" && { value: entity.value }),
    job,
    tags,
    conflicts,
  };
}
