/** A question as one text: what the page asks of the server, and the name of its answer in a report. */
export function questionKey(
  name: string,
  asks: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(asks).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  given.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}?${new URLSearchParams(given)}`;
}
