import { RedunError } from "../errors.ts";
import type { TagValue } from "../value/value.ts";
import { conflictsAmong } from "./conflicts.ts";
import { hashTag } from "./hash.ts";
import { type CurrentNode, sameTag, type TagNode } from "./node.ts";
import { tagIdentity, tagSet } from "./set.ts";
import type { TagEdit, TagPair, TagParent } from "./tag.ts";
import { formatKey, formatTag } from "./text.ts";

export { type CurrentNode, sameTag, type TagNode };

/** Tags of one key; with a value, only those with exactly that value. */
export interface TagSelector {
  readonly key: string;
  readonly value?: TagValue;
}

/** Key and value are cut to this many characters in an error. */
const SHOWN = 50;
/** The most keys that an error names. */
const NAMED = 20;

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
    const edits = new Set([...(this.nodes.get(node.hash)?.edits ?? []), ...node.edits]);
    this.nodes.set(node.hash, { ...node, edits: [...edits] });
    for (const parent of node.parents) this.#replaced.add(parent);
  }

  isCurrent(hash: string): boolean {
    return this.nodes.has(hash) && !this.#replaced.has(hash);
  }

  /** Whether it holds more than what runs recorded. */
  isEdited(): boolean {
    return [...this.nodes.values()].some(({ edits }) => edits.length > 0);
  }

  /** Current tags, removals left out. */
  current(): CurrentNode[] {
    return [...this.nodes.values()].filter(
      (node): node is CurrentNode => node.tag !== null && this.isCurrent(node.hash),
    );
  }

  /** Current tags of one key, removals left out. */
  currentOf(key: string): CurrentNode[] {
    return this.current().filter(({ tag }) => tag[0] === key);
  }

  /**
   * The edits that make tags current, where they are not: a tag that was never there is added, one
   * that was replaced or removed is hung again under itself.
   */
  planAdd(tags: readonly TagPair[]): TagEdit[] {
    const current = new Set(this.current().map(({ tag }) => tagIdentity(tag)));
    return tags.flatMap((tag) => {
      const identity = tagIdentity(tag);
      if (current.has(identity)) return [];
      current.add(identity);
      return [this.#put(tag, [])];
    });
  }

  /**
   * The edits that put tags in place of all current tags of their own keys. A key whose
   * current tags are those already is left alone, unless they are in conflict: then this edit says
   * that all of them are meant.
   */
  planUpdate(tags: readonly TagPair[]): TagEdit[] {
    const disputed = new Set(this.conflicts().map(({ tag }) => tag[0]));
    return [...new Set(tags.map(([key]) => key))].flatMap((key) => {
      const wanted = tagSet(tags.filter((tag) => tag[0] === key));
      const current = this.currentOf(key);
      const said = new Set(current.map(({ tag }) => tagIdentity(tag)));
      const isAsWanted =
        said.size === wanted.length && wanted.every((tag) => said.has(tagIdentity(tag)));
      if (isAsWanted && !disputed.has(key)) return [];
      const replaced = current.map(asParent);
      return wanted.map((tag) => this.#put(tag, replaced));
    });
  }

  /**
   * The edit that removes tags, by their key or by key and value.
   * @throws RedunError UNKNOWN_TAG when a selector stands for no current tag
   */
  planRemove(selectors: readonly TagSelector[]): TagEdit[] {
    const removed = new Map<string, CurrentNode>();
    for (const selector of selectors) {
      const found = this.currentOf(selector.key).filter(({ tag }) => selects(selector, tag));
      if (found.length === 0) throw this.#unknownTag(selector);
      for (const node of found) removed.set(node.hash, node);
    }
    if (removed.size === 0) return [];
    const edit = { tag: null, parents: byHash([...removed.values()].map(asParent)) };
    this.add(nodeOf(this.entity, edit));
    return [edit];
  }

  /**
   * Current tags that contradict each other: they say different things in place of the same
   * earlier tag of their key, and no edit said both. Two clones that update one key at once leave
   * them. Several values of a key are otherwise normal.
   */
  conflicts(): CurrentNode[] {
    return conflictsAmong(this.nodes, this.current());
  }

  /** Adds a tag that replaces others. One that was there before becomes a child of itself. */
  #put(tag: TagPair, replaced: readonly TagParent[]): TagEdit {
    let edit: TagEdit = { tag, parents: byHash(replaced) };
    let node = nodeOf(this.entity, edit);
    while (this.nodes.has(node.hash)) {
      edit = { tag, parents: [{ hash: node.hash, was: tag }] };
      node = nodeOf(this.entity, edit);
    }
    this.add(node);
    return edit;
  }

  #unknownTag({ key, value }: TagSelector): RedunError {
    const named = value === undefined ? formatKey(key) : formatTag(key, value, SHOWN);
    const current = this.currentOf(key).map(({ tag }) => formatTag(...tag, SHOWN));
    const all = [...new Set(this.current().map(({ tag }) => formatKey(tag[0], SHOWN)))].sort();
    const keys = [...all.slice(0, NAMED), ...(all.length > NAMED ? ["..."] : [])];
    const has =
      current.length > 0
        ? current.join(", ")
        : keys.length > 0
          ? `the keys ${keys.join(", ")}`
          : "none";
    return new RedunError(
      "UNKNOWN_TAG",
      `${this.entity.slice(0, 8)} has no tag ${named}.`,
      `Its tags: ${has}. Nothing was changed.`,
    );
  }
}

/** The node that a tag without parents is: one that a run recorded, or that was newly added. */
export function baseNode(entity: string, tag: TagPair): TagNode {
  return nodeOf(entity, { tag, parents: [] });
}

/** The node that an edit makes. A removal is redun's null tag, which belongs to no entity. */
export function nodeOf(entity: string, { tag, parents }: TagEdit): TagNode {
  const hashes = parents.map(({ hash }) => hash).sort();
  const hash = tag ? hashTag(entity, tag[0], tag[1], hashes) : hashTag("", "", null, hashes);
  return { hash, tag, parents: hashes, edits: [] };
}

/** Whether a selector selects a tag. */
export function selects({ key, value }: TagSelector, tag: TagPair): boolean {
  return tag[0] === key && (value === undefined || sameTag(tag, [key, value]));
}

function asParent({ hash, tag }: CurrentNode): TagParent {
  return { hash, was: tag };
}

/** Parents have one order, so that the same edit in two clones is the same file. */
function byHash(parents: readonly TagParent[]): TagParent[] {
  return [...parents].sort((a, b) => (a.hash < b.hash ? -1 : 1));
}
