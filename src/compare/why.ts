import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, type RecordedValue, readJob, readTask } from "../provenance/read.ts";
import { argsId } from "../record/encode.ts";
import type { Job, MissedResult } from "../record/records.ts";
import { type AskedCall, type NearestCall, nearestCall } from "./nearest-call.ts";
import { type TaskDifference, type TaskText, taskDifference } from "./task-changes.ts";
import { isProgram, type ProgramReason, programReason } from "./why-program.ts";

/** A job that is reported, with its execution. */
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
  readonly from: readonly OriginJob[];
}

/** A job that a value came from. */
export interface OriginJob {
  readonly id: string;
  /** Full name of its task. */
  readonly task: string;
}

/** Why a job ran, or did not. */
export type Why =
  /** It took what another job gave; `source` is null where that is not in the log. */
  | { readonly kind: "reused"; readonly id: string; readonly source: ToldJob | null }
  /** Earlier results were of no use, or not wanted, whatever there was. */
  | { readonly kind: "unasked"; readonly reason: MissedResult["reason"] }
  /** No earlier execution called a task of this name. */
  | { readonly kind: "first" }
  /** The nearest earlier call had another key. */
  | {
      readonly kind: "changed";
      readonly earlier: ToldJob;
      /** How the task differs; null where it does not. */
      readonly task: TaskDifference | null;
      readonly args: readonly ArgumentChange[];
    }
  /** An earlier call was equal, and its result was not taken. */
  | { readonly kind: "again"; readonly earlier: ToldJob; readonly because: Because };

/** Why the result of an equal call was not taken. */
export type Because =
  /** It failed, or did not end. */
  | { readonly kind: "failed" | "unfinished" }
  | { readonly kind: "missed"; readonly missed: MissedResult }
  | { readonly kind: ProgramReason }
  /** Nobody wrote it down. */
  | { readonly kind: "unknown" };

/** A call of which somebody wants to know why it ran. */
export interface RunningCall extends AskedCall {
  readonly definition: TaskText | undefined;
  readonly missed: MissedResult | undefined;
  /** Of a program: why it ran although an equal one had ended well, where that is known. */
  readonly programReason?: (earlier: Job) => ProgramReason | null;
  /** The jobs that an argument came from. */
  readonly from: (name: string) => readonly OriginJob[];
}

/** Why a job ran, or took an earlier result. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function why(log: IndexedLog, row: JobRow): Promise<Why> {
  const job = await readJob(log, row);
  if (job.reused !== undefined) return whyReused(log, job.reused);
  const args = argsOf(log, job);
  return whyRun(log, {
    task: row.task,
    taskHash: row.taskHash,
    args,
    argsHash: argsHashOf(log, job, args),
    time: row.time,
    place: row.place,
    definition: await readTask(log, row.taskHash),
    missed: isProgram(job) ? missedFile(job) : job.missed,
    programReason: (earlier) => programReason(log, row, job, earlier),
    from: (name) => (job.from.get(name) ?? []).flatMap((id) => log.index.jobWithId(id) ?? []),
  });
}

/** Whose result a job took. */
export function whyReused(log: IndexedLog, id: string): Why & { kind: "reused" } {
  return { kind: "reused", id, source: toldJob(log, id) };
}

/** All else that makes a program run has reasons of its own. */
function missedFile({ missed }: Job): MissedResult | undefined {
  return missed?.reason === "files" ? missed : undefined;
}

/** Why a call runs that takes no earlier result. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function whyRun(log: IndexedLog, call: RunningCall): Promise<Why> {
  const { missed, args, from } = call;
  if (missed && missed.job === undefined) return { kind: "unasked", reason: missed.reason };
  const equal = missed?.job === undefined ? null : toldJob(log, missed.job);
  if (missed && equal)
    return { kind: "again", earlier: equal, because: { kind: "missed", missed } };
  const nearest = await nearestCall(log, call);
  if (!nearest) return { kind: "first" };
  const { row, record, isTaskChanged } = nearest;
  const earlier = { row, execution: log.index.execution(row.execution)! };
  if (!isTaskChanged && nearest.args.length === 0) {
    const reason = record.call === null ? null : call.programReason?.(record);
    return { kind: "again", earlier, because: reason ? { kind: reason } : becauseOf(nearest) };
  }
  const before = argsOf(log, record);
  return {
    kind: "changed",
    earlier,
    task: isTaskChanged ? taskDifference(await readTask(log, row.taskHash), call.definition) : null,
    args: nearest.args.map((name) => ({
      name,
      before: before.get(name),
      after: args.get(name),
      from: from(name),
    })),
  };
}

function becauseOf({ record: { status, call } }: NearestCall): Because {
  if (status === "FAILED") return { kind: "failed" };
  return { kind: call === null ? "unfinished" : "unknown" };
}

function toldJob({ index }: IndexedLog, id: string): ToldJob | null {
  const row = index.jobWithId(id);
  return row ? { row, execution: index.execution(row.execution)! } : null;
}

function argsHashOf(
  { log }: IndexedLog,
  job: Job,
  args: ReadonlyMap<string, RecordedValue>,
): string {
  const ids = new Map([...args].map(([name, { id }]) => [name, id]));
  const isList = !(job.args instanceof Map);
  return argsId(isList ? [...ids.values()] : ids, log.backend.repository.objectFormat);
}
