import type { GitConfig } from "../backend.ts";

/** A configuration from `git config --list -z`: entries `key\nvalue`, each ended by a NUL. */
export function listConfig(listing: string): GitConfig {
  const entries = listing
    .split("\0")
    .filter(Boolean)
    .map((entry) => {
      const lineEnd = entry.indexOf("\n");
      // A key without `=` is a boolean that is true.
      return lineEnd < 0 ? [entry, "true"] : [entry.slice(0, lineEnd), entry.slice(lineEnd + 1)];
    });
  return configOf(entries as [string, string][]);
}

/** A configuration from (key, value) pairs in git's order: later ones win. */
export function configOf(entries: readonly (readonly [string, string])[]): GitConfig {
  const byKey = new Map<string, string[]>();
  for (const [key, value] of entries) {
    const values = byKey.get(key);
    if (values) values.push(value);
    else byKey.set(key, [value]);
  }
  return {
    get: (key) => byKey.get(normalise(key))?.at(-1),
    getAll: (key) => byKey.get(normalise(key)) ?? [],
    subsections(section) {
      const names = [...byKey.keys()].flatMap((key) => {
        const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
        return key.slice(0, first) === section && first < last ? [key.slice(first + 1, last)] : [];
      });
      return [...new Set(names)];
    },
  };
}

/** Section and name are case-blind, a subsection between them is not. */
function normalise(key: string): string {
  const first = key.indexOf(".");
  const last = key.lastIndexOf(".");
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}
