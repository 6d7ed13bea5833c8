import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import { addressOf, type CompareAddress } from "../../../src/views/address.ts";
import { comparedExecutions } from "../../../src/views/compared.ts";
import { comparisonView } from "../../../src/views/comparison.ts";
import { type TableView, tableView } from "../../../src/views/table.ts";
import { diffPage } from "../../pages/diff.ts";
import { cellText } from "../../pages/table.ts";
import { counted, localTime, shortDuration, shortId } from "../../text/lines.ts";
import { oneLine } from "../../text/terminal.ts";
import { type Line, type Row, rowsOf, type Span } from "../content.ts";
import { documentRows, markingPaint, targetsIn } from "../document.ts";
import type { Page } from "../state.ts";
import { padded, textWidth } from "../width.ts";

/** Columns of what differs have this width, of names up to twice as much. */
const CELL = 20;

/** Executions beside each other, with what differs; of two, then all that separates them. */
export async function* readComparison(
  log: IndexedLog,
  address: CompareAddress,
  limit: number,
): AsyncGenerator<Page> {
  const executions = await comparedExecutions(log, address, limit);
  const view = await tableView(log, executions, { diffOnly: true });
  const ids = executions.map(({ id }) => shortId(id));
  const page = (more: (columns: number) => readonly Row[]): Page => ({
    address: address.ids.length > 0 ? { ...address, ids } : address,
    rows: ({ columns }) => rowsOf([...tableRows(view, columns), ...more(columns)]),
    side: null,
    note: counted(executions.length, "execution"),
    ...{ subject: null, isLive: false, isCut: false },
  });
  yield page(() => []);
  if (address.ids.length === 0 || executions.length !== 2) return;
  const [older, newer] = executions.toSorted((a, b) => a.started - b.started);
  const difference = await comparisonView(log, older!.id, newer!.id);
  const text = `\n${diffPage(difference, markingPaint)}`;
  const targets = targetsIn(difference);
  yield page((columns) => documentRows(text, targets, columns));
}

/** A column for each execution, a line for each tag and argument; below each other what has no room beside. */
function tableRows(view: TableView, columns: number): Row[] {
  const names = ["", "started", "status", "duration", ...view.columns.map(({ name }) => name)];
  const texts = names.map(oneLine);
  const width = Math.min(Math.max(...texts.map(textWidth)), 2 * CELL);
  const beside = Math.max(1, Math.floor((columns - width) / (CELL + 2)));
  const rows: Row[] = [];
  for (let from = 0; from < view.rows.length; from += beside) {
    if (from > 0) rows.push({ line: [] });
    const some = view.rows.slice(from, from + beside).map(cellsOf);
    for (const [at, name] of texts.entries()) {
      const line: Span[] = [{ text: padded(name, width), style: "dim" }];
      for (const cells of some) line.push({ text: "  " }, ...cells[at]!);
      rows.push({ line });
    }
  }
  return rows;
}

/** The cells of one execution, in the order of the names. */
function cellsOf({ execution, cells }: TableView["rows"][number]): Line[] {
  const { id, started, ended, status } = execution;
  const time = ended === null ? "" : shortDuration(+ended - +started);
  const head: Span = {
    text: padded(shortId(id), CELL),
    style: "bold",
    action: { does: "open", address: addressOf(execution) },
  };
  const texts = [
    localTime(started),
    status,
    time,
    ...cells.map((values) => values.map(cellText).join("|")),
  ];
  return [[head], ...texts.map((text) => [{ text: padded(oneLine(text), CELL) }])];
}
