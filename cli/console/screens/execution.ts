import type { Found } from "../../../src/provenance/find.ts";
import type { IndexedLog } from "../../../src/provenance/indexed-log.ts";
import type { TagCommit } from "../../../src/provenance/tag-history.ts";
import { allOf, type Condition } from "../../../src/query/condition.ts";
import { printQuery } from "../../../src/query/print.ts";
import { formatTag } from "../../../src/tag/text.ts";
import { compareCodePoints } from "../../../src/value/code-points.ts";
import { addressOf } from "../../../src/views/address.ts";
import type { ExecutionView, JobOutline } from "../../../src/views/execution.ts";
import { type BlameView, blameView } from "../../../src/views/history.ts";
import type { LoggedJob } from "../../../src/views/logged.ts";
import { executionHead } from "../../pages/execution.ts";
import { jobLine } from "../../pages/job.ts";
import { CONFLICT_MARK, conflictTest, counted, localTime, shortId } from "../../text/lines.ts";
import { statusRows } from "../../text/status-table.ts";
import { oneLine } from "../../text/terminal.ts";
import { joinedRows, type Line, type Row, type Rows, rowsOf, type Span } from "../content.ts";
import { documentRows, lineOf, linked, markingPaint, targetsIn } from "../document.ts";
import type { Page, Shape } from "../state.ts";
import { fitted, padded, textWidth } from "../width.ts";

/** An execution: first what the index knows at once, then who set its tags. */
export async function* readExecution(
  log: IndexedLog,
  found: Found,
  view: ExecutionView,
): AsyncGenerator<Page> {
  const { execution, journal, jobs } = view;
  const { id, type, conflicts } = execution;
  const outline = jobs.outline();
  const page = (blame: BlameView | null): Page => ({
    address: addressOf(execution),
    rows: (shape) =>
      joinedRows(rowsOf(headRows(view, blame, shape)), jobRows(view, outline, shape)),
    side: null,
    note: counted(jobs.count, "job"),
    subject: { type, id, conflicts },
    isLive: journal !== null && journal.state !== "dead",
    isCut: false,
  });
  yield page(null);
  // A run that is in its journal alone has no commit that could tell.
  if (found.seq !== null && found.seq >= 0) yield page(await blameView(log, found));
}

function headRows(view: ExecutionView, blame: BlameView | null, { columns }: Shape): Row[] {
  const head = executionHead(view, markingPaint, false).join("\n");
  return [
    ...documentRows(head, targetsIn(view), columns),
    { line: [] },
    ...tagRows(view, blame, columns),
    { line: [] },
    ...statusTableRows(view),
    { line: [] },
  ];
}

/** A tag is cut to so many columns, and to half of the line. */
const TAG_WIDTH = 60;

/** Each tag, which opens the executions that have it, and who set it when and why, once that is known. */
function tagRows({ execution }: ExecutionView, blame: BlameView | null, columns: number): Row[] {
  const { tags, conflicts } = execution;
  const inConflict = conflictTest(conflicts);
  const known = new Map(blame?.tags.map(({ tag, commit }) => [formatTag(...tag), commit]));
  const widest = Math.min(TAG_WIDTH, Math.floor(columns / 2));
  const shown = tags
    .map((tag) => ({ tag, text: formatTag(...tag) }))
    .sort((a, b) => compareCodePoints(a.text, b.text))
    .map((one) => ({ ...one, cut: fitted(oneLine(one.text), widest) }));
  const width = Math.max(0, ...shown.map(({ cut }) => textWidth(cut)));
  return shown.map(({ tag, text, cut }): Row => {
    const [key, value] = tag;
    const query = printQuery({ is: "tag", key, keyIsGlob: false, test: { op: "=", value } });
    const address = { kind: "list", type: "Execution", query } as const;
    const commit = known.get(text);
    const by = commit
      ? `${localTime(commit.authored)}  ${nameOf(commit)}  ${oneLine(commit.reason.split("\n")[0]!)}`
      : "";
    const isConflict = inConflict(tag);
    return {
      line: [
        { text: "  " },
        { text: cut, style: isConflict ? "red" : "yellow", action: { does: "open", address } },
        { text: isConflict ? CONFLICT_MARK : "", style: "red" },
        { text: `${" ".repeat(width - textWidth(cut) + 2)}${by}`, style: "dim" },
      ],
      tag: text,
    };
  });
}

function nameOf({ author }: TagCommit): string {
  return oneLine(author.replace(/ <.*/, ""));
}

const COUNT = 7;
const NAME_WIDTH = 40;

/** How many jobs each task has by status: each count opens those jobs. */
function statusTableRows({ execution: { id }, tallies }: ExecutionView): Row[] {
  const { columns, rows } = statusRows(tallies);
  const names = rows.map(({ task }) => (task === null ? "ALL" : oneLine(task)));
  const width = Math.min(Math.max(4, ...names.map(textWidth)), NAME_WIDTH);
  const widths = [...columns, "TOTAL"].map((title) => Math.max(title.length, COUNT));
  const titles = [...columns, "TOTAL"].map((title, at) => title.padStart(widths[at]! + 1));
  const head: Line = [{ text: `| ${padded("TASK", width)}${titles.join("")}`, style: "title" }];
  const lines = rows.map(({ task, counts, total }, row): Line => {
    const cells = [...counts, total].map((count, at): Span[] => {
      const text = String(count);
      const blanks = { text: " ".repeat(widths[at]! + 1 - text.length) };
      if (count === 0) return [blanks, { text, style: "dim" }];
      const query = jobsQuery(id, task, columns[at]);
      const address = { kind: "list", type: "Job", query } as const;
      return [blanks, { text, style: "cyan", action: { does: "open", address } }];
    });
    return [{ text: `| ${padded(names[row]!, width)}` }, ...cells.flat()];
  });
  return [head, ...lines].map((line) => ({ line }));
}

/** The query of the jobs that a count stands for. */
function jobsQuery(execution: string, task: string | null, status: string | undefined): string {
  const equal = (field: "exec" | "task" | "status", operand: string): Condition => ({
    ...{ is: "field", field, op: "=", operand },
  });
  return printQuery(
    allOf(
      equal("exec", execution),
      ...(task === null ? [] : [equal("task", task)]),
      ...(status === undefined ? [] : [equal("status", status)]),
    ),
  );
}

/** Jobs that are deeper than this are not moved further to the right. */
const MAX_INDENT = 20;

/** The tree of jobs; rows are read as they are looked at. */
function jobRows({ jobs }: ExecutionView, outline: JobOutline, { folded }: Shape): Rows {
  const seen = unfolded(outline, folded);
  return {
    count: seen.length,
    read(from, count) {
      const places = seen.subarray(from, from + count);
      const read = jobs.read(Array.from(places, (at) => outline.numbers[at]!));
      return read.map((job, at) => jobRow(job, outline, places[at]!, folded));
    },
  };
}

/** The places in the outline of the jobs that no fold hides. */
function unfolded({ numbers, depths }: JobOutline, folded: ReadonlySet<number>): Int32Array {
  const seen = new Int32Array(numbers.length);
  let count = 0;
  // What is deeper is hidden.
  let limit = Number.POSITIVE_INFINITY;
  for (let at = 0; at < numbers.length; at++) {
    const depth = depths[at]!;
    if (depth > limit) continue;
    limit = folded.has(numbers[at]!) ? depth : Number.POSITIVE_INFINITY;
    seen[count++] = at;
  }
  return seen.subarray(0, count);
}

function jobRow(
  job: LoggedJob,
  { numbers, depths }: JobOutline,
  at: number,
  folded: ReadonlySet<number>,
): Row {
  const { id, type, conflicts } = job;
  const depth = depths[at]!;
  const number = numbers[at]!;
  const hasCalls = (depths[at + 1] ?? 0) > depth;
  const sign = !hasCalls ? "  " : folded.has(number) ? "▸ " : "▾ ";
  const blanks = "  ".repeat(Math.min(depth, MAX_INDENT));
  const level = depth > MAX_INDENT ? `(level ${depth}) ` : "";
  const line = lineOf(jobLine(job, markingPaint));
  return {
    line: [
      { text: blanks + level },
      { text: sign, ...(hasCalls && { action: { does: "fold", number } }) },
      ...linked(line, new Map([[shortId(id), addressOf(job)]])),
    ],
    subject: { type, id, conflicts },
  };
}
