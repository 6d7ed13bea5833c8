/** Taking values out of records. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import type { ExecutionRow } from "../index/rows.ts";
import { executionOfJob } from "../index/schema.ts";
import { type Forgotten, forget } from "../log/forget.ts";
import type { Found } from "../provenance/find.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { jobsKnowing } from "../provenance/jobs-knowing.ts";
import { readJob, readStoredValue, readValue, recordedValue } from "../provenance/read.ts";
import { journaledExecutions } from "../provenance/running.ts";
import type { Job, Redaction } from "../record/records.ts";
import { timeOf } from "../record/records.ts";
import { fileValuesIn } from "../value/files-in.ts";
import { isRedacted } from "../value/redacted.ts";
import { StoredValue } from "../value/value.ts";
import { argumentsOf, type Place, placesIn, short, tasksHolding } from "./places.ts";
import { Sought } from "./sought.ts";

/** What of an entity is to go; one of these. Of a value all of it. */
export interface RedactRequest {
  /** An argument of a job, or of an execution's root job, by its name. */
  readonly arg?: string | undefined;
  /** The result of a job, or of an execution's root job, or its error. */
  readonly result?: boolean | undefined;
  /** All that was ever said with this key about an execution or a job. */
  readonly tag?: string | undefined;
  /** What a job, or the jobs of an execution, took or gave that holds the file of this path. */
  readonly file?: string | undefined;
}

/** What is to be taken out. */
export interface RedactionPlan {
  /** What was asked for, and what repeats it in the records of its run. */
  readonly places: readonly Place[];
  /** Other places that hold the same. */
  readonly others: readonly Place[];
  /** Values with files of their own that would be left without a use. */
  readonly values: readonly string[];
  /** Names of tasks whose sources hold it: a task's record stays as it is. */
  readonly tasks: readonly string[];
  /** It is a file, whose path is in a cache of hashes of files. */
  readonly isFile: boolean;
}

/** Jobs that are looked at for a value. */
const MAX_JOBS = 10_000;

/**
 * Finds what a redaction has to take out, and who else holds the same.
 * @throws RedunError WRONG_TYPE, USAGE where there is no such thing, RUN_ALIVE
 */
export async function planRedaction(
  log: IndexedLog,
  entity: Found,
  request: RedactRequest,
): Promise<RedactionPlan> {
  const own = executionOf(log, entity);
  if (own) assertEnded(log, own);
  if (request.tag !== undefined) return tagPlan(entity, own, request.tag);
  const asked = await placesAsked(log, entity, own, request);
  if (asked.every(({ value }) => isRedacted(value))) throw redactedAlready(entity);
  const { objectFormat } = log.log.backend.repository;
  const whole = await Promise.all(
    asked.map(async ({ value }) => {
      const { id } = recordedValue(value, objectFormat);
      const read = value instanceof StoredValue ? await readValue(log, id) : { value };
      return { id, value: read?.value };
    }),
  );
  const sought = new Sought(whole, objectFormat);
  const isAsked = new Set(asked.flatMap(({ place }) => (place ? [keyOf(place.redaction)] : [])));
  const places = asked.flatMap(({ place }) => place ?? []);
  const others: Place[] = [];
  const tasks = new Set<string>();
  for (const row of executionsKnowing(log, own, sought)) {
    assertEnded(log, row);
    for await (const place of placesIn(log, row, sought)) {
      if (isAsked.has(keyOf(place.redaction))) continue;
      (place.isCopy && row.id === own?.id ? places : others).push(place);
    }
    for (const name of await tasksHolding(log, row, sought)) tasks.add(name);
  }
  if (own) places.push(...(await optionWords(log, own, places)));
  const values: string[] = [];
  for (const id of sought.ids) if (await readStoredValue(log, id)) values.push(id);
  return {
    places: eachOnce(places),
    others: eachOnce(others),
    values,
    tasks: [...tasks],
    isFile: request.file !== undefined,
  };
}

/**
 * Takes the places of a plan out of the log.
 * @param everywhere the other places too
 * @throws RedunError STILL_HELD where there are others; as `Log.append`
 */
export async function redact(
  log: IndexedLog,
  plan: RedactionPlan,
  { everywhere = false, reason }: { everywhere?: boolean; reason?: string | undefined } = {},
): Promise<Forgotten | null> {
  if (plan.others.length > 0 && !everywhere) throw heldElsewhere(plan);
  const places = everywhere ? [...plan.places, ...plan.others] : plan.places;
  const redacted = places.map(({ redaction }) => redaction);
  const { author } = await log.log.backend.identity();
  const tombstone = {
    by: author.replace(/ \d+ [+-]\d{4}$/, ""),
    at: timeOf(Date.now()),
    ...(reason !== undefined && { reason }),
    redacted,
    removed: [],
    values: plan.values,
    unused: [],
  };
  const executions = [...new Set(redacted.map(({ execution }) => execution))];
  const subject = `redact ${executions.map(short).slice(0, 3).join(", ") || "a value"}`;
  const trailers = executions.slice(0, 100).map((id) => `Redun-Execution: ${id}\n`);
  const why = reason === undefined ? "" : `${reason}\n\n`;
  const done = await forget(log.log, tombstone, `${subject}\n\n${why}${trailers.join("")}`);
  // What it holds of the old records goes with its file.
  log.discardIndex();
  const { commonDir } = log.log.backend.repository;
  if (plan.isFile) rmSync(join(commonDir, FILE_HASHES), { force: true });
  return done;
}

/** Below the git directory; it may be deleted at any time. */
const FILE_HASHES = "redun/file-hashes";

function keyOf({ execution, job, part, name }: Redaction): string {
  return JSON.stringify([execution, job, part, name]);
}

/** One place may be found in several ways: a word of the command line, as a copy and by its option. */
function eachOnce(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [keyOf(place.redaction), place])).values()];
}

function executionOf(log: IndexedLog, { type, row }: Found): ExecutionRow | undefined {
  if (type === "Execution") return row as ExecutionRow;
  return type === "Job" ? log.index.execution((row as { execution: number }).execution) : undefined;
}

/** What goes on would write it again. @throws RedunError RUN_ALIVE */
function assertEnded(log: IndexedLog, { id }: ExecutionRow): void {
  if (!journaledExecutions(log).some(({ row }) => row.id === id)) return;
  throw new RedunError(
    "RUN_ALIVE",
    `Execution ${short(id)} still goes on, and its journal has what it records next.`,
    "Wait for its end, or end it; then redact.",
  );
}

function tagPlan(entity: Found, own: ExecutionRow | undefined, key: string): RedactionPlan {
  if (!own) {
    throw new RedunError(
      "WRONG_TYPE",
      `${short(entity.id)} is a ${entity.type}: tags are redacted of executions and jobs.`,
      "`redun-git tag rm` removes a tag from what is shown; the log's history keeps it.",
      { data: { id: entity.id, type: entity.type } },
    );
  }
  const job = entity.type === "Job" ? { job: entity.id } : {};
  const redaction = { execution: own.id, ...job, part: "tag", name: key } as const;
  const label = `${entity.type.toLowerCase()} ${short(entity.id)}: tag ${key}`;
  return {
    places: [{ redaction, label, isCopy: false }],
    others: [],
    values: [],
    tasks: [],
    isFile: false,
  };
}

interface Asked {
  readonly value: unknown;
  /** Null for a value that was asked for by its own id. */
  readonly place: Place | null;
}

async function placesAsked(
  log: IndexedLog,
  entity: Found,
  own: ExecutionRow | undefined,
  { arg, result, file }: RedactRequest,
): Promise<Asked[]> {
  if (entity.type === "Value") {
    const read = await readValue(log, entity.id);
    return [{ value: read ? read.value : new StoredValue(entity.id), place: null }];
  }
  if (!own) {
    throw new RedunError(
      "WRONG_TYPE",
      `${short(entity.id)} is a ${entity.type}: arguments and results are those of jobs and executions.`,
      `\`redun-git log ${short(entity.id)}\` shows where it was used.`,
      { data: { id: entity.id, type: entity.type } },
    );
  }
  const jobsOf = () =>
    file === undefined ? log.index.rootJobsOf(own.seq, MAX_JOBS) : log.index.jobsOf(own.seq);
  const rows = entity.type === "Job" ? [entity.row] : jobsOf();
  const found: Asked[] = [];
  for (const row of rows) {
    const job = await readJob(log, row);
    const place = (part: "args" | "result", what: string, name?: string): Place => ({
      redaction: { execution: own.id, job: row.id, part, ...(name !== undefined && { name }) },
      label: `job ${short(row.id)} ${row.task}: ${what}`,
      isCopy: false,
    });
    for (const [name, value] of argumentsOf(job)) {
      if (name === arg) found.push({ value, place: place("args", `argument ${name}`, name) });
      for (const one of filesAt(value, file)) {
        found.push({ value: one, place: place("args", `argument ${name}`, name) });
      }
    }
    const outcome = "error" in job ? job.error : job.result;
    if (result && hasOutcome(job))
      found.push({ value: outcome, place: place("result", "its result") });
    for (const one of filesAt(outcome, file)) {
      found.push({ value: one, place: place("result", "its result") });
    }
  }
  if (found.length > 0) return found;
  const what =
    arg !== undefined ? `no argument ${arg}` : file !== undefined ? `no file ${file}` : "no result";
  throw new RedunError(
    "USAGE",
    `${entity.type} ${short(entity.id)} has ${what}.`,
    `\`redun-git log ${short(entity.id)}\` shows what it has.`,
  );
}

function redactedAlready({ id, type }: Found): RedunError {
  const message = `That of ${type} ${short(id)} was redacted already.`;
  return new RedunError(
    "USAGE",
    message,
    `\`redun-git log ${short(id)}\` says by whom, when and why.`,
  );
}

const hasOutcome = (job: Job): boolean => "error" in job || "result" in job;

function filesAt(value: unknown, path: string | undefined): readonly unknown[] {
  if (path === undefined) return [];
  const files = fileValuesIn(value);
  return files.filter((file) => "path" in file && file.path === path);
}

/** The execution that is asked about, and those whose jobs took or gave the values. */
function executionsKnowing(
  log: IndexedLog,
  own: ExecutionRow | undefined,
  { ids }: Sought,
): ExecutionRow[] {
  const seqs = new Set(own ? [own.seq] : []);
  for (const id of ids) {
    for (const { seq } of jobsKnowing(log.index, "Value", id, MAX_JOBS))
      seqs.add(executionOfJob(seq));
  }
  return log.index.executions([...seqs]);
}

/** Words of the command line that give the root job's argument, whatever type that has. */
async function optionWords(
  log: IndexedLog,
  own: ExecutionRow,
  places: readonly Place[],
): Promise<Place[]> {
  const roots = new Set(log.index.rootJobsOf(own.seq, MAX_JOBS).map(({ id }) => id));
  const names = places.flatMap(({ redaction: { job, part, name } }) =>
    part === "args" && job !== undefined && roots.has(job) ? [name!] : [],
  );
  const found: Place[] = [];
  for (const [at, word] of own.argv.entries()) {
    const [, option, value] = /^--([^=]+)(=.*)?$/s.exec(word) ?? [];
    if (option === undefined || !names.some((name) => isSameOption(name, option))) continue;
    const place = value === undefined ? at + 1 : at;
    if (place >= own.argv.length) continue;
    const redaction = { execution: own.id, part: "argv", name: String(place) } as const;
    const label = `execution ${short(own.id)}: word ${place + 1} of its command line`;
    found.push({ redaction, label, isCopy: true });
  }
  return found;
}

function isSameOption(name: string, option: string): boolean {
  const plain = (text: string) => text.replaceAll(/[-_]/g, "").toLowerCase();
  return plain(name) === plain(option);
}

function heldElsewhere({ others }: RedactionPlan): RedunError {
  const shown = others.slice(0, 20).map(({ label }) => `  ${label}`);
  if (others.length > 20) shown.push(`  and ${others.length - 20} more`);
  return new RedunError(
    "STILL_HELD",
    `The same stands in other places, and would stay there:\n${shown.join("\n")}`,
    "`--everywhere` takes it out of all of them. Nothing was changed.",
  );
}
