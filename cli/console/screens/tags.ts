import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import { printQuery } from "../../../src/query/print.ts";
import type { EntityType } from "../../../src/record/records.ts";
import { formatKey, formatTag } from "../../../src/tag/text.ts";
import type { Address } from "../../../src/views/address.ts";
import {
  type KeyCount,
  type TagCount,
  tagKeysView,
  tagValuesView,
} from "../../../src/views/tags.ts";
import { counted } from "../../text/lines.ts";
import { oneLine } from "../../text/terminal.ts";
import { type Row, rowsOf, type Span } from "../content.ts";
import type { Page } from "../state.ts";
import { padded, textWidth } from "../width.ts";

const WIDEST = 50;

/** Keys of tags, each with what carries it. */
export async function* readTagKeys(log: IndexedLog): AsyncGenerator<Page> {
  const { keys, conflictCount } = tagKeysView(log);
  const byKey = new Map<string, KeyCount[]>();
  for (const count of keys) byKey.set(count.key, [...(byKey.get(count.key) ?? []), count]);
  const width = widthOf([...byKey.keys()].map((key) => oneLine(formatKey(key))));
  const conflicts: Row[] =
    conflictCount === 0
      ? []
      : [
          {
            line: [
              {
                text: `${conflictCount} with tags in conflict`,
                ...{ style: "red", action: { does: "open", address: { kind: "conflicts" } } },
              },
            ],
          },
          { line: [] },
        ];
  const rows = [...byKey].map(([key, counts]): Row => {
    const address: Address = { kind: "tags", key };
    const name = padded(oneLine(formatKey(key)), width);
    const where = counts.map(({ type, count }) => `${count} ${type}`).join(", ");
    return {
      line: [
        { text: name, style: "yellow", action: { does: "open", address } },
        { text: `  ${where}`, style: "dim" },
      ],
    };
  });
  yield pageOf({ kind: "tags", key: null }, [...conflicts, ...rows], counted(byKey.size, "key"));
}

/** The values of one key, each with what carries it. */
export async function* readTagValues(log: IndexedLog, key: string): AsyncGenerator<Page> {
  const counts = tagValuesView(log, [{ is: "tag", key, keyIsGlob: false, test: null }]);
  const byTag = new Map<string, TagCount[]>();
  for (const count of counts) {
    const query = queryOf(count);
    byTag.set(query, [...(byTag.get(query) ?? []), count]);
  }
  const texts = [...byTag.values()].map(([count]) => oneLine(formatTag(...count!.tag)));
  const width = widthOf(texts);
  const rows = [...byTag].map(([query, counts], at): Row => {
    const cells = counts.flatMap(({ type, count }): Span[] => [
      { text: "  " },
      {
        text: `${count} ${type}`,
        style: "cyan",
        action: { does: "open", address: listOf(type, query) },
      },
    ]);
    return {
      line: [{ text: padded(texts[at]!, width), style: "yellow" }, ...cells],
      tag: texts[at],
    };
  });
  yield pageOf({ kind: "tags", key }, rows, counted(byTag.size, "value"));
}

function queryOf({ tag: [key, value] }: TagCount): string {
  return printQuery({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } });
}

function listOf(type: EntityType, query: string): Address {
  return { kind: "list", type, query };
}

function widthOf(texts: readonly string[]): number {
  return texts.reduce((widest, text) => Math.max(widest, Math.min(textWidth(text), WIDEST)), 0);
}

function pageOf(address: Address, rows: readonly Row[], note: string): Page {
  const found = rowsOf(rows.length > 0 ? rows : [{ line: [{ text: "There are no tags." }] }]);
  return {
    ...{ address, rows: () => found, side: null, note },
    ...{ subject: null, isLive: false, isCut: false },
  };
}
