import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, type RecordedValue, readJob } from "../provenance/read.ts";
import type { Job } from "../record/records.ts";
import { filesIn } from "../value/files-in.ts";
import { StoredValue, Tagged } from "../value/value.ts";
import { taskDiff } from "./tasks.ts";
import { type ProgramReason, programReason } from "./why-program.ts";

/** A job that is told of, with its execution. */
export interface ToldJob {
  readonly row: JobRow;
  readonly execution: ExecutionRow;
}

/** An argument that an earlier call had otherwise, or not at all. */
export interface ArgumentChange {
  readonly name: string;
  readonly before: RecordedValue | undefined;
  readonly after: RecordedValue | undefined;
  /** The jobs that it came from now. */
  readonly from: readonly JobRow[];
}

/** Why a job ran, or did not. */
export type Why =
  /** It took what another job gave; `source` is null where that is not in the log. */
  | { readonly kind: "reused"; readonly id: string; readonly source: ToldJob | null }
  /** No earlier execution called a task of this name. */
  | { readonly kind: "first" }
  /** The nearest earlier call had another key. */
  | {
      readonly kind: "changed";
      readonly earlier: ToldJob;
      /** Lines of a unified diff of the task's source; null where that is the same. */
      readonly source: readonly string[] | null;
      readonly args: readonly ArgumentChange[];
    }
  /** An earlier call was equal, and its result was not taken. */
  | { readonly kind: "again"; readonly earlier: ToldJob; readonly because: Because };

/** Why the result of an equal call was not taken, as far as its record tells. */
export type Because =
  | { readonly kind: "failed" | "unfinished" | "hidden" | "opaque" | "unknown" }
  | { readonly kind: ProgramReason }
  /** It gave files, which may have been changed or removed. */
  | { readonly kind: "files"; readonly paths: readonly string[] }
  /** It was cached by the tasks below it, of which some are others now. */
  | { readonly kind: "tasks"; readonly names: readonly string[] };

/** Earlier calls of the task that are compared. */
const MOST_EARLIER = 100;

/** Why a job ran, or took an earlier result. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function why(log: IndexedLog, row: JobRow): Promise<Why> {
  const job = await readJob(log, row);
  if (job.reused !== undefined) return reused(log, job.reused);
  const call = callOf(log, row, job);
  let nearest: { earlier: JobRow; record: Job; changes: Change } | undefined;
  for (const earlier of earlierCalls(log, row)) {
    const record = await readJob(log, earlier);
    const changes = changesBetween(callOf(log, earlier, record), call);
    if (!nearest || count(changes) < count(nearest.changes)) nearest = { earlier, record, changes };
    if (count(changes) === 0) break;
  }
  if (!nearest) return { kind: "first" };
  const { earlier, record, changes } = nearest;
  const told = { row: earlier, execution: log.index.execution(earlier.execution)! };
  if (count(changes) === 0) {
    const reason = record.call === null ? null : programReason(log, row, job, record);
    const because: Because = reason ? { kind: reason } : notTaken(log, record, job);
    return { kind: "again", earlier: told, because };
  }
  const source = changes.source ? await taskDiff(log, earlier.taskHash, row.taskHash) : null;
  const args = changes.args.map(({ name, before, after }) => ({
    name,
    before,
    after,
    from: (job.from.get(name) ?? []).flatMap((id) => log.index.jobWithId(id) ?? []),
  }));
  return { kind: "changed", earlier: told, source, args };
}

function reused(log: IndexedLog, id: string): Why {
  const row = log.index.jobWithId(id);
  const source = row ? { row, execution: log.index.execution(row.execution)! } : null;
  return { kind: "reused", id, source };
}

/** Calls of a task of the same name in executions that began before, the newest first. */
function earlierCalls({ index }: IndexedLog, { task, execution, time }: JobRow): JobRow[] {
  return index
    .entitiesNamed("Task", task, MOST_EARLIER)
    .flatMap(({ seq }) => index.jobsOfTask(seq, MOST_EARLIER))
    .filter((job) => job.execution !== execution && job.time <= time)
    .sort((a, b) => b.time - a.time || b.place - a.place)
    .slice(0, MOST_EARLIER);
}

/** What the key of a call is made of. */
interface Call {
  readonly taskHash: string;
  readonly args: ReadonlyMap<string, RecordedValue>;
}

function callOf(log: IndexedLog, { taskHash }: JobRow, job: Job): Call {
  return { taskHash, args: argsOf(log, job) };
}

interface Change {
  readonly source: boolean;
  readonly args: readonly Omit<ArgumentChange, "from">[];
}

function changesBetween(before: Call, after: Call): Change {
  const names = new Set([...before.args.keys(), ...after.args.keys()]);
  const args = [...names].flatMap((name) => {
    const [was, is] = [before.args.get(name), after.args.get(name)];
    return was?.id === is?.id ? [] : [{ name, before: was, after: is }];
  });
  return { source: before.taskHash !== after.taskHash, args };
}

function count({ source, args }: Change): number {
  return Number(source) + args.length;
}

function notTaken(log: IndexedLog, earlier: Job, job: Job): Because {
  if (earlier.status === "FAILED") return { kind: "failed" };
  if (earlier.call === null) return { kind: "unfinished" };
  if (holds(earlier.result, isOpaque)) return { kind: "opaque" };
  if (
    earlier.result instanceof StoredValue &&
    earlier.files === undefined &&
    isHidden(log, earlier)
  )
    return { kind: "hidden" };
  const below = earlier.tasksBelow?.filter((id) => !job.tasksBelow?.includes(id)) ?? [];
  if (below.length > 0) {
    const names = below.map((id) => log.index.entityWithId("Task", id)?.name ?? id.slice(0, 8));
    return { kind: "tasks", names: [...new Set(names)].sort() };
  }
  const files = [...filesIn(earlier.result), ...filesIn(earlier.files?.result)];
  if (files.length > 0) return { kind: "files", paths: files.map(({ path }) => path) };
  return { kind: "unknown" };
}

/** Of a value that stands nowhere only the id was recorded. */
function isHidden({ index }: IndexedLog, { result }: Job): boolean {
  return index.entityWithId("Value", (result as StoredValue).id) === undefined;
}

const isOpaque = (value: object): boolean => value instanceof Tagged && value.tag === "opaque";

function holds(value: unknown, test: (part: object) => boolean): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null || ArrayBuffer.isView(next)) continue;
    if (test(next)) return true;
    if (next instanceof Map) for (const pair of next) left.push(...pair);
    else if (next instanceof Set) left.push(...next);
    else for (const part of Object.values(next)) left.push(part);
  }
  return false;
}
