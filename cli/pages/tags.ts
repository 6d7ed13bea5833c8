import { tagSet } from "../../src/tag/set.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { conflictTest } from "../text/lines.ts";

/** Tags as programs get them, in the order in which people see them. */
export function tagsJson(tags: readonly TagPair[], conflicts: readonly TagPair[] = []): object[] {
  const inConflict = conflictTest(conflicts);
  return tagSet(tags).map((tag) => ({
    key: tag[0],
    value: tag[1],
    ...(inConflict(tag) && { conflict: true }),
  }));
}
