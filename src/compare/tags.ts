import { tagIdentity, tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import type { TagValue } from "../value/value.ts";

/** A key whose values differ. It may have other values that both sets share. */
export interface TagDifference {
  readonly key: string;
  readonly removed: readonly TagValue[];
  readonly added: readonly TagValue[];
}

/** The differences between two tag sets, in the order of keys and values: 1 is not 1.0. */
export function compareTags(
  before: readonly TagPair[],
  after: readonly TagPair[],
): TagDifference[] {
  const changes = new Map<string, { removed: TagValue[]; added: TagValue[] }>();
  const [was, is] = [new Set(before.map(tagIdentity)), new Set(after.map(tagIdentity))];
  for (const tag of tagSet([...before, ...after])) {
    const [key, value] = tag;
    const identity = tagIdentity(tag);
    if (was.has(identity) && is.has(identity)) continue;
    const change = changes.get(key) ?? { removed: [], added: [] };
    changes.set(key, change);
    (was.has(identity) ? change.removed : change.added).push(value);
  }
  return [...changes].map(([key, change]) => ({ key, ...change }));
}
