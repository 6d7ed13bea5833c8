import { RedunError } from "../errors.ts";
import type { RecordFile } from "../log/log.ts";
import { tagEditFile, tagMessage } from "../log/tag-edits.ts";
import type { TagGraph, TagSelector } from "../tag/graph.ts";
import type { TagEdit, TagPair } from "../tag/tag.ts";
import { withoutSecretTags } from "../value/cut.ts";
import type { Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";

/** What is to be done to the tags of entities. */
export type TagAction =
  | { readonly kind: "add" | "update"; readonly tags: readonly TagPair[] }
  | { readonly kind: "rm"; readonly selectors: readonly TagSelector[] };

export interface EditTagsOptions {
  /** Why, for the body of the commit message. */
  readonly reason?: string | undefined;
  /** Only plans: nothing is written. */
  readonly dryRun?: boolean;
}

/** The edits of one entity's tags; none where everything was so already. */
export interface EntityEdits {
  readonly entity: Found;
  readonly edits: readonly TagEdit[];
}

/**
 * Edits the tags of entities, all in one commit: whatever is refused for one of them, nothing is
 * changed for any. A call that changes nothing makes no commit.
 * @throws RedunError UNKNOWN_TAG for the removal of what is not there
 * @throws RedunError REPOSITORY_UNWRITABLE, REF_BUSY, FORMAT_TOO_NEW
 */
export async function editTags(
  log: IndexedLog,
  entities: readonly Found[],
  action: TagAction,
  { reason, dryRun = false }: EditTagsOptions = {},
): Promise<EntityEdits[]> {
  const { objectFormat } = log.log.backend.repository;
  if (action.kind !== "rm") await assertMayTag(log, entities, action.tags);
  const planned = entities.map((entity) => ({
    entity,
    edits: plan(log.index.tags.graph(entity), recordable(action)),
  }));
  const changes = planned
    .filter(({ edits }) => edits.length > 0)
    .map(({ entity: { id, type }, edits }) => ({ entity: id, type, edits }));
  if (changes.length > 0 && !dryRun) {
    const files: RecordFile[] = changes.map((change) => tagEditFile(change, objectFormat));
    await log.append(files, tagMessage(changes, reason));
  }
  return planned;
}

/** A tag of a key that was redacted would be taken out again. @throws RedunError TAG_REDACTED */
async function assertMayTag(
  log: IndexedLog,
  entities: readonly Found[],
  tags: readonly TagPair[],
): Promise<void> {
  const tombstones = await log.tombstones();
  if (tombstones.isEmpty) return;
  for (const { id, type, row } of entities) {
    const own = type === "Job" ? log.index.execution(row.execution)?.id : id;
    const job = type === "Job" ? id : undefined;
    const keys = tombstones
      .redactionsOf(own ?? id)
      .flatMap((one) => (one.part === "tag" && one.job === job ? one.name : []));
    const key = tags.find(([key]) => keys.includes(key))?.[0];
    if (key === undefined) continue;
    throw new RedunError(
      "TAG_REDACTED",
      `Tags ${key} of ${id.slice(0, 8)} were redacted: none can be written again.`,
      "Use another key.",
    );
  }
}

/** What looks like a secret is not written, but what was written before can be removed. */
function recordable(action: TagAction): TagAction {
  return action.kind === "rm" ? action : { ...action, tags: withoutSecretTags(action.tags) };
}

function plan(graph: TagGraph, action: TagAction): TagEdit[] {
  if (action.kind === "rm") return graph.planRemove(action.selectors);
  return action.kind === "add" ? graph.planAdd(action.tags) : graph.planUpdate(action.tags);
}
