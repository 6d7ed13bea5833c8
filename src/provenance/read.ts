import { RedunError } from "../errors.ts";
import type { NameHit } from "../index/id-lookup.ts";
import type { ExecutionRow, JobRow } from "../index/rows.ts";
import { isPartial } from "../log/partial.ts";
import { decodeExecution, decodeJobs, decodeTask } from "../record/decode.ts";
import { foreignFiles, foreignValue } from "../record/foreign-values.ts";
import { taskPath, valuePath } from "../record/layout.ts";
import type { Code, EntityTags, Execution, Job, TaskRecord } from "../record/records.ts";
import { filesIn } from "../value/files-in.ts";
import type { HashName } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { type AnyYamlLimits, readAnyYaml } from "../value/yaml-any.ts";
import type { IndexedLog } from "./indexed-log.ts";
import { jobsKnowing } from "./jobs-knowing.ts";
import { startPath } from "./paths.ts";

/** An execution's whole record. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function readExecution({ log }: IndexedLog, row: ExecutionRow): Promise<Execution> {
  const path = startPath(row);
  const tip = await log.tip();
  const bytes = tip && (await log.backend.readPath(tip, path));
  if (!bytes) throw new RedunError("OBJECT_MISSING", `${log.ref} no longer has ${path}.`);
  return decodeExecution(await readAnyYaml(Buffer.from(bytes).toString("utf8")), row.id);
}

/**
 * The code that an execution ran: what was loaded while it went on is as good as what was loaded
 * before. `record` is its own.
 */
export function codeThatRan(record: Execution, { files }: ExecutionRow): Code {
  const { code } = record;
  if (files.length === 0) return code;
  const all = [...(code.files ?? []), ...files];
  return { ...code, dirty: true, files: all.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** A value that a job took or gave, with its id. */
export interface RecordedValue {
  readonly id: string;
  /** A `StoredValue` where the job's record does not hold it: see `wholeValue`. */
  readonly value: unknown;
}

/** Segments that a log's pages read last: they ask for many jobs of one. */
const recent = new WeakMap<IndexedLog, Map<string, ReadonlyMap<string, Job>>>();
const REMEMBERED = 8;

/**
 * What a segment says about tags on an entity other than its jobs. Most segments say nothing of it,
 * which their text shows at once.
 * @throws RedunError OBJECT_MISSING, BAD_RECORD
 */
export async function readTagged(
  log: IndexedLog,
  segment: string,
  id: string,
): Promise<readonly EntityTags[]> {
  const text = await readText(log, segment);
  const isPlain = /^[0-9a-f]+$/.test(id);
  if (!/^tagged:/m.test(text) || (isPlain && !text.includes(id))) return [];
  return decodeJobs(await readAnyYaml(text)).tagged.filter((one) => one.id === id);
}

/** A job's whole record, from its segment. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function readJob(log: IndexedLog, row: JobRow): Promise<Job> {
  const job = (await readSegment(log, row.segment)).get(row.id);
  if (!job) throw new RedunError("BAD_RECORD", `Segment ${row.segment} lacks job ${row.id}.`);
  return job;
}

/** The jobs of a segment, by their ids. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function readSegment(log: IndexedLog, oid: string): Promise<ReadonlyMap<string, Job>> {
  const segments = recent.get(log) ?? new Map<string, ReadonlyMap<string, Job>>();
  recent.set(log, segments);
  const known = segments.get(oid);
  if (known) return known;
  const { jobs } = decodeJobs(await readRecord(log, oid));
  const read = new Map(jobs.map((job) => [job.id, job]));
  const [oldest] = segments.keys();
  if (segments.size >= REMEMBERED && oldest !== undefined) segments.delete(oldest);
  segments.set(oid, read);
  return read;
}

/**
 * A job's arguments, by the names that its record gives them: `0`, `1`, ... where it gives none.
 */
export function argsOf(log: IndexedLog, job: Job): ReadonlyMap<string, RecordedValue> {
  const known = argsOfJobs.get(job);
  if (known) return known;
  const entries: Iterable<readonly [string | number, unknown]> = job.args.entries();
  const args = new Map([...entries].map(([name, value]) => [String(name), recorded(log, value)]));
  argsOfJobs.set(job, args);
  return args;
}

/** Hashed once: pages ask for them again and again, and there may be many. */
const argsOfJobs = new WeakMap<Job, ReadonlyMap<string, RecordedValue>>();

/** What a job gave, or the error that it raised; undefined while it has not ended. */
export function outcomeOf(log: IndexedLog, job: Job): RecordedValue | undefined {
  if ("error" in job) return { ...recorded(log, withoutStack(job.error)), value: job.error };
  return "result" in job ? recorded(log, job.result) : undefined;
}

/** A task's definition; undefined where it is not in the log. @throws RedunError BAD_RECORD */
export async function readTask(log: IndexedLog, hash: string): Promise<TaskRecord | undefined> {
  const record = (await ifThere(readRecord(log, hash))) ?? (await foreignTask(log, hash));
  return record && decodeTask(record.value, hash);
}

/** The record of a task with the id of another system, which is no object's. */
async function foreignTask(
  { log }: IndexedLog,
  hash: string,
): Promise<{ value: unknown } | undefined> {
  const tip = await log.tip();
  const bytes = tip && (await log.backend.readPath(tip, taskPath(hash)));
  if (!bytes) return undefined;
  const value = await readAnyYaml(Buffer.from(bytes).toString("utf8"));
  return (value as { id?: unknown } | null)?.id === hash ? { value } : undefined;
}

/** Jobs that are read at most in search of one that holds a value. */
const MAX_READ = 10_000;

/**
 * A value by its id: from a file of its own, else from a job that took or gave it, or something
 * that holds it as a file.
 * @returns undefined where only its hash was recorded
 * @throws RedunError BAD_RECORD
 */
export async function readValue(
  log: IndexedLog,
  id: string,
): Promise<{ value: unknown } | undefined> {
  const stored = await readStoredValue(log, id);
  if (stored) return stored;
  const rows = jobsKnowing(log.index, "Value", id, MAX_READ);
  for (const row of oneOfEachTaskFirst(rows)) {
    const job = await readJob(log, row);
    const found = valuesIn(log, job).find((value) => value.id === id);
    if (found && !(found.value instanceof StoredValue)) return { value: found.value };
    const file = found ? undefined : filesOf(log, job).find((value) => value.id === id);
    if (file) return { value: file.value };
    const foreign = foreignValue(job, id);
    if (foreign) return { value: foreign };
  }
  return undefined;
}

/** What one job of a task keeps to itself, its others mostly do too. */
function oneOfEachTaskFirst(rows: readonly JobRow[]): JobRow[] {
  const firsts = new Map(rows.toReversed().map((row) => [row.taskHash, row]));
  const first = new Set(firsts.values());
  return [...rows.filter((row) => first.has(row)), ...rows.filter((row) => !first.has(row))];
}

/** All of a value that a job took or gave; undefined where only its hash was recorded. */
export async function wholeValue(
  log: IndexedLog,
  { id, value }: RecordedValue,
): Promise<{ value: unknown } | undefined> {
  return value instanceof StoredValue ? readValue(log, id) : { value };
}

/** The whole id of a call node or value that the index knows by one of its jobs. */
export async function idInJob(
  log: IndexedLog,
  row: JobRow,
  hit: NameHit,
): Promise<string | undefined> {
  const job = await readJob(log, row);
  const values = hit.type === "CallNode" ? [] : [...valuesIn(log, job), ...filesOf(log, job)];
  const ids = hit.type === "CallNode" ? [job.call] : values.map(({ id }) => id);
  return ids.find((id) => id !== null && log.index.ids.isNamed(hit, id)) ?? undefined;
}

/** Result (or error) and arguments of a job, with their ids. */
export function valuesIn(log: IndexedLog, job: Job): RecordedValue[] {
  const outcome = outcomeOf(log, job);
  return [...(outcome ? [outcome] : []), ...argsOf(log, job).values()];
}

/** The files within what a job took and gave, themselves left out. */
export function filesOf(log: IndexedLog, job: Job): RecordedValue[] {
  const elsewhere = [job.files?.args, job.files?.result].map((files) => filesIn(files));
  return [...job.args.values(), "result" in job ? job.result : null]
    .flatMap((value) => filesIn(value).filter((file) => file !== value))
    .concat(...elsewhere)
    .map((file) => recorded(log, file))
    .concat(foreignOf(job));
}

function foreignOf(job: Job): RecordedValue[] {
  if (!job.imported) return [];
  return foreignFiles(job).map(({ id }) => ({ id, value: foreignValue(job, id) }));
}

function recorded(log: IndexedLog, value: unknown): RecordedValue {
  return recordedValue(value, log.log.backend.repository.objectFormat);
}

/** A value as it stands in a record, with its id. */
export function recordedValue(value: unknown, format: HashName): RecordedValue {
  return { id: value instanceof StoredValue ? value.id : contentId(value, format), value };
}

/** A value that has a file of its own; undefined where there is none. @throws RedunError BAD_RECORD */
export function readStoredValue(
  log: IndexedLog,
  id: string,
): Promise<{ value: unknown } | undefined> {
  return ifThere(readValueFile(log, id));
}

async function readValueFile(log: IndexedLog, id: string): Promise<unknown> {
  const { backend } = log.log;
  // In a partial clone git would ask the remote for every id that is no object's.
  if (!isPartial(backend.repository)) return readRecord(log, id, ANY_NODES);
  const tip = await log.log.tip();
  const bytes = tip && (await backend.readPath(tip, valuePath(id)));
  if (!bytes) throw new RedunError("OBJECT_MISSING", `Value ${id} has no file of its own.`);
  return readAnyYaml(Buffer.from(bytes).toString("utf8"), ANY_NODES);
}

/** A value is read when somebody wants to see it, and one of 50 MB may be a list of any numbers. */
const ANY_NODES = { maxNodes: Number.POSITIVE_INFINITY };

async function readRecord(log: IndexedLog, oid: string, limits?: AnyYamlLimits): Promise<unknown> {
  return readAnyYaml(await readText(log, oid), limits);
}

async function readText(log: IndexedLog, oid: string): Promise<string> {
  // A foreign id is no object's, and git might take it for the name of something else.
  if (/^[0-9a-f]{40,64}$/.test(oid)) {
    for await (const { text } of log.log.read([oid])) return text;
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
