/** Taking whole executions out of a log: for good, or to a log of their own. */
import { RedunError } from "../errors.ts";
import type { StoredFile } from "../git/backend.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { executionOfJob } from "../index/schema.ts";
import { type Forgotten, forget } from "../log/forget.ts";
import { formatFile } from "../log/format.ts";
import { Log } from "../log/log.ts";
import { whileContended } from "../log/retry.ts";
import { readTombstones } from "../log/tombstones.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { jobsKnowing } from "../provenance/jobs-knowing.ts";
import { journaledExecutions } from "../provenance/running.ts";
import { parsePath } from "../record/layout.ts";
import { FORMAT_WITH_TOMBSTONES, timeOf } from "../record/records.ts";
import { short } from "./places.ts";

/** What removing executions did. */
export interface Removed {
  readonly executions: number;
  /** Null where there was nothing to remove. */
  readonly forgotten: Forgotten | null;
}

export interface RemoveOptions {
  readonly reason?: string | undefined;
  /** Called for each step that takes long. */
  readonly onStep?: (step: string) => void;
}

/**
 * Removes executions with all that was recorded of them and their jobs, tags included, and values in files
 * of their own that nothing else in the log uses.
 * @throws RedunError RUN_ALIVE; as `Log.append`
 */
export async function prune(
  log: IndexedLog,
  rows: readonly ExecutionRow[],
  { reason }: RemoveOptions = {},
): Promise<Removed> {
  if (rows.length === 0) return { executions: 0, forgotten: null };
  assertEnded(log, rows);
  const { entities, values } = await filesOf(log, rows);
  const subject = `prune ${executions(rows.length)}`;
  const forgotten = await entomb(log, subject, reason, {
    removed: entities,
    unused: values,
  });
  return { executions: rows.length, forgotten };
}

/**
 * Moves executions to another log, in which they are what they were, and leaves in this one where they
 * are. Called again after it was ended in the middle it goes on.
 * @param ref the log that gets them
 * @throws RedunError RUN_ALIVE; as `Log.append`
 */
export async function archive(
  log: IndexedLog,
  rows: readonly ExecutionRow[],
  ref: string,
  { reason }: RemoveOptions = {},
): Promise<Removed> {
  if (rows.length === 0) return { executions: 0, forgotten: null };
  assertEnded(log, rows);
  const { values, files, tasks } = await filesOf(log, rows);
  await addTo(log, ref, [...files, ...values, ...tasks], `archive ${executions(rows.length)}\n`);
  const subject = `archive ${executions(rows.length)} in ${ref}`;
  const forgotten = await entomb(log, subject, reason, {
    removed: [...rows.map(({ id }) => id), ...files.flatMap(({ path }) => tagEditAt(path))],
    unused: values,
    movedTo: ref,
  });
  return { executions: rows.length, forgotten };
}

interface FilesOfRuns {
  /** Ids of the executions, and of those of their jobs with tags in files of their own. */
  readonly entities: readonly string[];
  /** Of the executions and of the tags of all these. */
  readonly files: readonly StoredFile[];
  /** Files of values that no other execution's job took or gave. */
  readonly values: readonly StoredFile[];
  /** All of the log: they are few, and others may have the same. */
  readonly tasks: readonly StoredFile[];
}

async function filesOf(log: IndexedLog, rows: readonly ExecutionRow[]): Promise<FilesOfRuns> {
  const { index } = log;
  const ids = new Set(rows.map(({ id }) => id));
  const seqs = new Set(rows.map(({ seq }) => seq));
  const entities = new Set(ids);
  const files: StoredFile[] = [];
  const values: StoredFile[] = [];
  const tasks: StoredFile[] = [];
  for await (const { path, oid } of log.log.backend.changes(null, (await log.log.tip())!)) {
    const place = parsePath(path);
    if (place === null) continue;
    if ("execution" in place) {
      if (ids.has(place.execution)) files.push({ path, oid });
    } else if (place.kind === "tags") {
      const job = ids.has(place.entity) ? undefined : index.jobWithId(place.entity);
      if (job && seqs.has(executionOfJob(job.seq))) entities.add(place.entity);
      if (entities.has(place.entity)) files.push({ path, oid });
    } else if (place.kind === "value") {
      if (isUsedOnlyBy(log, place.id, seqs)) values.push({ path, oid });
    } else if (place.kind === "task") tasks.push({ path, oid });
  }
  return { entities: [...entities], files, values, tasks };
}

/** Jobs that are looked at for a value; one that more have is kept. */
const MAX_JOBS = 1000;

function isUsedOnlyBy({ index }: IndexedLog, value: string, seqs: ReadonlySet<number>): boolean {
  const own = index.entityWithId("Value", value);
  if (own && own.tags.length > 0) return false;
  const jobs = jobsKnowing(index, "Value", value, MAX_JOBS);
  if (jobs.length === 0 || jobs.length >= MAX_JOBS) return false;
  return jobs.every(({ seq }) => seqs.has(executionOfJob(seq)));
}

/** What is in the journal of a run that goes on would come back. @throws RedunError RUN_ALIVE */
function assertEnded(log: IndexedLog, rows: readonly ExecutionRow[]): void {
  const journaled = new Set(journaledExecutions(log).map(({ row }) => row.id));
  const alive = rows.find(({ id }) => journaled.has(id));
  if (!alive) return;
  throw new RedunError(
    "RUN_ALIVE",
    `Execution ${short(alive.id)} is among them, and still goes on.`,
    "Wait for its end, or leave it out. Nothing was changed.",
  );
}

async function entomb(
  log: IndexedLog,
  subject: string,
  reason: string | undefined,
  what: {
    readonly removed: readonly string[];
    readonly unused: readonly StoredFile[];
    readonly movedTo?: string;
  },
): Promise<Forgotten | null> {
  const { removed, unused, movedTo } = what;
  const ids = unused.flatMap(({ path }) => idAt(path));
  const { author } = await log.log.backend.identity();
  const tombstone = {
    by: author.replace(/ \d+ [+-]\d{4}$/, ""),
    at: timeOf(Date.now()),
    ...(reason !== undefined && { reason }),
    redacted: [],
    removed,
    values: [],
    unused: ids,
    ...(movedTo !== undefined && { movedTo }),
  };
  const why = reason === undefined ? "" : `\n${reason}\n`;
  const done = await forget(log.log, tombstone, `${subject}\n${why}`);
  log.discardIndex();
  return done;
}

/** The object id of a file of tag edits. */
function tagEditAt(path: string): string[] {
  const place = parsePath(path);
  return place?.kind === "tags" ? [place.id] : [];
}

function idAt(path: string): string[] {
  const place = parsePath(path);
  return place?.kind === "value" ? [place.id] : [];
}

/** Adds files of one log to another one of the repository, with what was redacted of them. */
async function addTo(
  { log }: IndexedLog,
  ref: string,
  files: readonly StoredFile[],
  message: string,
): Promise<void> {
  const { backend } = log;
  const target = new Log(backend, ref);
  await target.assertWritable();
  const tombstones = await readTombstones(backend, await log.tip());
  const redactions: StoredFile[] = [];
  for await (const { path, oid } of backend.changes(null, (await log.tip())!)) {
    const place = parsePath(path);
    if (place?.kind !== "tombstone") continue;
    if ((tombstones.byId.get(place.id)?.redacted.length ?? 0) > 0) redactions.push({ path, oid });
  }
  await whileContended(async () => {
    const before = await target.tip();
    const isNew = before === null;
    const format = redactions.length > 0 ? formatFile(FORMAT_WITH_TOMBSTONES) : formatFile();
    const isFormatted = !isNew && redactions.length === 0;
    await backend.append({
      ref,
      expected: before,
      files: [...files, ...redactions, ...(isFormatted ? [] : [format])],
      message,
    });
  }, log.onWait);
}

function executions(count: number): string {
  return count === 1 ? "an execution" : `${count} executions`;
}
