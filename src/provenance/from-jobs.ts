import { compareIds } from "../index/ids.ts";
import type { JobRow } from "../index/rows.ts";
import { asksFor, type Condition, isEverything } from "../query/condition.ts";
import { matcher, type Subject } from "../query/matcher.ts";
import { decodeJobs } from "../record/decode.ts";
import type { Job } from "../record/records.ts";
import { StoredValue } from "../value/value.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import { type Found, foundRow } from "./find.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobSubject, wholeArgs } from "./job-subject.ts";
import { filesOf, valuesIn } from "./read.ts";
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
 * The call nodes or values of jobs, each once, in the order of `newestEntityFirst`. Their whole ids
 * stand in the jobs' records alone, which are read from git.
 */
export async function* fromJobs(
  log: IndexedLog,
  type: "CallNode" | "Value",
  { where, execution }: Selection,
): AsyncGenerator<EntityFromJobs> {
  const { search } = log.index;
  const passes = matcher(where);
  const asksForArgs = asksFor(where, "arg");
  const seen = new Set<string>();
  for await (const jobs of jobsOfOnePlace(log, execution)) {
    const entities = jobs.flatMap(({ job, record }) =>
      entitiesIn(log, type, record).map((known) => ({ ...known, job })),
    );
    for (const known of entities.sort((a, b) => compareIds(b.id, a.id))) {
      if (seen.has(known.id)) continue;
      seen.add(known.id);
      const entity = { ...found(log, type, known.id), ...known };
      // The fields of a call node are those of the job that made it; a value has none.
      const { tags } = entity;
      const subject: Subject =
        type === "Value"
          ? { tags }
          : jobSubject(log, known.job, asksForArgs ? await wholeArgs(log, known.job) : "", tags);
      if (passes(subject)) yield entity;
    }
  }
  if (!isEverything(execution)) return;
  // What was tagged and never used by a recorded job.
  for (const row of search.entities(type, { where }, -1)) {
    if (!seen.has(row.id)) yield foundRow({ type, row });
  }
}

/** What the newest jobs know comes first; of what one knows, or jobs that began together, by id. */
export function newestEntityFirst(a: EntityFromJobs, b: EntityFromJobs): number {
  const time = ({ job }: EntityFromJobs) => job?.time ?? Number.NEGATIVE_INFINITY;
  const place = ({ job }: EntityFromJobs) => job?.place ?? 0;
  return time(b) - time(a) || place(b) - place(a) || compareIds(b.id, a.id);
}

interface ReadJob {
  readonly job: JobRow;
  readonly record: Job;
}

/** Jobs, the newest first; those of one moment and place in their executions come together. */
async function* jobsOfOnePlace(log: IndexedLog, execution: Condition): AsyncGenerator<ReadJob[]> {
  let together: ReadJob[] = [];
  let atOnce = FIRST_JOBS;
  for (let offset = 0; ; ) {
    const rows = log.index.search.jobs({ execution }, atOnce, offset);
    const records = await readJobs(log, rows);
    for (const job of rows) {
      const record = records.get(job.id);
      if (!record) continue;
      const [first] = together;
      if (first && (first.job.time !== job.time || first.job.place !== job.place)) {
        yield together;
        together = [];
      }
      together.push({ job, record });
    }
    if (rows.length < atOnce) break;
    offset += atOnce;
    atOnce = Math.min(atOnce * 2, MOST_JOBS);
  }
  if (together.length > 0) yield together;
}

function entitiesIn(
  log: IndexedLog,
  type: "CallNode" | "Value",
  record: Job,
): { id: string; value?: unknown }[] {
  if (type === "CallNode") return record.call === null ? [] : [{ id: record.call }];
  if (record.call === null) return [];
  return [...valuesIn(log, record), ...filesOf(log, record)].map(({ id, value }) =>
    value instanceof StoredValue ? { id } : { id, value },
  );
}

function found(log: IndexedLog, type: "CallNode" | "Value", id: string): Found {
  const row = log.index.entityWithId(type, id);
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
