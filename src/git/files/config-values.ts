import type { GitConfig } from "../backend.ts";

/** A configuration whose settings can be told one by one. */
export interface ListedConfig extends GitConfig {
  /** Every key as git spells it, with its value, in git's order. */
  entries(): readonly (readonly [string, string])[];
}

/** A configuration from `git config --list -z`: entries `key\nvalue`, each ended by a NUL. */
export function listConfig(listing: string): ListedConfig {
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
export function configOf(entries: readonly (readonly [string, string])[]): ListedConfig {
  const byKey = new Map<string, string[]>();
  for (const [key, value] of entries) {
    const values = byKey.get(key);
    if (values) values.push(value);
    else byKey.set(key, [value]);
  }
  return {
    entries: () => entries,
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

/**
 * A boolean in any of git's spellings: words, and numbers, of which 0 is false. The empty text
 * is false. Undefined for what git refuses.
 */
export function parseBoolean(value: string): boolean | undefined {
  if (/^(?:true|yes|on)$/i.test(value)) return true;
  if (/^(?:false|no|off|)$/i.test(value)) return false;
  const number = parseInteger(value);
  return number === undefined ? undefined : number !== 0;
}

/** An integer as git reads it: decimal, octal or hex, in thousands of 1024 (`8k`, `1M`, `2g`). */
export function parseInteger(value: string): number | undefined {
  const [, sign, hex, octal, decimal, unit = ""] =
    /^[ \t-\r]*([+-]?)(?:0x([0-9a-f]+)|(0[0-7]*)|([1-9]\d*))([kmg]?)$/i.exec(value) ?? [];
  const digits = hex ?? octal ?? decimal;
  if (digits === undefined) return undefined;
  const base = hex === undefined ? (octal === undefined ? 10 : 8) : 16;
  const size = Number.parseInt(digits, base) * 1024 ** " kmg".indexOf(unit.toLowerCase() || " ");
  return sign === "-" ? -size : size;
}

/** Whether a setting is true, in any of git's spellings. What git would refuse is not. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && parseBoolean(value) === true;
}
