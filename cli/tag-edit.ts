import { RedunError } from "../src/errors.ts";
import { type EntityEdits, editTags, type TagAction } from "../src/provenance/edit-tags.ts";
import { type Found, findEntities } from "../src/provenance/find.ts";
import type { TagSelector } from "../src/tag/graph.ts";
import { pythonJson } from "../src/tag/python-json.ts";
import type { TagPair } from "../src/tag/tag.ts";
import { formatKey, parseTagKeyValue } from "../src/tag/text.ts";
import { compareCodePoints } from "../src/value/code-points.ts";
import { clip } from "../src/value/shown-text.ts";
import type { EditOptions } from "./declarations/tag.ts";
import { oneLine } from "./text/terminal.ts";
import { withLog } from "./with-log.ts";
import type { Workspace } from "./workspace.ts";

/** What a command that edits tags does with them, in words. */
interface EditKind {
  readonly kind: TagAction["kind"];
  /** As redun confirms it: `add tag Execution:6dc981d7 env="prod"`. */
  readonly verb: string;
  readonly usage: string;
}

/** A value in a confirmation is cut to this many characters. */
const SHOWN = 200;

/** `tag add`, `tag update` and `tag rm`: ids, then tags; one commit, or nothing. */
export function tagEditCommand({ kind, verb, usage }: EditKind) {
  return async (
    workspace: Workspace,
    words: readonly string[],
    options: EditOptions,
  ): Promise<void> => {
    const { ids, tags } = splitWords(kind, words);
    if (ids.length === 0 || tags.length === 0) {
      const lacks = ids.length === 0 ? "No id was given" : "No tag was given";
      const last = ids.at(-1);
      const isMeant = ids.length > 1 && last !== undefined && !CLEARLY_AN_ID.test(last);
      const why = isMeant ? `: ${oneLine(JSON.stringify(last))} has no "="` : "";
      throw new RedunError("USAGE", `${lacks} to ${verb}${why}.`, `Write \`redun-git ${usage}\`.`);
    }
    // Every tag is read before anything is changed: a wrong one among several changes nothing.
    const action = tagAction(kind, tags);
    const dryRun = Boolean(options.dryRun);
    const reason = options.message;
    const edited = await withLog(
      workspace,
      async (log) => {
        const entities = await findEntities(log, ids);
        if (kind === "rm" && !words.includes("--")) assertNoKeysAmongIds(ids, entities);
        return editTags(log, entities, action, { reason, dryRun });
      },
      { appends: !dryRun },
    );
    const would = dryRun ? "would " : "";
    await workspace.write(
      edited.map((edits) => `${would}${confirmation(verb, action, edits)}\n`).join(""),
    );
  };
}

/** Ids end at a `--`; without one, where the first tag begins. */
function splitWords(
  kind: TagAction["kind"],
  words: readonly string[],
): { ids: readonly string[]; tags: readonly string[] } {
  const dashes = words.indexOf("--");
  if (dashes >= 0) return { ids: words.slice(0, dashes), tags: words.slice(dashes + 1) };
  const isTag = (word: string, at: number) =>
    word.includes("=") || (kind === "rm" && at > 0 && !CLEARLY_AN_ID.test(word));
  const first = words.findIndex(isTag);
  const end = first < 0 ? words.length : first;
  return { ids: words.slice(0, end), tags: words.slice(end) };
}

/** A bare word after the first id is a key to remove unless it looks like this. */
const CLEARLY_AN_ID = /^(?:-|-?~\d+|[0-9a-f][0-9a-f-]{5,})$/;

function assertNoKeysAmongIds(ids: readonly string[], entities: readonly Found[]): void {
  const keys = new Set(entities.flatMap(({ tags }) => tags.map(([key]) => key)));
  const word = ids.slice(1).find((id) => keys.has(id));
  if (word === undefined) return;
  throw new RedunError(
    "USAGE",
    `"${word}" is both the key of a tag and the prefix of an id.`,
    "Write `--` between the ids and the tags.",
  );
}

/** What tags as people type them ask for. @throws RedunError BAD_TAG */
export function tagAction(kind: TagAction["kind"], words: readonly string[]): TagAction {
  const parsed = words.map((word) => parseTagKeyValue(word, { valueRequired: kind !== "rm" }));
  if (kind !== "rm") return { kind, tags: parsed.map(({ key, value }) => [key, value!]) };
  const selectors = parsed.map(
    ({ key, value }): TagSelector => (value === undefined ? { key } : { key, value }),
  );
  return { kind, selectors };
}

function confirmation(verb: string, action: TagAction, { entity, edits }: EntityEdits): string {
  const name = `${entity.type}:${oneLine(entity.id)}`;
  const changed = edits.flatMap(({ tag, parents }) =>
    tag
      ? [tagJson(tag)]
      : parents.flatMap(({ was }) => (was ? [tagJson(was)] : [])).sort(compareCodePoints),
  );
  if (changed.length > 0) return `${verb} tag ${name} ${changed.join(" ")}`;
  const asked = action.kind === "rm" ? [] : action.tags;
  return `leave ${name} as it is: ${asked.map(tagJson).join(" ")}`;
}

function tagJson([key, value]: TagPair): string {
  return oneLine(
    `${clip(formatKey(key), SHOWN)}=${clip(pythonJson(value, { compact: false }), SHOWN)}`,
  );
}
