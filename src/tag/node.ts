import { tagIdentity } from "./set.ts";
import type { TagPair } from "./tag.ts";

/** One tag of a graph. A node without a tag is a removal. */
export interface TagNode {
  readonly hash: string;
  readonly tag: TagPair | null;
  /** Hashes of the tags that this one replaced. */
  readonly parents: readonly string[];
  /** The edits that brought it, by number; none for what a run recorded or a plan adds. */
  readonly edits: readonly number[];
}

export type CurrentNode = TagNode & { readonly tag: TagPair };

/** Equal keys, and values that are equal as JSON: 1 is not 1.0. */
export function sameTag(a: TagPair, b: TagPair): boolean {
  return a[0] === b[0] && tagIdentity(a) === tagIdentity(b);
}
