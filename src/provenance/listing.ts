import { NAMED } from "../index/names.ts";
import type { EntityRow, JobRow } from "../index/rows.ts";
import type { Wanted } from "../index/search.ts";
import { joined, type Sql, sql } from "../index/sql.ts";
import { idsLike } from "../index/where.ts";
import { allOf, hasField, isEverything } from "../query/condition.ts";
import { globMatcher } from "../query/glob.ts";
import { matcher } from "../query/matcher.ts";
import type { EntityType } from "../record/records.ts";
import { typeName } from "../value/type-name.ts";
import { type Found, foundRow } from "./find.ts";
import { type EntityFromJobs, fromJobs } from "./from-jobs.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsKnowing, ROLES } from "./jobs-knowing.ts";
import { readValue } from "./read.ts";
import { executionSubject } from "./running.ts";
import type { Selection } from "./selection.ts";

/** An entity of a listing. */
export type Listed = Found & {
  /** The newest job that a call node or value is known by. */
  readonly job?: JobRow | undefined;
  /** Of a value; missing where only its hash was recorded. */
  readonly value?: unknown;
};

/** The entities of one type that a selection has, the newest first, as many as `limit`. */
export async function listed(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
  limit: number,
): Promise<Listed[]> {
  const { search } = log.index;
  const wanted = wantedOf(type, selection);
  switch (type) {
    case "Execution":
      return search.executions(wanted, limit).map((row) => foundRow({ type, row }));
    case "Job":
      return search.jobs(wanted, limit).map((row) => foundRow({ type, row }));
    case "Task":
      return search.entities(type, wanted, limit).map((row) => foundRow({ type, row }));
    default:
      return take(callsOrValues(log, type, selection), limit);
  }
}

/** How many entities of a type a selection has. */
export async function counted(
  log: IndexedLog,
  type: EntityType,
  selection: Selection,
): Promise<number> {
  const { search } = log.index;
  if (type !== "CallNode" && type !== "Value") return search.count(type, wantedOf(type, selection));
  const { where, execution, files, valueTypes } = selection;
  if (isEverything(where) && files === null && valueTypes.length === 0) {
    const kinds = ROLES[type].map((role) => NAMED[role]);
    const own = type === "CallNode" ? NAMED.callNode : NAMED.value;
    return search.countNamed(kinds, own, { execution });
  }
  let count = 0;
  for await (const _ of callsOrValues(log, type, selection)) count++;
  return count;
}

function wantedOf(type: EntityType, selection: Selection): Wanted {
  const { where, execution, job, taskHashes, results, args } = selection;
  if (type === "Job") {
    const { task, jobWithResult, jobWithArgument } = NAMED;
    const more: Sql[] = [];
    if (taskHashes.length > 0) more.push(sql`j.task IN ${idsLike(taskHashes, task)}`);
    if (results.length > 0) more.push(sql`j.seq IN ${idsLike(results, jobWithResult)}`);
    if (args.length > 0) more.push(sql`j.seq IN ${idsLike(args, jobWithArgument)}`);
    return { where: allOf(where, job), execution, more: joined("AND", more, "1") };
  }
  if (type === "Task" && taskHashes.length > 0) {
    return { where, execution, more: sql`n.seq IN ${idsLike(taskHashes, NAMED.task)}` };
  }
  return { where, execution };
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

/** Values and call nodes with rows of their own, by the jobs that made, gave or took them. */
async function* withRows(
  log: IndexedLog,
  type: "CallNode" | "Value",
  { where, execution, files }: Selection,
): AsyncGenerator<EntityFromJobs> {
  const { index } = log;
  const globs = files?.map(globMatcher);
  const name = globs && ((path: string) => globs.length === 0 || globs.some((is) => is(path)));
  const passes = matcher(execution);
  const tried = isEverything(execution) ? 1 : Number.MAX_SAFE_INTEGER;
  const jobOf = ({ id }: EntityRow) =>
    jobsKnowing(index, type, id, tried).find((job) =>
      passes(executionSubject(index.execution(job.execution)!)),
    );
  for (const row of index.search.entities(type, { where, ...(name && { name }) }, -1)) {
    const job = jobOf(row);
    if (job || isEverything(execution)) yield { ...foundRow({ type, row }), job };
  }
}

async function take<T>(items: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    if (taken.push(item) >= limit) break;
  }
  return taken;
}
