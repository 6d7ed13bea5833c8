import type { ExecutionRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type RecordedValue, readJob, recordedValue } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";
import type { HashName } from "../value/hash.ts";
import { withoutStack } from "../value/value.ts";

/** The call that an execution began with. */
export type RootCall = Pick<Job, "task" | "args" | "result" | "error">;

/** One value that is another, or that only one of the two has. */
export interface ValueChange {
  /** The name of an argument, or its place where it has none; null for a result. */
  readonly name: string | number | null;
  readonly before: GivenValue | null;
  readonly after: GivenValue | null;
}

/** A value that a call took or gave. */
export interface GivenValue extends RecordedValue {
  /** It was raised, not returned. */
  readonly isError: boolean;
}

/** Of more jobs at the root than this, the last one of the execution's task is taken. */
const MAX_ROOTS = 20_000;

/**
 * The call that an execution is named for; null while its job has not ended. Its lazy arguments are
 * jobs without a parent too, and began before it: it is the one that no other came from.
 */
export async function rootCall(
  log: IndexedLog,
  { seq, task }: ExecutionRow,
): Promise<RootCall | null> {
  const rows = log.index.rootJobsOf(seq, MAX_ROOTS);
  if (rows.length === MAX_ROOTS) {
    const last = log.index.lastRootJobOf(seq, task);
    return last ? ended(await readJob(log, last)) : null;
  }
  const sources = new Set<string>();
  const jobs: Job[] = [];
  for (const row of rows) {
    const job = await readJob(log, row);
    if (job.parent !== null) continue;
    jobs.push(job);
    for (const ids of job.from.values()) for (const id of ids) sources.add(id);
  }
  const last = jobs.filter(({ id }) => !sources.has(id));
  return ended(last.find((job) => job.task === task) ?? last[0]);
}

function ended(job: Job | undefined): Job | null {
  return job && job.call !== null ? job : null;
}

/** What differs between two calls. */
export interface CallComparison {
  /** The tasks that were called. */
  readonly tasks: { readonly before: string; readonly after: string };
  /** Arguments that differ. */
  readonly args: readonly ValueChange[];
  /** What was returned or raised; null when it is the same. */
  readonly result: ValueChange | null;
}

export function compareCalls(before: RootCall, after: RootCall, format: HashName): CallComparison {
  const [was, is] = [argsOf(before, format), argsOf(after, format)];
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const args = names.map((name) => changeOf(name, was.get(name), is.get(name)));
  const result = changeOf(null, resultOf(before, format), resultOf(after, format));
  return {
    tasks: { before: before.task, after: after.task },
    args: args.filter(isChange),
    result: isChange(result) ? result : null,
  };
}

function argsOf({ args }: RootCall, format: HashName): Map<string | number, GivenValue> {
  const entries: Iterable<[string | number, unknown]> = args.entries();
  return new Map([...entries].map(([name, value]) => [name, given(value, format)]));
}

function resultOf(call: RootCall, format: HashName): GivenValue | undefined {
  if ("error" in call) {
    // Of what was raised, and of nothing else, the stack is no part.
    const { id } = recordedValue(withoutStack(call.error), format);
    return { id, value: call.error, isError: true };
  }
  return "result" in call ? given(call.result, format) : undefined;
}

function given(value: unknown, format: HashName): GivenValue {
  return { ...recordedValue(value, format), isError: false };
}

function changeOf(
  name: string | number | null,
  before: GivenValue | undefined,
  after: GivenValue | undefined,
): ValueChange {
  return { name, before: before ?? null, after: after ?? null };
}

function isChange({ before, after }: ValueChange): boolean {
  return before?.id !== after?.id || before?.isError !== after?.isError;
}
