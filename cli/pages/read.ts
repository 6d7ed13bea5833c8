import { RedunError } from "../../src/errors.ts";
import type { IndexedLog } from "../../src/index/indexed-log.ts";
import type { EntityRow, JobRow } from "../../src/index/query.ts";
import { usesOf } from "../../src/index/query.ts";
import { decodeJobs } from "../../src/record/decode.ts";
import type { Job } from "../../src/record/records.ts";
import { StoredValue } from "../../src/value/value.ts";
import { readAnyYaml } from "../../src/value/yaml-any.ts";

/** One blob of the log as text. @throws RedunError OBJECT_MISSING */
export async function readText(log: IndexedLog, oid: string): Promise<string> {
  for await (const { text } of log.log.read([oid])) return text;
  throw new RedunError("OBJECT_MISSING", `Object ${oid} could not be read.`);
}

/** A job's whole record, from its segment. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function readJob(log: IndexedLog, row: JobRow): Promise<Job> {
  const { jobs } = decodeJobs(await readAnyYaml(await readText(log, row.segment)));
  const job = jobs.find(({ id }) => id === row.id);
  if (!job) throw new RedunError("BAD_RECORD", `Segment ${row.segment} lacks job ${row.id}.`);
  return job;
}

/**
 * A value by its id: from a file of its own, else from a job that took or gave it.
 * @returns undefined where only its hash was recorded
 */
export async function readValue(
  log: IndexedLog,
  entity: EntityRow,
): Promise<{ value: unknown } | undefined> {
  try {
    return { value: await readAnyYaml(await readText(log, entity.id)) };
  } catch (error) {
    if (!(error instanceof RedunError && error.code === "OBJECT_MISSING")) throw error;
  }
  for (const { job, role } of usesOf(log.statements, entity.seq, 1)) {
    const value = valueIn(await readJob(log, job), role);
    if (!(value instanceof StoredValue)) return { value };
  }
  return undefined;
}

function valueIn(job: Job, role: string): unknown {
  if (role === "") return "error" in job ? job.error : job.result;
  return job.args instanceof Map
    ? job.args.get(role)
    : (job.args as readonly unknown[])[Number(role)];
}
