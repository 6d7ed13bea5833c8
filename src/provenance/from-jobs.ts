import { ownKey } from "../index/names.ts";
import type { EntityRow, JobRow } from "../index/rows.ts";
import { isEverything } from "../query/condition.ts";
import { matcher, type Subject } from "../query/matcher.ts";
import { decodeJobs } from "../record/decode.ts";
import type { Job } from "../record/records.ts";
import { StoredValue } from "../value/value.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { type Found, foundRow } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { valuesIn } from "./read.ts";
import { executionSubject } from "./running.ts";
import type { Selection } from "./selection.ts";

/** A call node or value, and the newest job that it is known by. */
export type EntityFromJobs = Found & {
  readonly job?: JobRow | undefined;
  readonly value?: unknown;
};

/** Jobs that are looked at together: few at first, because few may be enough. */
const FIRST_JOBS = 100;
const MOST_JOBS = 5000;

/**
 * The call nodes or values of jobs, each once, those of the newest executions first. The index
 * knows only the beginnings of their ids, so that the jobs' records are read from git.
 */
export async function* fromJobs(
  log: IndexedLog,
  type: "CallNode" | "Value",
  { where, execution }: Selection,
): AsyncGenerator<EntityFromJobs> {
  const { search } = log.index;
  const passes = matcher(where);
  const seen = new Set<string>();
  let atOnce = FIRST_JOBS;
  for (let offset = 0; ; offset += atOnce, atOnce = Math.min(atOnce * 2, MOST_JOBS)) {
    const rows = search.jobs({ execution }, atOnce, offset);
    if (rows.length === 0) break;
    const records = await readJobs(log, rows);
    for (const job of rows) {
      const record = records.get(job.id);
      for (const { id, ...known } of record ? entitiesIn(log, type, record) : []) {
        if (seen.has(id)) continue;
        seen.add(id);
        const entity = { ...found(log, type, id), ...known, job };
        if (passes(subjectOf(log, entity, job))) yield entity;
      }
    }
  }
  if (!isEverything(execution)) return;
  // What was tagged and never used by a recorded job.
  for (const row of search.entities(type, { where }, -1)) {
    if (!seen.has(row.id)) yield foundRow({ type, row });
  }
}

function entitiesIn(
  log: IndexedLog,
  type: "CallNode" | "Value",
  record: Job,
): { id: string; value?: unknown }[] {
  if (type === "CallNode") return record.call === null ? [] : [{ id: record.call }];
  if (record.call === null) return [];
  return valuesIn(log, record).map(({ id, value }) =>
    value instanceof StoredValue ? { id } : { id, value },
  );
}

/** The fields of a call node are those of the job that made it; a value has none. */
function subjectOf(log: IndexedLog, { type, tags }: Found, job: JobRow): Subject {
  if (type === "Value") return { tags };
  const execution = executionSubject(log.index.execution(job.execution)!);
  const { status, started, ended, task, args } = job;
  return { ...execution, tags, status, started, ended, task, args: [args] };
}

function found(log: IndexedLog, type: "CallNode" | "Value", id: string): Found {
  const row = log.index.entitiesByKey(ownKey(id, type)).find((one: EntityRow) => one.id === id);
  if (row) return foundRow({ type, row });
  return { type, id, tags: [], conflicts: [], seq: null, row: null };
}

/** Whole records of jobs by their ids, each segment read once. */
async function readJobs(log: IndexedLog, rows: readonly JobRow[]): Promise<Map<string, Job>> {
  const records = new Map<string, Job>();
  for await (const { text } of log.log.read(new Set(rows.map(({ segment }) => segment)))) {
    for (const job of decodeJobs(await readAnyYaml(text)).jobs) records.set(job.id, job);
  }
  return records;
}
