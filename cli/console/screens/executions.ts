import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import type { ExecutionStatus } from "../../../src/record/records.ts";
import { AUTOMATIC_TAGS } from "../../../src/tag/automatic.ts";
import { addressOf, type ListAddress } from "../../../src/views/address.ts";
import { type Facet, facets } from "../../../src/views/facets.ts";
import type { LoggedExecution } from "../../../src/views/logged.ts";
import { ExecutionWindow } from "../../../src/views/window.ts";
import { counted, executionWords, localTime, shortId, tagText } from "../../text/lines.ts";
import { oneLine } from "../../text/terminal.ts";
import { type Row, type Rows, rowsOf, type Style } from "../content.ts";
import { lineOf, markingPaint } from "../document.ts";
import type { Page } from "../state.ts";
import { fitted, padded } from "../width.ts";

/** Rows that are read at once. */
const BLOCK = 128;
/** Blocks that are kept. */
const KEPT = 50;

/** Executions, with the facets to choose by beside them: first what is seen first, then the rest. */
export async function* readExecutions(
  log: IndexedLog,
  { query }: ListAddress,
): AsyncGenerator<Page> {
  const found = new ExecutionWindow(log, query);
  const address = { kind: "list", type: "Execution", query } as const;
  const isLive = found.journaled.length > 0;
  const first = found.read(0, BLOCK).map(rowOf);
  const read = blocks((from) => (from === 0 ? first : found.read(from, BLOCK).map(rowOf)));
  const page = (side: Rows): Page => {
    const count = Math.max(found.count, first.length);
    const rows = count === 0 && found.isWhole ? rowsOf(nothing(query)) : { count, read };
    const note = `${counted(count, "execution")}${found.isWhole ? "" : " or more"}`;
    return { address, rows: () => rows, side, note, subject: null, isLive, isCut: false };
  };
  const known: Facet[] = [];
  const side = rowsOf([]);
  if (first.length === BLOCK) {
    yield page(side);
    await turn();
  }
  for (; !found.isWhole; await turn()) found.findMore();
  yield page(side);
  for (const facet of facets(log, found)) {
    if (facet) known.push(facet);
    await turn();
  }
  yield page(rowsOf(known.flatMap(facetRows)));
}

const NOTHING = [
  "No executions yet. What records one:",
  "  redun-git run SCRIPT TASK",
  "  redun-git exec -- PROGRAM",
  "  redun-git pull           what others have recorded",
];

function nothing(query: string | null): Row[] {
  const lines = query === null ? NOTHING : ["No executions match."];
  return lines.map((text) => ({ line: [{ text, style: "dim" }] }));
}

/** Lets what has been typed meanwhile be answered. */
function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** Reads rows by blocks, of which some are kept. */
function blocks(readBlock: (from: number) => readonly Row[]): Rows["read"] {
  const kept = new Map<number, readonly Row[]>();
  const block = (number: number) => {
    const rows = kept.get(number) ?? readBlock(number * BLOCK);
    if (kept.size === KEPT) kept.delete(kept.keys().next().value!);
    kept.set(number, rows);
    return rows;
  };
  return (from, count) => {
    const rows: Row[] = [];
    const to = from + count;
    for (let at = Math.floor(from / BLOCK); at * BLOCK < to; at++) {
      const start = at * BLOCK;
      rows.push(...block(at).slice(Math.max(from - start, 0), to - start));
    }
    return rows;
  };
}

/** Not by colour alone. */
export const STATUS_SIGNS: Readonly<Record<ExecutionStatus, readonly [sign: string, Style]>> = {
  DONE: ["✓", "green"],
  FAILED: ["✗", "red"],
  INTERRUPTED: ["!", "red"],
  RUNNING: ["▶", "yellow"],
};

function rowOf(execution: LoggedExecution): Row {
  const { id, type, status, started, tags, conflicts } = execution;
  const [sign, style] = STATUS_SIGNS[status];
  const own = tags.filter(([key]) => !AUTOMATIC_TAGS.includes(key));
  return {
    line: [
      { text: shortId(id), style: "bold", action: { does: "open", address: addressOf(execution) } },
      { text: ` ${sign} ${status.padEnd(6)}`, style },
      { text: ` ${localTime(started).slice(0, 16)}  `, style: "dim" },
      { text: `${oneLine(executionWords(execution))} ` },
      ...lineOf(tagText(own, markingPaint, conflicts)),
    ],
    subject: { type, id, conflicts },
  };
}

const COUNT = 7;
const NAME = 14;

function facetRows({ name, values, more }: Facet): Row[] {
  return [
    { line: [{ text: fitted(oneLine(name), COUNT + NAME), style: "title" }] },
    ...values.map(({ text, condition, count, isChosen }): Row => {
      const shown = `${isChosen ? "✓" : " "} ${padded(oneLine(text), NAME)}`;
      const style = isChosen ? "chosen" : "plain";
      return {
        line: [
          { text: shown, style, action: { does: "facet", condition } },
          { text: String(count).padStart(COUNT), style: "dim" },
        ],
      };
    }),
    ...(more > 0 ? [{ line: [{ text: `  ${more} more`, style: "dim" }] } as const] : []),
  ];
}
