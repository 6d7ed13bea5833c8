/** How many ranges one text has: commands limit the length of a word. */
const MOST = 500;

/** Numbers as Slurm takes them, `0-5,7`: in any order, in as many texts as are needed. */
export function ranges(numbers: readonly number[]): string[] {
  const found: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && n <= last[1] + 1) last[1] = n;
    else found.push([n, n]);
  }
  const texts = found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const parts: string[] = [];
  for (let at = 0; at < texts.length; at += MOST) parts.push(texts.slice(at, at + MOST).join(","));
  return parts;
}
