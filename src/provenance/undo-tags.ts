import { RedunError } from "../errors.ts";
import type { RecordFile } from "../log/log.ts";
import { tagEditFile, tagMessage } from "../log/tag-edits.ts";
import { sameTag, type TagGraph } from "../tag/graph.ts";
import { tagSet } from "../tag/set.ts";
import type { TagEdit, TagPair } from "../tag/tag.ts";
import type { EntityEdits } from "./edit-tags.ts";
import { findEntity } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * Undoes what `editTags` did, by edits that invert it, in one commit: what was added is removed, and what
 * was replaced or removed is there again. The history keeps both.
 * @param reason for the body of the commit message
 * @throws RedunError UNKNOWN_TAG where one of its tags has been changed since: then nothing is written
 * @throws RedunError REPOSITORY_UNWRITABLE, REF_BUSY, FORMAT_TOO_NEW
 */
export async function undoTags(
  log: IndexedLog,
  edited: readonly EntityEdits[],
  reason: string,
): Promise<EntityEdits[]> {
  const undone: EntityEdits[] = [];
  for (const { entity, edits } of edited) {
    const found = await findEntity(log, entity.id);
    undone.push({ entity: found, edits: inverse(log.index.tags.graph(found), edits) });
  }
  const changes = undone
    .filter(({ edits }) => edits.length > 0)
    .map(({ entity: { id, type }, edits }) => ({ entity: id, type, edits }));
  if (changes.length > 0) {
    const { objectFormat } = log.log.backend.repository;
    const files: RecordFile[] = changes.map((change) => tagEditFile(change, objectFormat));
    await log.append(files, tagMessage(changes, reason));
  }
  return undone;
}

function inverse(graph: TagGraph, edits: readonly TagEdit[]): TagEdit[] {
  const added = edits.flatMap(({ tag }) => (tag ? [tag] : []));
  const gone = edits.flatMap(({ parents }) => parents.flatMap(({ was }) => (was ? [was] : [])));
  for (const tag of added) assertCurrent(graph, tag);
  // A tag that was hung again under itself was not there, and did not go.
  const back = tagSet(gone).filter((tag) => !added.some((one) => sameTag(one, tag)));
  const keys = new Set(back.map(([key]) => key));
  const isReplaced = ([key]: TagPair) => keys.has(key) && added.some((tag) => tag[0] === key);
  const removed = added.filter((tag) => !isReplaced(tag));
  return [
    ...graph.planUpdate(back.filter(isReplaced)),
    ...graph.planAdd(back.filter((tag) => !isReplaced(tag))),
    ...graph.planRemove(removed.map(([key, value]) => ({ key, value }))),
  ];
}

function assertCurrent(graph: TagGraph, tag: TagPair): void {
  if (graph.currentOf(tag[0]).some((current) => sameTag(current.tag, tag))) return;
  throw new RedunError(
    "UNKNOWN_TAG",
    `The tag ${tag[0]} has been changed since.`,
    "Nothing was changed. `redun-git tag history` shows by whom.",
  );
}
