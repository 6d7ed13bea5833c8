import type { RecordFile } from "../log/log.ts";
import { tagEditFile, tagMessage } from "../log/tag-edits.ts";
import type { TagGraph } from "../tag/graph.ts";
import type { TagEdit, TagPair } from "../tag/tag.ts";
import type { Found } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";

/**
 * Makes tags current on entities, in one commit. Tags that are current already change nothing; a
 * call that changes nothing makes no commit.
 * @returns the edits that were made, for each entity
 * @throws RedunError REPOSITORY_UNWRITABLE, REF_BUSY, FORMAT_TOO_NEW
 */
export function addTags(
  log: IndexedLog,
  entities: readonly Found[],
  tags: readonly TagPair[],
): Promise<TagEdit[][]> {
  return editTags(log, entities, (graph) => graph.planAdd(tags));
}

async function editTags(
  log: IndexedLog,
  entities: readonly Found[],
  plan: (graph: TagGraph) => TagEdit[],
): Promise<TagEdit[][]> {
  const { objectFormat } = log.log.backend.repository;
  const planned = entities.map((entity) => plan(log.index.tagGraph(entity)));
  const files: RecordFile[] = entities.flatMap(({ id, type }, at) => {
    const edits = planned[at]!;
    return edits.length > 0 ? [tagEditFile({ entity: id, type, edits }, objectFormat)] : [];
  });
  if (files.length > 0) {
    const changes = entities.map(({ id, type }, at) => ({ entity: id, type, edits: planned[at]! }));
    await log.append(files, tagMessage(changes));
  }
  return planned;
}
