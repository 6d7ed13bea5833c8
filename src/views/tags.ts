import type { IndexedLog } from "../provenance/indexed-log.ts";
import { anyOf, type Condition } from "../query/condition.ts";
import { matcher } from "../query/matcher.ts";
import { ENTITY_TYPES, type EntityType } from "../record/records.ts";
import type { TagPair } from "../tag/tag.ts";
import { formatTag } from "../tag/text.ts";
import { compareCodePoints } from "../value/code-points.ts";

/** The keys of a log's tags. */
export interface TagKeysView {
  /** How many entities of each type have a tag of each key, by key and type. */
  readonly keys: readonly KeyCount[];
  /** How many entities have tags in conflict. */
  readonly conflictCount: number;
}

export interface KeyCount {
  readonly key: string;
  readonly type: EntityType;
  readonly count: number;
}

/** How many entities of a type have a tag. */
export interface TagCount {
  readonly tag: TagPair;
  readonly type: EntityType;
  readonly count: number;
}

export function tagKeysView({ index }: IndexedLog): TagKeysView {
  const keys = index.tags.keyCounts();
  keys.sort((a, b) => compareCodePoints(a.key, b.key) || byType(a, b));
  return { keys, conflictCount: index.tags.conflicts().length };
}

/** The tags that meet one of the conditions, or all: by key, value and type. */
export function tagValuesView(
  { index }: IndexedLog,
  conditions: readonly Condition[] = [],
): readonly TagCount[] {
  const passes = conditions.length === 0 ? () => true : matcher(anyOf(...conditions));
  const counts = index.tags.counts((tag) => passes({ tags: [tag] }));
  const texts = new Map(counts.map((count) => [count, formatTag(...count.tag)]));
  return counts.sort((a, b) => {
    return compareCodePoints(texts.get(a)!, texts.get(b)!) || byType(a, b);
  });
}

function byType(a: { type: EntityType }, b: { type: EntityType }): number {
  return ENTITY_TYPES.indexOf(a.type) - ENTITY_TYPES.indexOf(b.type);
}
