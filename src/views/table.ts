import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, readJob } from "../provenance/read.ts";
import { foreignText } from "../record/foreign-values.ts";
import { AUTOMATIC_TAGS } from "../tag/automatic.ts";
import type { TagPair } from "../tag/tag.ts";
import { compareCodePoints } from "../value/code-points.ts";
import { plain } from "../value/plain.ts";
import { isPlainObject, StoredValue } from "../value/value.ts";
import { type LoggedExecution, loggedExecution } from "./logged.ts";

/** Many executions beside each other: one row each, a column for each tag and argument. */
export interface TableView {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export interface TableColumn {
  /** A tag's key, or an argument's name; of a part of an argument `options.rate`. */
  readonly name: string;
  readonly kind: "tag" | "argument";
}

export interface TableRow {
  readonly execution: LoggedExecution;
  /** For each column, the value, several where a tag has several, or none. */
  readonly cells: readonly (readonly unknown[])[];
  /** The places of the columns in which this row has the best value of all. */
  readonly best: readonly number[];
}

/** How a table is laid out; columns go by their names. */
export interface TableLayout {
  /** Columns to sort by, the first one first; they are the first columns. */
  readonly by?: readonly string[] | undefined;
  /** Show only columns in which rows differ. */
  readonly diffOnly?: boolean | undefined;
  /** Columns whose smallest, and largest, number is the best value. */
  readonly min?: readonly string[] | undefined;
  readonly max?: readonly string[] | undefined;
}

/** Gathers a table of executions; those of the tags are the execution's and its root job's. */
export async function tableView(
  log: IndexedLog,
  executions: readonly ExecutionRow[],
  { by = [], diffOnly = false, min = [], max = [] }: TableLayout = {},
): Promise<TableView> {
  const gathered: Gathered[] = [];
  for (const row of executions) gathered.push(await gather(log, row));
  const columns = columnsOf(gathered, by, diffOnly);
  const sorted = gathered.toSorted((a, b) => byColumns(a, b, by));
  const rows = sorted.map(({ execution, values }) => ({
    execution,
    cells: columns.map(({ name }) => values.get(name)?.values ?? []),
    best: [] as number[],
  }));
  columns.forEach(({ name }, at) => {
    if (min.includes(name)) markBest(rows, at, (a, b) => a < b);
    if (max.includes(name)) markBest(rows, at, (a, b) => a > b);
  });
  return { columns, rows };
}

interface Gathered {
  readonly execution: LoggedExecution;
  /** By the name of the column. */
  readonly values: Map<string, { readonly kind: TableColumn["kind"]; readonly values: unknown[] }>;
}

async function gather(log: IndexedLog, row: ExecutionRow): Promise<Gathered> {
  const values: Gathered["values"] = new Map();
  const add = (kind: TableColumn["kind"], name: string, value: unknown) => {
    const known = values.get(name);
    // A tag that is named as an argument tells it apart by where it stands.
    if (known && known.kind !== kind) return add(kind, `${kind}.${name}`, value);
    if (known) known.values.push(value);
    else values.set(name, { kind, values: [value] });
  };
  const root = log.index.lastRootJobOf(row.seq, row.task);
  const tags: readonly TagPair[] = [...row.tags, ...(root?.tags ?? [])];
  for (const [key, value] of tags) add("tag", key, plain(value));
  if (root) {
    const job = await readJob(log, root);
    for (const [name, { id, value }] of argsOf(log, job)) {
      const shown = value instanceof StoredValue ? (foreignText(job, id) ?? value) : value;
      for (const [part, one] of partsOf(name, shown)) add("argument", part, one);
    }
  }
  return { execution: loggedExecution(row), values };
}

/** An argument's parts where it is a map: options are compared one by one. */
function partsOf(name: string, value: unknown): [string, unknown][] {
  if (value instanceof StoredValue) return [[name, value]];
  const whole = plain(value);
  const isMap = typeof whole === "object" && whole !== null && isPlainObject(whole);
  if (!isMap || Object.keys(whole).length === 0) return [[name, whole]];
  return Object.entries(whole).map(([key, part]) => [`${name}.${key}`, part]);
}

function columnsOf(
  rows: readonly Gathered[],
  by: readonly string[],
  diffOnly: boolean,
): TableColumn[] {
  const names = new Map<string, TableColumn["kind"]>();
  for (const { values } of rows) for (const [name, { kind }] of values) names.set(name, kind);
  const differs = (name: string) =>
    new Set(rows.map(({ values }) => textOf(values.get(name)?.values ?? []))).size > 1;
  const isWanted = (name: string) =>
    by.includes(name) || (diffOnly || AUTOMATIC_TAGS.includes(name) ? differs(name) : true);
  const place = (name: string) => (by.includes(name) ? by.indexOf(name) : by.length);
  return [...names]
    .filter(([name]) => isWanted(name))
    .map(([name, kind]) => ({ name, kind }))
    .sort(
      (a, b) =>
        place(a.name) - place(b.name) ||
        compareCodePoints(a.kind, b.kind) ||
        compareCodePoints(a.name, b.name),
    );
}

/** Numbers by size and before texts; rows without a value last; else the newest first, as they came. */
function byColumns(a: Gathered, b: Gathered, by: readonly string[]): number {
  for (const name of by) {
    const [one, other] = [a, b].map(({ values }) => values.get(name)?.values[0]);
    const order = compareValues(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(a: unknown, b: unknown): number {
  const rank = (value: unknown) =>
    value === undefined ? 2 : typeof value === "number" || typeof value === "bigint" ? 0 : 1;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (rank(a) === 0) return Number(a) - Number(b);
  return rank(a) === 2 ? 0 : compareCodePoints(textOf([a]), textOf([b]));
}

function textOf(values: readonly unknown[]): string {
  return values
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value, asText)))
    .join("\0");
}

function asText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function markBest(
  rows: readonly { readonly cells: readonly (readonly unknown[])[]; best: number[] }[],
  at: number,
  isBetter: (a: number, b: number) => boolean,
): void {
  const number = (cells: readonly (readonly unknown[])[]) => {
    const [value] = cells[at]!;
    return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
  };
  let best = Number.NaN;
  for (const { cells } of rows) {
    const value = number(cells);
    if (!Number.isNaN(value) && (Number.isNaN(best) || isBetter(value, best))) best = value;
  }
  for (const row of rows) if (number(row.cells) === best) row.best.push(at);
}
