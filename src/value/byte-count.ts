/** So many bytes as a text says, with git's units: `200`, `64k`, `5m`, `1g`. Null for another text. */
export function byteCount(text: string): number | null {
  const [, count, unit = ""] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  return count === undefined ? null : Number(count) * UNITS[unit.toLowerCase()]!;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
