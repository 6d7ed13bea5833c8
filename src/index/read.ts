import { RedunError } from "../errors.ts";
import { decodeJobs, decodeTask } from "../record/decode.ts";
import type { Job, Task } from "../record/records.ts";
import { contentId } from "../value/oid.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { readAnyYaml } from "../value/yaml-any.ts";
import type { IndexedLog } from "./indexed-log.ts";
import type { JobRow } from "./rows.ts";
import { ROLE } from "./schema.ts";

/** A job's whole record, from its segment. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function readJob(log: IndexedLog, row: JobRow): Promise<Job> {
  const { jobs } = decodeJobs(await readRecord(log, row.segment));
  const job = jobs.find(({ id }) => id === row.id);
  if (!job) throw new RedunError("BAD_RECORD", `Segment ${row.segment} lacks job ${row.id}.`);
  return job;
}

/** A task's definition; undefined where it is not in the log. @throws RedunError BAD_RECORD */
export async function readTask(log: IndexedLog, hash: string): Promise<Task | undefined> {
  const record = await ifThere(readRecord(log, hash));
  return record && decodeTask(record.value, hash);
}

/**
 * A value by its id: from a file of its own, else from a job that took or gave it.
 * @returns undefined where only its hash was recorded
 * @throws RedunError BAD_RECORD
 */
export async function readValue(
  log: IndexedLog,
  id: string,
): Promise<{ value: unknown } | undefined> {
  const stored = await ifThere(readRecord(log, id));
  if (stored) return stored;
  for (const { job, role } of log.index.jobsNaming(id, "Value", 1)) {
    const value = valueInJob(await readJob(log, job), role);
    if (!(value instanceof StoredValue)) return { value };
  }
  return undefined;
}

/** The id of the value that has a role in a job. */
export async function valueIdInJob(log: IndexedLog, row: JobRow, role: number): Promise<string> {
  const value = valueInJob(await readJob(log, row), role);
  if (value instanceof StoredValue) return value.id;
  return contentId(withoutStack(value), log.log.backend.repository.objectFormat);
}

function valueInJob(job: Job, role: number): unknown {
  if (role === ROLE.result) return "error" in job ? job.error : job.result;
  return [...job.args.values()][role - ROLE.firstArgument];
}

async function readRecord(log: IndexedLog, oid: string): Promise<unknown> {
  // A foreign id is no object's, and git might take it for the name of something else.
  if (/^[0-9a-f]{40,64}$/.test(oid)) {
    for await (const { text } of log.log.read([oid])) return readAnyYaml(text);
  }
  throw new RedunError("OBJECT_MISSING", `Object ${oid} could not be read.`);
}

async function ifThere<T>(reading: Promise<T>): Promise<{ value: T } | undefined> {
  try {
    return { value: await reading };
  } catch (error) {
    if (error instanceof RedunError && error.code === "OBJECT_MISSING") return undefined;
    throw error;
  }
}
