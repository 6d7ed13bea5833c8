import { isHexId } from "../index/ids.ts";
import { isWithinKey, NAMED, type Named, readKey } from "../index/names.ts";
import { type ExecutionRow, type JobRow, newestJobFirst } from "../index/rows.ts";
import type { RowFilter } from "../index/search.ts";
import { joined, type Sql, sql } from "../index/sql.ts";
import { allOf, asksFor, hasField, isEverything } from "../query/condition.ts";
import { globMatcher } from "../query/glob.ts";
import { matcher } from "../query/matcher.ts";
import type { EntityType } from "../record/records.ts";
import { typeName } from "../value/type-name.ts";
import { type Found, foundRow, idsWithPrefix } from "./find.ts";
import { type EntityFromJobs, fromJobs, newestEntityFirst } from "./from-jobs.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsMeeting } from "./job-subject.ts";
import { jobsKnowing, newestKnowing, ROLES } from "./jobs-knowing.ts";
import { readValue } from "./read.ts";
import { executionSubject, journaledExecutions, newestFirst } from "./running.ts";
import type { Selection } from "./selection.ts";

/** An entity of a listing. */
export type Listed = Found & {
  /** The newest job that a call node or value is known by. */
  readonly job?: JobRow | undefined;
  /** Of a value; missing where only its hash was recorded. */
  readonly value?: unknown;
};

/**
 * The entities of one type that a selection has, the newest first, as many as `limit`. Whatever
 * their conditions are, what is newer is decided by the start of an execution (of a task, call node
 * or value, that of the newest job that knows it), then by the job's place, then by the id. Tasks
 * are in the order of their names.
 */
export async function listed(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
  limit: number,
): Promise<Listed[]> {
  const { search } = log.index;
  switch (type) {
    case "Execution":
      return executionsMeeting(log, selection, limit).map((row) => foundRow({ type, row }));
    case "Job":
      return (await take(jobs(log, selection), limit)).map((row) => foundRow({ type, row }));
    case "Task":
      return search
        .entities(type, await filterOf(log, type, selection), limit)
        .map((row) => foundRow({ type, row }));
    default:
      return take(callsOrValues(log, type, selection), limit);
  }
}

/**
 * The executions of the log, and those of which the journals know more, the newest first.
 * @param limit below 0 for all
 */
export function executionsMeeting(
  log: IndexedLog,
  { where, execution }: ExecutionSelection,
  limit: number,
): ExecutionRow[] {
  const { search } = log.index;
  const journaled = journaledExecutions(log);
  if (journaled.length === 0) return search.executions({ where, execution }, limit);
  const all = search.executions({ where, execution }, limit < 0 ? limit : limit + journaled.length);
  const passes = passing({ where, execution });
  const replaced = new Set(journaled.map(({ row }) => row.id));
  const waiting = journaled.map(({ row }) => row).filter(passes);
  const found = [...waiting, ...all.filter(({ id }) => !replaced.has(id))].sort(newestFirst);
  return limit < 0 ? found : found.slice(0, limit);
}

/** How many more executions a selection has than those of the log; fewer below 0. */
function journaledCount(log: IndexedLog, selection: Selection): number {
  const passes = passing(selection);
  const one = (row: ExecutionRow | null) => (row && passes(row) ? 1 : 0);
  return journaledExecutions(log).reduce(
    (sum, { row, indexed }) => sum + one(row) - one(indexed),
    0,
  );
}

type ExecutionSelection = Pick<Selection, "where" | "execution">;

function passing({ where, execution }: ExecutionSelection): (row: ExecutionRow) => boolean {
  const passes = matcher(allOf(where, execution));
  return (row) => passes(executionSubject(row));
}

/** How many entities of a type a selection has. */
export async function counted(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
): Promise<number> {
  if (type !== "Execution") return countedInLog(log, type, selection);
  return (await countedInLog(log, type, selection)) + journaledCount(log, selection);
}

async function countedInLog(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
): Promise<number> {
  const { search } = log.index;
  const isCounted = type !== "Job" || !asksFor(allOf(selection.where, selection.job), "arg");
  if (type !== "CallNode" && type !== "Value" && isCounted) {
    return search.count(type, await filterOf(log, type, selection));
  }
  const { where, execution, files, valueTypes } = selection;
  const isNamed = type === "CallNode" || type === "Value";
  if (isNamed && isEverything(where) && files === null && valueTypes.length === 0) {
    const kinds = ROLES[type].map((role) => NAMED[role]);
    const own = type === "CallNode" ? NAMED.callNode : NAMED.value;
    return search.countNamed(kinds, own, { execution });
  }
  let count = 0;
  const all =
    type === "CallNode" || type === "Value"
      ? callsOrValues(log, type, selection)
      : jobs(log, selection);
  for await (const _ of all) count++;
  return count;
}

/** The jobs that a selection has, the newest first. */
async function* jobs(log: IndexedLog, selection: Selection): AsyncGenerator<JobRow> {
  yield* jobsMeeting(log, await filterOf(log, "Job", selection));
}

async function filterOf(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
): Promise<RowFilter> {
  const { where, execution, job, taskHashes, results, args } = selection;
  const isOne = (column: string, named: Named, words: readonly string[]) =>
    isNamed(log, column, named, words);
  if (type === "Job") {
    const more = await Promise.all([
      isOne("j.task", NAMED.task, taskHashes),
      isOne("j.seq", NAMED.jobWithResult, results),
      isOne("j.seq", NAMED.jobWithArgument, args),
    ]);
    return { where: allOf(where, job), execution, more: joined("AND", more, "1") };
  }
  if (type === "Task") {
    return { where, execution, more: await isOne("n.seq", NAMED.task, taskHashes) };
  }
  return { where, execution };
}

/** SQL of a column whose row one of some prefixes of ids refers to; of none, any row will do. */
async function isNamed(
  log: IndexedLog,
  column: string,
  named: Named,
  words: readonly string[],
): Promise<Sql> {
  if (words.length === 0) return sql`1`;
  const { type } = readKey(named);
  // Of what is longer than the index holds it, the whole ids are found out beforehand.
  const ids = await Promise.all(
    words.map((word) =>
      isHexId(word) ? [word] : isWithinKey(word) ? [] : idsWithPrefix(log, type, word),
    ),
  );
  return sql`${column} IN ${log.index.ids.refsOf(named, ids.flat(), words)}`;
}

async function* callsOrValues(
  log: IndexedLog,
  type: "CallNode" | "Value",
  selection: Selection,
): AsyncGenerator<Listed> {
  const entities = mustHaveRow(type, selection)
    ? withRows(log, type, selection)
    : fromJobs(log, type, selection);
  for await (const entity of entities) {
    if (type === "CallNode") yield entity;
    else {
      const { valueTypes } = selection;
      const read = "value" in entity ? entity : await readValue(log, entity.id);
      const isType = valueTypes.length === 0 || (read && valueTypes.includes(typeName(read.value)));
      if (isType) yield { ...entity, ...(read && { value: read.value }) };
    }
  }
}

/** Whether only what is tagged, or a file, can be meant: that has rows, all else only its jobs. */
function mustHaveRow(type: "CallNode" | "Value", { where, files }: Selection): boolean {
  if (files !== null) return true;
  return !(type === "CallNode" && hasField(where)) && !matcher(where)({ tags: [] });
}

/** Values and call nodes with rows of their own, by the newest jobs that made, gave or took them. */
async function* withRows(
  log: IndexedLog,
  type: "CallNode" | "Value",
  { where, execution, files }: Selection,
): AsyncGenerator<EntityFromJobs> {
  const { index } = log;
  const globs = files?.map(globMatcher);
  const name = globs && ((path: string) => globs.length === 0 || globs.some((is) => is(path)));
  const rows = index.search.entities(type, { where, ...(name && { name }) }, -1);
  if (isEverything(execution)) {
    for (const row of rows) {
      yield { ...foundRow({ type, row }), job: newestKnowing(index, type, row.id) };
    }
    return;
  }
  const passes = matcher(execution);
  const entities = rows.flatMap((row) => {
    const job = jobsKnowing(index, type, row.id, Number.MAX_SAFE_INTEGER)
      .filter((one) => passes(executionSubject(index.execution(one.execution)!)))
      .sort(newestJobFirst)[0];
    return job ? [{ ...foundRow({ type, row }), job }] : [];
  });
  yield* entities.sort(newestEntityFirst);
}

async function take<T>(items: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  if (limit === 0) return taken;
  for await (const item of items) {
    if (taken.push(item) === limit) break;
  }
  return taken;
}
