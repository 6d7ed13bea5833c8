import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { readExecution, readJob, readTask } from "../provenance/read.ts";
import type { Job, Redaction } from "../record/records.ts";
import { isRedacted } from "../value/redacted.ts";
import type { Sought } from "./sought.ts";

/** A place in a record that holds what is sought, and what to call it. */
export interface Place {
  readonly redaction: Redaction;
  readonly label: string;
  /** It repeats what another place of its execution says, and goes with that. */
  readonly isCopy: boolean;
}

/** Every place of an execution and its jobs that holds what is sought. */
export async function* placesIn(
  log: IndexedLog,
  row: ExecutionRow,
  sought: Sought,
): AsyncGenerator<Place> {
  const execution = row.id;
  const label = `execution ${short(execution)}`;
  const { argv, tags } = await readExecution(log, row);
  for (const [at, word] of argv.entries()) {
    if (!sought.isIn(word)) continue;
    const redaction = { execution, part: "argv", name: String(at) } as const;
    yield { redaction, label: `${label}: word ${at + 1} of its command line`, isCopy: true };
  }
  if (row.reason !== null && sought.isIn(row.reason)) {
    yield {
      redaction: { execution, part: "reason" },
      label: `${label}: why it ended`,
      isCopy: true,
    };
  }
  for (const key of keysWith(tags.concat(row.tags), sought)) {
    yield {
      redaction: { execution, part: "tag", name: key },
      label: `${label}: tag ${key}`,
      isCopy: false,
    };
  }
  for (const job of log.index.jobsOf(row.seq)) yield* placesInJob(log, execution, job, sought);
}

async function* placesInJob(
  log: IndexedLog,
  execution: string,
  row: JobRow,
  sought: Sought,
): AsyncGenerator<Place> {
  const job = await readJob(log, row);
  const label = `job ${short(row.id)} ${row.task}`;
  const place = (part: Redaction["part"], what: string, name?: string): Place => ({
    redaction: { execution, job: row.id, part, ...(name !== undefined && { name }) },
    label: `${label}: ${what}`,
    isCopy: part === "returned",
  });
  for (const [name, value] of argumentsOf(job)) {
    if (isHeld(value)) yield place("args", `argument ${name}`, name);
  }
  if ("error" in job && isHeld(job.error)) yield place("result", "its error");
  if ("result" in job && isHeld(job.result)) yield place("result", "its result");
  if (isHeld(job.returned)) yield place("returned", "what its function returned");
  for (const key of keysWith(job.tags.concat(row.tags), sought))
    yield place("tag", `tag ${key}`, key);

  function isHeld(value: unknown): boolean {
    return value !== undefined && !isRedacted(value) && sought.isInValue(value);
  }
}

/** Arguments by the names that a redaction calls them by. */
export function argumentsOf({ args }: Job): [string, unknown][] {
  const entries: Iterable<readonly [string | number, unknown]> = args.entries();
  return [...entries].map(([name, value]) => [String(name), value]);
}

function keysWith(tags: readonly (readonly [string, unknown])[], sought: Sought): Set<string> {
  return new Set(tags.flatMap(([key, value]) => (sought.isInValue(value) ? [key] : [])));
}

/** Names of the tasks of an execution's jobs whose records hold what is sought: they cannot be changed. */
export async function tasksHolding(
  log: IndexedLog,
  row: ExecutionRow,
  sought: Sought,
): Promise<string[]> {
  const names = new Map<string, string>();
  for (const { taskHash, task } of log.index.jobTallies(row.seq)) names.set(taskHash, task);
  const found: string[] = [];
  for (const [hash, name] of names) {
    const record = await readTask(log, hash);
    if (record?.source !== undefined && sought.isIn(record.source)) found.push(name);
  }
  return found;
}

export function short(id: string): string {
  return id.slice(0, 8);
}
