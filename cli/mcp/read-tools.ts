/** The tools that read: each finds what a command prints, as `--format json` has it. */
import { z } from "zod";
import { findEntity } from "../../src/provenance/find.ts";
import { findKnown } from "../../src/provenance/find-known.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { parseTagCondition } from "../../src/query/tag-condition.ts";
import { ENTITY_TYPES } from "../../src/record/records.ts";
import { queryIndex } from "../../src/sql/query.ts";
import { SQL_TABLES } from "../../src/sql/tables.ts";
import { comparisonView } from "../../src/views/comparison.ts";
import { type EntityView, entityView } from "../../src/views/entity.ts";
import type { ExecutionView } from "../../src/views/execution.ts";
import { historyView } from "../../src/views/history.ts";
import { type SearchOptions, searchView } from "../../src/views/search.ts";
import { tagKeysView, tagValuesView } from "../../src/views/tags.ts";
import { diffJson } from "../json/comparisons.ts";
import {
  callJson,
  executionHeadJson,
  jobInListJson,
  jobJson,
  listedJson,
  taskJson,
  valuePageJson,
} from "../json/entities.ts";
import { changeJson } from "../json/tags.ts";
import { whyJson } from "../json/why.ts";
import { selectionOf } from "../selection.ts";
import { whyJobs } from "../why-jobs.ts";
import { comparisonMetadata, metadata, tagMetadata, whyMetadata } from "./metadata.ts";
import { CONTENT, defineTool, ID, LIMIT } from "./tool.ts";

const LOG = defineTool({
  name: "log",
  about: "List executions, jobs, tasks, values or calls of the log, the newest first",
  input: z.object({
    where: z
      .string()
      .optional()
      .describe("A query: `status=failed and (env=prod or started > 2d)`, `cost > 3`"),
    types: z.array(z.enum(ENTITY_TYPES)).min(1).default(["Execution"]),
    limit: LIMIT,
    content: CONTENT,
  }),
  run: async (log, { where, types, limit, content }) => {
    const selection = await selectionOf(log, where === undefined ? {} : { where: [where] });
    const wanted = ENTITY_TYPES.filter((type) => types.includes(type));
    const common = { types: wanted, selection, limitsAll: true, extent: "whole" } as const;
    // One more, so that it is known whether there are more.
    const objects = mapped(listing(log, { ...common, limit: limit + 1 }), content, metadata);
    return { objects, limit, hasContent: content };
  },
});

async function* listing(log: IndexedLog, options: SearchOptions): AsyncGenerator<object> {
  for await (const { items } of searchView(log, options).parts) {
    for await (const entity of items) yield listedJson(entity);
  }
}

const SHOW = defineTool({
  name: "show",
  about:
    "Show one execution with its first jobs (job_count says how many it has), a job, task, value or call",
  input: z.object({ id: ID, limit: LIMIT, content: CONTENT }),
  run: async (log, { id, limit, content }) => {
    const view = await entityView(log, await findKnown(log, id), "whole");
    const objects = mapped([pageJson(view, limit)], content, metadata);
    return { objects, hasContent: content };
  },
});

function pageJson(view: EntityView, limit: number): object {
  switch (view.type) {
    case "Execution":
      return { ...executionHeadJson(view), ...firstJobs(view, limit) };
    case "Job":
      return jobJson(view);
    case "Task":
      return taskJson(view);
    case "CallNode":
      return callJson(view);
    default:
      return valuePageJson(view);
  }
}

/** There may be a million. */
function firstJobs({ jobs }: ExecutionView, limit: number): object {
  const shown: object[] = [];
  for (const batch of jobs.list()) {
    shown.push(...batch.slice(0, limit - shown.length).map(jobInListJson));
    if (shown.length === limit) break;
  }
  return { jobs: shown, job_count: jobs.count };
}

const TAGS = defineTool({
  name: "tags",
  about: "List the keys of all tags, or the values of some, with how many entities have them",
  input: z.object({
    tag: z.string().optional().describe("A key, or a condition: `env`, `cohort~p*`, `cost>3`"),
    limit: LIMIT,
    content: CONTENT,
  }),
  run: (log, { tag, limit, content }) => {
    if (tag === undefined) return { objects: tagKeysView(log).keys, limit };
    const objects = tagValuesView(log, [parseTagCondition(tag)]).map(
      ({ tag: [key, value], type, count }) => ({ key, value, type, count }),
    );
    return { objects: content ? objects : tagMetadata(objects), limit, hasContent: content };
  },
});

const HISTORY = defineTool({
  name: "history",
  about: "Show every change of an entity's tags: when, by whom, in which commit",
  input: z.object({
    id: ID,
    key: z.string().optional().describe("Only changes of this key"),
    limit: LIMIT,
    content: CONTENT,
  }),
  run: async (log, { id, key, limit, content }) => {
    const view = await historyView(log, await findEntity(log, id), key);
    const changes = view.changes.map((change) => changeJson(view, change));
    const objects = content ? changes : tagMetadata(changes);
    return { objects, limit, hasContent: content };
  },
});

const COMPARE = defineTool({
  name: "compare",
  about: "Compare two executions: tags, code, tasks, arguments, files, results, jobs",
  input: z.object({
    first: ID,
    second: ID.optional().describe(
      "Without it, the first is compared with the execution of the same task before it",
    ),
    content: CONTENT,
  }),
  run: async (log, { first, second, content }) => {
    const view = await comparisonView(log, first, second, "whole");
    const objects = mapped([diffJson(view)], content, comparisonMetadata);
    return { objects, hasContent: content };
  },
});

const WHY = defineTool({
  name: "why",
  about: "Say why a job ran, or whose result it took",
  input: z.object({
    id: z.string().min(1).describe("A job; a task or its full name; an execution for all its jobs"),
    limit: LIMIT,
    content: CONTENT,
  }),
  run: (log, { id, limit, content }) => {
    const objects = mapped(reasons(log, id), content, whyMetadata);
    return { objects, limit, hasContent: content };
  },
});

async function* reasons(log: IndexedLog, id: string): AsyncGenerator<object> {
  for await (const { row, found, changed } of whyJobs(log, id)) yield whyJson(row, found, changed);
}

const TABLES = SQL_TABLES.map(
  ({ name, columns }) => `${name}(${columns.map((column) => column.name).join(", ")})`,
).join("; ");

const SQL = defineTool({
  name: "sql",
  about: `Ask the log by one SELECT of SQLite, read-only. Tables: ${TABLES}`,
  input: z.object({ query: z.string(), limit: LIMIT, content: CONTENT }),
  run: async (log, { query, limit, content }) => {
    // One more, so that it is known whether there are more.
    const asked = { limit: limit + 1, withContent: content };
    const { columns, rows } = await queryIndex(log.file.path, query, asked);
    const objects = rows.map((row) =>
      Object.fromEntries(columns.map((name, at) => [name, row[at]])),
    );
    const note = content ? undefined : "Without `content`, argv, reason, args and docs are null.";
    return { objects, limit, hasContent: content, ...(note && { note }) };
  },
});

/** Objects with their content, or as `without` leaves them. */
async function* mapped(
  objects: Iterable<object> | AsyncIterable<object>,
  content: boolean,
  without: (object: object) => object,
): AsyncGenerator<object> {
  for await (const object of objects) yield content ? object : without(object);
}

export const READ_TOOLS = [LOG, SHOW, TAGS, HISTORY, COMPARE, WHY, SQL];
