import type { JobRow } from "../index/rows.ts";
import { jobRange } from "../index/schema.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, type RecordedValue, readJob } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";

/** A call as a job made it, or is about to. */
export interface AskedCall {
  /** Full name of its task. */
  readonly task: string;
  readonly taskHash: string;
  readonly args: ReadonlyMap<string, RecordedValue>;
  /** The id of all arguments; null where that is not known. */
  readonly argsHash: string | null;
  /** When its execution began: calls of those that began before are compared. */
  readonly time: number;
  /** Its place among the jobs of its execution. */
  readonly place: number;
}

/** Another call of a task of the same name. */
export interface NearestCall {
  readonly row: JobRow;
  readonly record: Job;
  readonly isTaskChanged: boolean;
  /** Names of the arguments that are not the same. */
  readonly args: readonly string[];
}

/** Calls that are compared, of the latest of them. */
const MOST_LATEST = 100;
/** Versions of a task that are looked at. */
const MOST_VERSIONS = 50;

/**
 * The call of a task of the same name, in an earlier execution, from which this one differs least: of
 * several the latest, one that has the same place in its execution before others. Undefined where there is none.
 */
export async function nearestCall(
  log: IndexedLog,
  call: AskedCall,
): Promise<NearestCall | undefined> {
  let nearest: NearestCall | undefined;
  const seen = new Set<string>();
  for (const row of earlierCalls(log, call)) {
    if (seen.has(row.id)) continue;
    seen.add(row.id);
    const record = await readJob(log, row);
    const found = { row, record, ...differences(call, row, argsOf(log, record)) };
    if (!nearest || weight(found) < weight(nearest)) nearest = found;
    if (weight(nearest) === 0) break;
  }
  return nearest;
}

function weight({ isTaskChanged, args }: NearestCall): number {
  return Number(isTaskChanged) + args.length;
}

function differences(
  { taskHash, args }: AskedCall,
  row: JobRow,
  was: ReadonlyMap<string, RecordedValue>,
): Pick<NearestCall, "isTaskChanged" | "args"> {
  const names = [...new Set([...was.keys(), ...args.keys()])];
  return {
    isTaskChanged: row.taskHash !== taskHash,
    args: names.filter((name) => was.get(name)?.id !== args.get(name)?.id),
  };
}

/** Those with the same arguments first, then those in the same place, then the latest. */
function earlierCalls({ index }: IndexedLog, call: AskedCall): JobRow[] {
  const { task, argsHash, time, place } = call;
  const versions = index.entitiesNamed("Task", task, MOST_VERSIONS);
  const newestFirst = (rows: JobRow[]) =>
    rows.filter((row) => row.time < time).sort((a, b) => b.time - a.time || b.place - a.place);
  const equal = versions.flatMap(({ id }) =>
    argsHash === null ? [] : (index.callsOf(id)?.with(argsHash) ?? []),
  );
  const same = newestFirst(equal.flatMap(({ seq }) => index.job(seq) ?? []));
  const latest = newestFirst(
    versions.flatMap(({ seq }) => index.jobsOfTaskBefore(seq, time, MOST_LATEST)),
  );
  const executions = [...new Set(latest.map((row) => row.execution))];
  const placed = executions
    .flatMap((one) => index.job(jobRange(one).from + place) ?? [])
    .filter((row) => row.task === task);
  return [...same, ...placed, ...latest.slice(0, MOST_LATEST)];
}
