/** What a terminal shows, as cells, and the least that has to be written to change that. */
import type { Line, Style } from "./content.ts";
import type { Palette } from "./palette.ts";
import { graphemes, graphemeWidth } from "./width.ts";

/** A place of the screen: what stands there, and how. What follows a wide one is empty. */
interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly isReverse: boolean;
}

const BLANK: Cell = { text: " ", style: "plain", isReverse: false };

/** A line of the screen; `reverse` are the columns that the cursor is on. */
export interface ScreenLine {
  readonly line: Line;
  readonly reverse?: readonly [from: number, to: number] | undefined;
}

export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly (readonly Cell[])[];
  /** Where text is typed: column and row, from 0; null where none is. */
  readonly caret: readonly [column: number, row: number] | null;
}

/** What does not fit is cut. */
export function frameOf(
  lines: readonly ScreenLine[],
  columns: number,
  rows: number,
  caret: Frame["caret"] = null,
): Frame {
  const cells = Array.from({ length: rows }, (_, at) => cellsOf(lines[at], columns));
  return { columns, rows, cells, caret };
}

function cellsOf(shown: ScreenLine | undefined, columns: number): Cell[] {
  const cells: Cell[] = [];
  const [from, to] = shown?.reverse ?? [0, 0];
  for (const { text, style = "plain" } of shown?.line ?? []) {
    for (const grapheme of graphemes(text)) {
      const width = graphemeWidth(grapheme);
      if (cells.length + width > columns) break;
      const isReverse = cells.length >= from && cells.length < to;
      if (width === 0) continue;
      cells.push({ text: grapheme, style, isReverse });
      if (width === 2) cells.push({ text: "", style, isReverse });
    }
  }
  while (cells.length < columns) {
    const isReverse = cells.length >= from && cells.length < to;
    cells.push(isReverse ? { ...BLANK, isReverse } : BLANK);
  }
  return cells;
}

const SYNC = "\x1b[?2026h";
const END_SYNC = "\x1b[?2026l";
const HIDE = "\x1b[?25l";
const SHOW = "\x1b[?25h";
const CLEAR = "\x1b[0m\x1b[2J";
const RESET = "\x1b[0m";

/**
 * What turns one frame on a terminal into another. It is one update for terminals that know of such
 * (mode 2026), so that nobody sees half of it. Empty where nothing changes.
 * @param before null for a terminal that shows anything
 */
export function difference(before: Frame | null, after: Frame, palette: Palette): string {
  const isSame = before !== null && before.columns === after.columns && before.rows === after.rows;
  const known = isSame ? before : null;
  let text = "";
  let style = "";
  for (let row = 0; row < after.rows; row++) {
    const cells = after.cells[row]!;
    const old = known?.cells[row];
    let at = -1;
    for (let column = 0; column < after.columns; column++) {
      const cell = cells[column]!;
      const was = old ? old[column]! : BLANK;
      if (isEqual(cell, was) || cell.text === "") continue;
      if (at !== column) text += `\x1b[${row + 1};${column + 1}H`;
      const wanted = palette(cell.style, cell.isReverse);
      if (wanted !== style) text += RESET + wanted;
      style = wanted;
      text += cell.text;
      at = column + (cells[column + 1]?.text === "" ? 2 : 1);
    }
  }
  const caret = after.caret ? `\x1b[${after.caret[1] + 1};${after.caret[0] + 1}H${SHOW}` : "";
  const isCaretSame = isSame && String(before.caret) === String(after.caret);
  if (isSame && text === "" && isCaretSame) return "";
  if (style !== "") text += RESET;
  return `${SYNC}${HIDE}${isSame ? "" : CLEAR}${text}${caret}${END_SYNC}`;
}

function isEqual(a: Cell, b: Cell): boolean {
  return a.text === b.text && a.style === b.style && a.isReverse === b.isReverse;
}
