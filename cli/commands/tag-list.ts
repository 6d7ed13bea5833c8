import { RedunError } from "../../src/errors.ts";
import { type Found, isRelative } from "../../src/provenance/find.ts";
import { findKnown } from "../../src/provenance/find-known.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { allOf, type Condition } from "../../src/query/condition.ts";
import { parseTagCondition } from "../../src/query/tag-condition.ts";
import { ENTITY_TYPES } from "../../src/record/records.ts";
import { searchView } from "../../src/views/search.ts";
import { tagKeysView, tagValuesView } from "../../src/views/tags.ts";
import { type CommandFunction, isJson } from "../command.ts";
import type { TAG_LIST } from "../declarations/tag.ts";
import { searchJson } from "../json/entities.ts";
import { entityTagsJson } from "../json/tags.ts";
import { limitOf } from "../limit.ts";
import { entityTagsPage } from "../pages/entity-tags.ts";
import { taggedPage } from "../pages/search.ts";
import { keysPage, valuesPage } from "../pages/tag-counts.ts";
import { selectionOf } from "../selection.ts";
import { jsonText } from "../text/json.ts";
import { pageOfLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

export const command: CommandFunction<typeof TAG_LIST> = (workspace, words, options) => {
  const conditions = words.map((word) =>
    isRelative(word)
      ? ({ is: "tag", key: word, keyIsGlob: false, test: null } as const)
      : parseTagCondition(word),
  );
  const json = isJson(options);
  const limit = limitOf(options.limit, json);
  const list = { workspace, words, conditions, limit, json };
  return pageOfLog(workspace, async (log) =>
    options.values ? values(log, list) : listing(log, list),
  );
};

interface Listing {
  readonly workspace: Workspace;
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
  readonly limit: number;
  readonly json: boolean;
}

async function listing(log: IndexedLog, list: Listing): Promise<string | AsyncGenerator<string>> {
  const { workspace, words, conditions, json } = list;
  if (words.length === 0) return keys(log, json);
  // Bare words are keys if anything has a tag of one of them; else they are ids.
  const areTags = !conditions.every(isBareKey) || words.some((word) => log.index.tags.hasKey(word));
  if (areTags) return tagged(log, list);
  const entities = await entitiesOf(log, words);
  return entities
    .map((entity) =>
      json ? `${jsonText(entityTagsJson(entity))}\n` : entityTagsPage(entity, workspace.tagLimit),
    )
    .join(json ? "" : "\n");
}

/** The entities of words that are no keys. */
async function entitiesOf(log: IndexedLog, words: readonly string[]): Promise<Found[]> {
  try {
    const found = new Map<string, Found>();
    for (const word of words) {
      const { found: entity } = await findKnown(log, word);
      found.set(entity.id, entity);
    }
    return [...found.values()];
  } catch (error) {
    const isUnknown = error instanceof RedunError && error.code === "UNKNOWN_ID";
    if (!isUnknown || words.every(isRelative)) throw error;
    const command = `redun-git tag list${log.words}`;
    const hint = `No tag has such a key either: \`${command}\` lists the keys in use.`;
    throw new RedunError("UNKNOWN_ID", error.message, hint, { cause: error });
  }
}

function isBareKey(condition: Condition): boolean {
  return condition.is === "tag" && condition.test === null && !condition.keyIsGlob;
}

function keys(log: IndexedLog, json: boolean): string {
  const view = tagKeysView(log);
  return json
    ? view.keys.map((count) => `${jsonText(count)}\n`).join("")
    : keysPage(view, log.words);
}

/** Tags that meet one of the conditions: each is a question about one tag. */
function values(log: IndexedLog, { workspace, conditions, json }: Listing): string {
  const counts = tagValuesView(log, conditions);
  if (!json) return valuesPage(counts, workspace.tagLimit);
  return counts
    .map(({ tag: [key, value], type, count }) => `${jsonText({ key, value, type, count })}\n`)
    .join("");
}

/** Everything that meets all conditions, by type and the newest first, as redun lists it. */
async function* tagged(
  log: IndexedLog,
  { workspace, conditions, limit, json }: Listing,
): AsyncGenerator<string> {
  const selection = { ...(await selectionOf(log, {})), where: allOf(...conditions) };
  const extent = json ? "whole" : "page";
  const search = { types: ENTITY_TYPES, selection, limit, limitsAll: true, extent } as const;
  const view = searchView(log, search);
  yield* json ? searchJson(view) : taggedPage(view, workspace.paint);
}
