import { type CurrentNode, sameTag, type TagNode } from "./node.ts";
import { tagIdentity } from "./set.ts";

/**
 * Steps that finding conflicts may take beyond one for each tag and parent: people's tags have one
 * origin or a few. Of what is more, tags count as if they came from the first of their origins alone,
 * and those that were said in several edits as contradicted.
 */
const MAX_STEPS = 2 ** 22;

type Nodes = ReadonlyMap<string, TagNode>;

/** A current tag that replaced another, with what it says. */
interface Rival {
  readonly node: CurrentNode;
  readonly identity: string;
}

/**
 * Current tags that contradict each other: they say different things in place of the same earlier
 * tag of their key, and no edit said both. Takes time in proportion to the nodes and their parents,
 * whoever made them, and depends on nothing but these.
 */
export function conflictsAmong(nodes: Nodes, current: readonly CurrentNode[]): CurrentNode[] {
  const rivals = current.filter((node) => replacedAnother(nodes, node));
  // What is cut off must be the same in every clone.
  const sorted = [...rivals].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const origins = originsOf(nodes, sorted);
  const byOrigin = new Map<string, Rival[]>();
  let steps = 0;
  for (const node of sorted) {
    const rival = { node, identity: tagIdentity(node.tag) };
    const own = origins.get(node.hash)!;
    steps += own.size;
    for (const origin of steps > MAX_STEPS ? first(own) : own) {
      // One tag may stand for two keys' ancestors where it has not been fetched.
      const name = JSON.stringify([origin, node.tag[0]]);
      const others = byOrigin.get(name);
      if (others) others.push(rival);
      else byOrigin.set(name, [rival]);
    }
  }
  const contradicted = new Set<string>();
  const budget = { left: MAX_STEPS };
  for (const group of byOrigin.values()) {
    if (group.length > 1) addContradicted(group, budget, contradicted);
  }
  return rivals.filter(({ hash }) => contradicted.has(hash));
}

/** Whether it replaced a tag that says something else, rather than being put back. */
function replacedAnother(nodes: Nodes, { tag, parents }: CurrentNode): boolean {
  return parents.some((hash) => {
    const was = nodes.get(hash)?.tag;
    return !was || !sameTag(was, tag);
  });
}

/** What is in no edit yet is planned together, and will be: what a run recorded replaces nothing. */
const PLANNED = [-1];

function editsOf({ edits }: TagNode): readonly number[] {
  return edits.length === 0 ? PLANNED : edits;
}

/** Adds the tags of a group that another one of it contradicts: it says something else in other edits. */
function addContradicted(
  group: readonly Rival[],
  budget: { left: number },
  contradicted: Set<string>,
): void {
  const identities = new Counts<string>();
  const edits = new Counts<number>();
  const both = new Counts<string>();
  for (const { node, identity } of group) {
    identities.add(identity);
    for (const edit of editsOf(node)) {
      edits.add(edit);
      both.add(`${edit} ${identity}`);
    }
  }
  for (const { node, identity } of group) {
    const [edit, ...more] = editsOf(node) as [number, ...number[]];
    const isContradicted =
      more.length > 0
        ? group.some((other) => isContradiction(node, identity, other, budget))
        : group.length - identities.of(identity) - edits.of(edit) + both.of(`${edit} ${identity}`) >
          0;
    if (isContradicted) contradicted.add(node.hash);
  }
}

function isContradiction(
  node: TagNode,
  identity: string,
  other: Rival,
  budget: { left: number },
): boolean {
  const edits = editsOf(other.node);
  budget.left -= edits.length;
  if (budget.left < 0) return true;
  if (other.identity === identity) return false;
  const own = editsOf(node);
  budget.left -= own.length;
  const set = new Set(own);
  return !edits.some((edit) => set.has(edit));
}

class Counts<K> {
  readonly #counts = new Map<K, number>();

  add(key: K): void {
    this.#counts.set(key, this.of(key) + 1);
  }

  of(key: K): number {
    return this.#counts.get(key) ?? 0;
  }
}

/**
 * The first ancestors of tags within their key: those that replaced nothing of it, or are not
 * there. Two tags have an ancestor in common if, and only if, they have one of these in common.
 */
function originsOf(
  nodes: Nodes,
  starts: readonly CurrentNode[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  const within = (hash: string, key: string | undefined): string[] =>
    (nodes.get(hash)?.parents ?? []).filter((parent) => {
      const node = nodes.get(parent);
      return !node || (key !== undefined && node.tag?.[0] === key);
    });
  let left = MAX_STEPS;
  for (const { hash: start, tag } of starts) {
    // A walk of our own: chains of edits may be longer than the stack is deep.
    const pending = [start];
    for (let hash = pending.at(-1); hash !== undefined; hash = pending.at(-1)) {
      if (known.has(hash)) {
        pending.pop();
        continue;
      }
      const parents = within(hash, nodes.get(hash)?.tag?.[0] ?? tag[0]);
      const open = parents.filter((parent) => !known.has(parent));
      for (const parent of open) pending.push(parent);
      if (open.length > 0) continue;
      pending.pop();
      const sets = [...new Set(parents.map((parent) => known.get(parent)!))];
      if (sets.length === 0) known.set(hash, new Set(hash === start ? [] : [hash]));
      else if (sets.length === 1) known.set(hash, sets[0]!);
      else {
        for (const set of sets) left -= set.size;
        const taken = left < 0 ? sets.map(first) : sets;
        known.set(hash, new Set(taken.flatMap((set) => [...set])));
      }
    }
  }
  return known;
}

/** Many tags may have one set of origins. */
const firsts = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

/** The first in order alone, or nothing. */
function first(set: ReadonlySet<string>): ReadonlySet<string> {
  const known = firsts.get(set);
  if (known) return known;
  let least: string | undefined;
  for (const one of set) if (least === undefined || one < least) least = one;
  const found = new Set(least === undefined ? [] : [least]);
  firsts.set(set, found);
  return found;
}
