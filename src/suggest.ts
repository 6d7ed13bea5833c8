/**
 * The candidates that `word` may stand for, the likeliest first: a few typing errors
 * away, or beginning with it. None if nothing is near.
 */
export function nearest(word: string, candidates: Iterable<string>, max = 3): string[] {
  const wanted = fold(word);
  // A single letter is near only to what begins with it.
  const limit = wanted.length < 2 ? 0.5 : Math.max(1, Math.floor(wanted.length / 3));
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const name = fold(candidate);
    const begins = wanted !== "" && name.startsWith(wanted);
    const distance = begins ? 0.5 : editDistance(wanted, name);
    if (distance <= limit) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return near.slice(0, max).map(({ candidate }) => candidate);
}

/** ` Did you mean main or train?`, to follow a sentence; empty where nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>, max?: number): string {
  const near = nearest(word, candidates, max);
  return near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
}

/** Names that differ only in case or in the style of word breaks count as equal. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, "");
}

/** How many letters must be added, dropped, changed or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
