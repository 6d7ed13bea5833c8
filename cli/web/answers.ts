import { basename } from "node:path";
import { RedunError } from "../../src/errors.ts";
import type { ExecutionRow } from "../../src/index/rows.ts";
import { findEntity } from "../../src/provenance/find.ts";
import type { Known } from "../../src/provenance/find-known.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { VERSION } from "../../src/version.ts";
import { parseAddress } from "../../src/views/address.ts";
import { comparedExecutions } from "../../src/views/compared.ts";
import { comparisonView } from "../../src/views/comparison.ts";
import { type EntityView, entityView } from "../../src/views/entity.ts";
import { fileContentView } from "../../src/views/file-content.ts";
import { fileFlowView } from "../../src/views/file-flow.ts";
import { findAddressed } from "../../src/views/find-addressed.ts";
import { type BlameView, blameView, conflictViews, historyView } from "../../src/views/history.ts";
import { jobChart } from "../../src/views/job-chart.ts";
import { listPage } from "../../src/views/list-page.ts";
import { sourceDiffView } from "../../src/views/source-diff.ts";
import { tableView } from "../../src/views/table.ts";
import { tagKeysView, tagValuesView } from "../../src/views/tags.ts";
import { limitOf } from "../limit.ts";
import { jsonText } from "../text/json.ts";
import type { Api, Asked, EntityAnswer, Info } from "./api.ts";
import { facetList } from "./facet-list.ts";

/** What the one who answers may do. */
export type Abilities = Pick<Info, "canEdit" | "isReport" | "start">;

/** Characters of a value's JSON that a page shows. */
const MAX_VALUE = 200_000;
/** Rows of a table and entities of a list, at most. */
const MAX_ROWS = 1000;

type Answering = {
  readonly [Name in Asked]: (
    log: IndexedLog,
    asks: Partial<Record<keyof Api[Name]["asks"], string>>,
    abilities: Abilities,
  ) => Promise<Api[Name]["answer"]>;
};

const ANSWERS: Answering = {
  info: async ({ log }, _, abilities) => {
    const { workTree, gitDir } = log.backend.repository;
    return {
      version: VERSION,
      repository: basename(workTree ?? gitDir),
      ref: log.ref,
      ...abilities,
    };
  },
  list: async (log, { type = "executions", query, after, limit }) => {
    const address = parseAddress(type);
    if (address.kind !== "list" || address.type === null) throw noSuch("type", type);
    return listPage(log, { type: address.type, query, after, limit: rows(limit, 50) });
  },
  facets: async (log, { query }) => facetList(log, query ?? null),
  entity: async (log, { address = "" }) => {
    const parsed = parseAddress(address);
    if (parsed.kind !== "entity") throw noSuch("entity", address);
    return answerOf(await entityView(log, await findAddressed(log, parsed)));
  },
  chart: async (log, { id }) => {
    const view = await entityView(log, await executionWithId(log, id));
    return jobChart(view as Extract<EntityView, { type: "Execution" }>);
  },
  files: async (log, { id }) => {
    const { found } = await executionWithId(log, id);
    return fileFlowView(log, found.row as ExecutionRow);
  },
  blame: async (log, { id }) => blameView(log, await findEntity(log, needed("id", id))),
  history: async (log, { id, key }) =>
    historyView(log, await findEntity(log, needed("id", id)), key),
  tags: async (log) => tagKeysView(log),
  values: async (log, { key }) => {
    const wanted = needed("key", key);
    return tagValuesView(log, [{ is: "tag", key: wanted, keyIsGlob: false, test: null }]);
  },
  conflicts: async (log) => {
    const found: BlameView[] = [];
    for await (const view of conflictViews(log)) if (found.push(view) === MAX_ROWS) break;
    return found;
  },
  table: async (log, { ids, query, limit }) => {
    const named = ids === undefined ? [] : ids.split(",").slice(0, MAX_ROWS);
    const address = { kind: "compare", ids: named, query: query ?? null } as const;
    return tableView(log, await comparedExecutions(log, address, rows(limit, 50)));
  },
  comparison: (log, { before, after }) =>
    comparisonView(log, needed("before", before), needed("after", after)),
  source: (log, { before, after }) =>
    sourceDiffView(log, needed("before", before), needed("after", after)),
  content: (log, { id }) => fileContentView(log, needed("id", id)),
};

/**
 * The answer to one question, as JSON.
 * @throws RedunError USAGE for a question that there is not; as the views do
 */
export async function answer(
  log: IndexedLog,
  name: string,
  asks: Readonly<Record<string, string>>,
  abilities: Abilities,
): Promise<string> {
  if (!Object.hasOwn(ANSWERS, name)) throw noSuch("question", name);
  const found = await ANSWERS[name as Asked](log, asks, abilities);
  // There may be a hundred thousand jobs in it, of which each part is plain.
  if (name === "chart") return JSON.stringify(found);
  return jsonText(found);
}

function answerOf(view: EntityView): EntityAnswer {
  if (view.type === "Execution") return { ...view, jobs: { count: view.jobs.count } };
  if (view.type !== "Value" || !("value" in view)) return view;
  const text = jsonText(view.value);
  if (text.length <= MAX_VALUE) return view;
  return { ...view, value: text.slice(0, MAX_VALUE), isCut: true };
}

function executionWithId(log: IndexedLog, id: string | undefined): Promise<Known> {
  return findAddressed(log, { kind: "entity", type: "Execution", id: needed("id", id) });
}

function needed(name: string, value: string | undefined): string {
  if (value) return value;
  throw new RedunError("USAGE", `\`${name}\` is missing.`, `Ask with \`?${name}=...\`.`);
}

function rows(limit: string | undefined, usual: number): number {
  return limit === undefined ? usual : Math.min(limitOf(limit, false), MAX_ROWS);
}

function noSuch(what: string, word: string): RedunError {
  return new RedunError("USAGE", `There is no ${what} "${word}".`, "Reload the page.");
}
