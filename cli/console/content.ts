/** What screens are made of: lines of styled text, of which some does something when it is chosen. */
import type { EntityType } from "../../src/record/records.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import type { Address } from "../../src/views/address.ts";
import { graphemes, graphemeWidth, textWidth } from "./width.ts";

/** The styles of the console, as `util.styleText` names those of pages. */
export type Style =
  | "plain"
  | "bold"
  | "dim"
  | "red"
  | "green"
  | "yellow"
  | "cyan"
  | "title"
  | "chosen";

/** What happens when a piece of text is chosen. */
export type Action =
  | { readonly does: "open"; readonly address: Address }
  /** Folds or unfolds the job of this number in the tree of its execution. */
  | { readonly does: "fold"; readonly number: number }
  /** Asks for executions with, or no longer with, this value: `env = prod`. */
  | { readonly does: "facet"; readonly condition: string };

export interface Span {
  /** Without control characters. */
  readonly text: string;
  readonly style?: Style | undefined;
  readonly action?: Action | undefined;
}

export type Line = readonly Span[];

/** Something that has tags. */
export interface Subject {
  readonly type: EntityType;
  readonly id: string;
  readonly conflicts: readonly TagPair[];
}

export interface Row {
  readonly line: Line;
  /** What the row is of, if it is of one entity: that is marked, tagged and copied. */
  readonly subject?: Subject | undefined;
  /** The tag that the row shows, as it is typed. */
  readonly tag?: string | undefined;
}

/** Rows that are made when they are looked at: there may be a million. */
export interface Rows {
  readonly count: number;
  /** Fewer at the end. */
  readonly read: (from: number, count: number) => readonly Row[];
}

export function rowsOf(rows: readonly Row[]): Rows {
  return { count: rows.length, read: (from, count) => rows.slice(from, from + count) };
}

/** Some rows after others. */
export function joinedRows(first: Rows, second: Rows): Rows {
  return {
    count: first.count + second.count,
    read: (from, count) => {
      const head = first.read(from, count);
      const left = count - head.length;
      return left === 0 ? head : [...head, ...second.read(Math.max(0, from - first.count), left)];
    },
  };
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** The columns of each span that does something: from, and up to. */
export function actionsIn(line: Line): { action: Action; from: number; to: number }[] {
  const found: { action: Action; from: number; to: number }[] = [];
  let at = 0;
  for (const { text, action } of line) {
    const to = at + textWidth(text);
    if (action) found.push({ action, from: at, to });
    at = to;
  }
  return found;
}

/**
 * A line in as many as it takes, the following ones at the indent of the first and two more. Breaks
 * between words where there are any.
 */
export function wrapped(line: Line, columns: number): Line[] {
  if (lineWidth(line) <= columns) return [line];
  const blanks = /^ */.exec(line.map(({ text }) => text).join(""))![0].length;
  const indent = " ".repeat(Math.min(blanks + 2, Math.floor(columns / 2)));
  const lines: Span[][] = [[]];
  let left = columns;
  const put = (span: Span, text: string) => {
    if (text === "") return;
    const last = lines.at(-1)!;
    last.push({ ...span, text });
    left -= textWidth(text);
  };
  const next = () => {
    lines.push([{ text: indent }]);
    left = columns - indent.length;
  };
  for (const span of line) {
    for (const word of span.text.split(/(?<= )/)) {
      if (textWidth(word.trimEnd()) > left && textWidth(word) <= columns - indent.length) next();
      let part = "";
      for (const grapheme of graphemes(word)) {
        const width = graphemeWidth(grapheme);
        if (textWidth(part) + width > left) {
          if (grapheme === " ") continue;
          put(span, part);
          part = "";
          next();
        }
        part += grapheme;
      }
      put(span, part);
    }
  }
  return lines;
}
