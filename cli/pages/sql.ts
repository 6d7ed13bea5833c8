import type { SqlResult } from "../../src/sql/query.ts";
import { SQL_TABLES } from "../../src/sql/tables.ts";
import { clip } from "../../src/value/shown-text.ts";
import { columnWidths, padCells } from "../text/columns.ts";
import { csvTable, markdownTable } from "../text/delimited.ts";
import { jsonText } from "../text/json.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** Characters of a cell of text; the other formats have them whole. */
const WIDEST = 60;

/** The tables that may be asked, and what their columns mean. */
export function sqlTablesPage(paint: Paint): string {
  const width = Math.max(
    ...SQL_TABLES.flatMap(({ columns }) => columns.map(({ name }) => name.length)),
  );
  return SQL_TABLES.map(({ name, about, columns }) => {
    const lines = columns.map(
      (column) => `  ${column.name.padEnd(width)}  ${column.type.padEnd(7)}  ${column.about}\n`,
    );
    return `${paint("bold", name)}: ${about}\n${lines.join("")}`;
  }).join("\n");
}

/** A table an object, as programs get it. */
export function sqlTablesJson(): string {
  return SQL_TABLES.map(({ name, about, columns }) => {
    const told = columns.map(({ name, type, about }) => ({ name, type, about }));
    return `${jsonText({ name, about, columns: told })}\n`;
  }).join("");
}

export function sqlText({ columns, rows }: SqlResult, paint: Paint): string {
  if (rows.length === 0) return "No rows.\n";
  const lines = [columns, ...rows.map((row) => row.map(cellText))].map((line) =>
    line.map((text) => clip(oneLine(text), WIDEST)),
  );
  const widths = columnWidths(lines);
  const isNumber = (at: number) =>
    rows.every((row) => row[at] === null || ["number", "bigint"].includes(typeof row[at]));
  return lines
    .map((line, row) => {
      const text = padCells(line, widths, isNumber).join("  ").trimEnd();
      return `${row === 0 ? paint("bold", text) : text}\n`;
    })
    .join("");
}

export function sqlMarkdown({ columns, rows }: SqlResult): string {
  return markdownTable([columns, ...rows.map((row) => row.map(cellText))]);
}

export function sqlCsv({ columns, rows }: SqlResult): string {
  return csvTable([columns, ...rows.map((row) => row.map(cellText))]);
}

/** A row an object; of columns with one name the last one counts. */
export function sqlJson({ columns, rows }: SqlResult): string {
  return rows
    .map((row) => `${jsonText(Object.fromEntries(columns.map((name, at) => [name, row[at]])))}\n`)
    .join("");
}

function cellText(cell: unknown): string {
  return cell === null ? "" : String(cell);
}
