import type { Line } from "./content.ts";
import { KEY_TABLE, keyName } from "./key-table.ts";
import { padded, textWidth } from "./width.ts";

const MORE = [
  "A query is as `--where` takes it: status=failed and (env=prod or cost > 3).",
  "An address is what the first line ends with: `log` and `web` take the same one.",
  "The mouse chooses what is clicked, and opens ids, counts and facets; its wheel scrolls.",
];

/** Every key, from the table of keys. */
export function helpLines(columns: number): Line[] {
  const keys = KEY_TABLE.flatMap(({ bindings }) => bindings.map(namesOf));
  const width = Math.min(Math.max(...keys.map(textWidth)) + 2, Math.floor(columns / 2));
  const lines = KEY_TABLE.flatMap(({ title, bindings }): Line[] => [
    [{ text: title, style: "title" }],
    ...bindings.map((binding) => [
      { text: "  " },
      { text: padded(namesOf(binding), width), style: "cyan" as const },
      { text: binding.about },
    ]),
    [],
  ]);
  return [...lines, ...MORE.map((text) => [{ text }])];
}

export function helpLength(columns: number): number {
  return helpLines(columns).length;
}

function namesOf({ keys }: { readonly keys: readonly string[] }): string {
  return keys.map(keyName).join(" ");
}
