import { preview } from "../../src/value/preview.ts";
import { clip, shellWord } from "../../src/value/shown-text.ts";
import type { TableRow, TableView } from "../../src/views/table.ts";
import { columnWidths, padCells } from "../text/columns.ts";
import { csvTable, markdownTable } from "../text/delimited.ts";
import { localTime, shortDuration, shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** Characters of a cell of text. */
const WIDEST = 30;
const FIRST = ["EXEC", "STARTED", "STATUS", "DURATION"];

/** A table for a terminal. Rows whose first sorted column is the same stand together. */
export function tableText(view: TableView, paint: Paint): string {
  if (view.rows.length === 0) return "No executions to compare.\n";
  const lines = cells(view, (text) => clip(oneLine(text), WIDEST));
  const widths = columnWidths(lines);
  const isNumber = (at: number) =>
    at >= FIRST.length &&
    view.rows.every(({ cells }) => cells[at - FIRST.length]!.every(isNumeric));
  return lines
    .map((line, row) => {
      const texts = padCells(line, widths, isNumber).map((padded, at) => {
        if (row === 0) return paint("bold", padded);
        const isBest = view.rows[row - 1]!.best.includes(at - FIRST.length);
        return isBest ? paint("green", padded) : padded;
      });
      return texts.join("  ").trimEnd();
    })
    .join("\n")
    .concat("\n");
}

/** A table for a pull request or a page. */
export function tableMarkdown(view: TableView): string {
  return markdownTable(cells(view, (text) => text));
}

/** A table for a spreadsheet, by RFC 4180. */
export function tableCsv(view: TableView): string {
  const head = ["id", "started", "status", "seconds", ...view.columns.map(({ name }) => name)];
  const rows = view.rows.map(({ execution, cells }) => [
    execution.id,
    execution.started.toISOString(),
    execution.status,
    seconds(execution) === null ? "" : String(seconds(execution)),
    ...cells.map((values) => values.map(wholeText).join("|")),
  ]);
  return csvTable([head, ...rows]);
}

function cells(view: TableView, cut: (text: string) => string): string[][] {
  const head = [...FIRST, ...view.columns.map(({ name }) => cut(name))];
  const rows = view.rows.map(({ execution, cells, best }) => {
    const { id, started, ended, status } = execution;
    const time = ended === null ? "" : shortDuration(+ended - +started);
    const own = cells.map((values, at) => {
      const text = cut(values.map(cellText).join("|"));
      return best.includes(at) ? `${text}*` : text;
    });
    return [shortId(id), localTime(started), status, time, ...own];
  });
  return [head, ...rows];
}

/** A value as a cell has it. */
export function cellText(value: unknown): string {
  if (typeof value === "string") return /^[0-9a-f]{40,64}$/.test(value) ? shortId(value) : value;
  if (isWords(value)) return value.map(shellWord).join(" ");
  if (isNumeric(value) || typeof value === "boolean") return String(value);
  return preview(value, 200);
}

/** Without what a narrow column has to save. */
function wholeText(value: unknown): string {
  return typeof value === "string" ? value : cellText(value);
}

/** A command line, as programs are recorded with. */
function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function seconds({ started, ended }: TableRow["execution"]): number | null {
  return ended === null ? null : (+ended - +started) / 1000;
}
