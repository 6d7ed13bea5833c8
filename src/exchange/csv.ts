/** CSV as RFC 4180 has it. */
import { RedunError } from "../errors.ts";

export interface CsvRow {
  /** The line that it begins on, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The rows of a text, empty lines left out; a cell in quotes may hold commas, line ends and doubled quotes.
 * @throws RedunError BAD_IMPORT for a quote that is not closed, or text after one
 */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  // One cell, and what ends it. A byte order mark is no part of the first one.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let [line, start, cells] = [1, 1, [] as string[]];
  for (cell.lastIndex = text.startsWith("\ufeff") ? 1 : 0; ; ) {
    const match = cell.exec(text);
    if (!match) {
      throw new RedunError(
        "BAD_IMPORT",
        `Line ${line}: a quote is not closed, or text stands beside one.`,
      );
    }
    const [all, quoted, plain = "", end] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += all.split("\n").length - 1;
    if (end === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: start, cells });
    if (end === "" || cell.lastIndex >= text.length) return rows;
    cells = [];
    start = line;
  }
}
