import type { TagValue } from "../value/value.ts";

/** One tag as people write it. A key may appear more than once in a tag set. */
export type TagPair = readonly [key: string, value: TagValue];

/** One change of an entity's tags: a tag put in place of its parents, or their removal. */
export interface TagEdit {
  /** null is a removal. */
  readonly tag: TagPair | null;
  readonly parents: readonly TagParent[];
}

export interface TagParent {
  readonly hash: string;
  /** What the replaced tag said, for readers of the diff; null when it is not known. */
  readonly was: TagPair | null;
}
