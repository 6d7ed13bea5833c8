import { hashTag } from "./hash.ts";
import { pythonJson } from "./python-json.ts";
import type { TagEdit, TagPair } from "./tag.ts";

/** One tag of a graph. A node without a tag is a removal. */
export interface TagNode {
  readonly hash: string;
  readonly tag: TagPair | null;
  /** Hashes of the tags that this one replaced. */
  readonly parents: readonly string[];
}

/**
 * All tags that an entity ever had. A tag is current when it is no other tag's parent: the rule
 * of redun, by which the union of two graphs is a graph whose current tags everyone agrees on.
 */
export class TagGraph {
  readonly entity: string;
  readonly nodes = new Map<string, TagNode>();
  readonly #replaced = new Set<string>();

  constructor(entity: string, nodes: Iterable<TagNode> = []) {
    this.entity = entity;
    for (const node of nodes) this.add(node);
  }

  add(node: TagNode): void {
    this.nodes.set(node.hash, node);
    for (const parent of node.parents) this.#replaced.add(parent);
  }

  isCurrent(hash: string): boolean {
    return this.nodes.has(hash) && !this.#replaced.has(hash);
  }

  /** Current tags, removals left out. */
  current(): (TagNode & { tag: TagPair })[] {
    return [...this.nodes.values()].filter(
      (node): node is TagNode & { tag: TagPair } => node.tag !== null && this.isCurrent(node.hash),
    );
  }

  /**
   * The edits that make tags current, where they are not: a tag that was never there is added, one
   * that was replaced or removed is hung again under itself.
   */
  planAdd(tags: readonly TagPair[]): TagEdit[] {
    return tags.flatMap((tag) => {
      if (this.current().some((node) => sameTag(node.tag, tag))) return [];
      let parents: string[] = [];
      for (;;) {
        const hash = hashTag(this.entity, tag[0], tag[1], parents);
        if (!this.nodes.has(hash)) {
          this.add({ hash, tag, parents });
          return [{ tag, parents: parents.map((parent) => ({ hash: parent, was: tag })) }];
        }
        parents = [hash];
      }
    });
  }
}

/** The node that a tag without parents is: one that a run recorded, or that was newly added. */
export function baseNode(entity: string, tag: TagPair): TagNode {
  return { hash: hashTag(entity, tag[0], tag[1], []), tag, parents: [] };
}

/** Equal keys, and values that are equal as JSON: 1 is not 1.0. */
export function sameTag(a: TagPair, b: TagPair): boolean {
  return (
    a[0] === b[0] && pythonJson(a[1], { compact: true }) === pythonJson(b[1], { compact: true })
  );
}
