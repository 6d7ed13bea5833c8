import { pythonJson } from "../tag/python-json.ts";
import { tagSet } from "../tag/set.ts";
import type { TagPair } from "../tag/tag.ts";
import type { TagValue } from "../value/value.ts";

/** A key whose values differ. It may have several, and may keep others that both have. */
export interface TagChange {
  readonly key: string;
  readonly removed: readonly TagValue[];
  readonly added: readonly TagValue[];
}

/** What separates two tag sets, in the order of keys and values: 1 is not 1.0. */
export function compareTags(before: readonly TagPair[], after: readonly TagPair[]): TagChange[] {
  const changes = new Map<string, { removed: TagValue[]; added: TagValue[] }>();
  const [was, is] = [new Set(before.map(text)), new Set(after.map(text))];
  for (const tag of tagSet([...before, ...after])) {
    const [key, value] = tag;
    if (was.has(text(tag)) && is.has(text(tag))) continue;
    const change = changes.get(key) ?? { removed: [], added: [] };
    changes.set(key, change);
    (was.has(text(tag)) ? change.removed : change.added).push(value);
  }
  return [...changes].map(([key, change]) => ({ key, ...change }));
}

function text([key, value]: TagPair): string {
  return `${key}\0${pythonJson(value, { compact: true })}`;
}
