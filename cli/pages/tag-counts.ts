import type { EntityType } from "../../src/record/records.ts";
import { formatKey, formatTag } from "../../src/tag/text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import { clip } from "../../src/value/shown-text.ts";
import type { TagCount, TagKeysView } from "../../src/views/tags.ts";
import { oneLine } from "../text/terminal.ts";

interface Count {
  readonly type: EntityType;
  readonly count: number;
}

/** As wide as redun writes tags with their values. */
const VALUE_WIDTH = 30;
/** No key moves the counts of all others farther to the right. */
const MAX_KEY_WIDTH = 40;
/** Keys are cut to this many characters; JSON has them whole. */
const LONGEST = 100;

/**
 * `  env  (2 Execution)` for each key; those of a namespace (`redun.version`) under its name.
 * @param logWords what makes a command mean this log
 */
export function keysPage(
  { keys: counts, conflictCount: conflicts }: TagKeysView,
  logWords: string,
): string {
  if (counts.length === 0) return "No tags yet.\n";
  const byKey = grouped(counts, ({ key }) => key);
  const nameOf = (key: string) => clip(oneLine(formatKey(key)), LONGEST);
  const names = [...byKey.keys()].map(nameOf);
  const width = Math.max(...names.map((name) => Math.min(name.length, MAX_KEY_WIDTH)));
  const line = (key: string) => `  ${nameOf(key).padEnd(width)} (${countsText(byKey.get(key)!)})\n`;
  const keys = [...byKey.keys()].sort(compareCodePoints);
  const namespaces = grouped(keys, (key) => /^([^.]+)\../.exec(key)?.[1] ?? "");
  const sections = [...namespaces].sort(([a], [b]) => compareCodePoints(a, b));
  const text = sections.map(
    ([namespace, keys]) =>
      `${namespace === "" ? "Tags" : nameOf(namespace)}:\n${keys.map(line).join("")}`,
  );
  const has = conflicts === 1 ? "entity has" : "entities have";
  const note = `${conflicts} ${has} tags in conflict: see \`redun-git tag conflicts${logWords}\`.\n`;
  return [...text, ...(conflicts > 0 ? [note] : [])].join("\n");
}

/** `  env=prod                       (2 Execution)` for each tag, as redun does. */
export function valuesPage(counts: readonly TagCount[], tagLimit: number | undefined): string {
  if (counts.length === 0) return "No such tags.\n";
  const byTag = grouped(counts, ({ tag }) => oneLine(formatTag(...tag, tagLimit)));
  const lines = [...byTag]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([text, of]) => `  ${text.padEnd(VALUE_WIDTH)} (${countsText(of)})\n`);
  return `Tags:\n${lines.join("")}`;
}

function countsText(counts: readonly Count[]): string {
  return counts.map(({ type, count }) => `${count} ${type}`).join(", ");
}

function grouped<T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = name(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
