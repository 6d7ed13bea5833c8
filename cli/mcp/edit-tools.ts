/** The tools that edit tags, as `tag add`, `tag update` and `tag rm` do: one commit for each call, or none. */
import { z } from "zod";
import { type EntityEdits, editTags, type TagAction } from "../../src/provenance/edit-tags.ts";
import { findEntities } from "../../src/provenance/find.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { tagPairs } from "../../src/tag/set.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { tagsJson } from "../json/tags.ts";
import type { Found } from "./answer.ts";
import { defineTool, ID } from "./tool.ts";

const IDS = z.array(ID).min(1).max(1000).describe("What to tag: executions, jobs, tasks, values");
const REASON = z.string().min(1).describe("Why: it is kept in the commit message");
const KEY = z.string().min(1);
const TAGS = z
  .array(z.object({ key: KEY, value: z.unknown().describe("Any JSON") }))
  .min(1)
  .describe("A key may have several values");

const ADD = defineTool({
  name: "add_tags",
  about: "Add tags; other values of their keys stay",
  writes: true,
  input: z.object({ ids: IDS, tags: TAGS, reason: REASON }),
  run: (log, { ids, tags, reason }) => edit(log, ids, { kind: "add", tags: pairs(tags) }, reason),
});

const UPDATE = defineTool({
  name: "update_tags",
  about: "Set tags, replacing the current values of their keys",
  writes: true,
  input: z.object({ ids: IDS, tags: TAGS, reason: REASON }),
  run: (log, { ids, tags, reason }) =>
    edit(log, ids, { kind: "update", tags: pairs(tags) }, reason),
});

const REMOVE = defineTool({
  name: "remove_tags",
  about: "Remove tags by key, or one value of a key. They stay in the history",
  writes: true,
  input: z.object({
    ids: IDS,
    tags: z
      .array(
        z.object({
          key: KEY,
          value: z.unknown().optional().describe("Without it, every value of the key"),
        }),
      )
      .min(1),
    reason: REASON,
  }),
  run: (log, { ids, tags, reason }) => {
    const selectors = tags.map((tag) => {
      if (!("value" in tag)) return { key: tag.key };
      const [[key, value]] = pairs([tag]) as [TagPair];
      return { key, value };
    });
    return edit(log, ids, { kind: "rm", selectors }, reason);
  },
});

function pairs(tags: readonly { key: string; value?: unknown }[]): TagPair[] {
  // What is no JSON is refused by it.
  return tagPairs(tags.map(({ key, value }) => [key, value] as TagPair));
}

async function edit(
  log: IndexedLog,
  ids: readonly string[],
  action: TagAction,
  reason: string,
): Promise<Found> {
  const edited = await editTags(log, await findEntities(log, ids), action, { reason });
  return { objects: edited.map(editJson) };
}

/** What a call changed; nothing where everything was so already. */
function editJson({ entity: { type, id }, edits }: EntityEdits): object {
  const added = edits.flatMap(({ tag }) => (tag ? [tag] : []));
  const removed = edits.flatMap(({ parents }) => parents.flatMap(({ was }) => (was ? [was] : [])));
  return { _type: "TagEdit", entity: id, type, removed: tagsJson(removed), added: tagsJson(added) };
}

export const EDIT_TOOLS = [ADD, UPDATE, REMOVE];
