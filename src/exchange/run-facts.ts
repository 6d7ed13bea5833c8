/** What the writers of standards say of a run, each in its own words. */

import { foreignFiles, withForeign } from "../record/foreign-values.ts";
import type { ExecutionStatus, Job } from "../record/records.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";
import { preview, previewArgs } from "../value/preview.ts";
import { Float } from "../value/value.ts";
import type { GraphRun } from "./graph.ts";

/** A file that a job took or gave: its path, and the hash of its content where that is recorded. */
export interface GraphFile {
  readonly path: string;
  readonly hash: string | null;
  /** As our own records have it; absent of another system's. */
  readonly file?: File;
}

/** The files that a job took, or gave, each once. */
export function filesOf(job: Job, side: "taken" | "given"): readonly GraphFile[] {
  const files = new Map<string, GraphFile>();
  const add = (file: GraphFile) => files.set(`${file.path}\0${file.hash}`, file);
  const values = side === "taken" ? [...job.args.values()] : "result" in job ? [job.result] : [];
  const apart = side === "taken" ? job.files?.args : job.files?.result;
  for (const value of [...values, ...(apart ?? [])]) {
    for (const file of filesIn(value)) add({ path: file.path, hash: file.hash, file });
  }
  if (job.imported) {
    for (const { id, path, isResult } of foreignFiles(job)) {
      if (isResult === (side === "given")) add({ path, hash: id });
    }
  }
  return [...files.values()];
}

/** A job as a call: `train(rate=0.1)`. */
export function callText(job: Job, max = 100): string {
  const text = `${job.task}(${previewArgs(withForeign(job), max)})`;
  return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
}

export function statusOf({ outcome }: GraphRun): ExecutionStatus {
  return outcome?.status ?? "RUNNING";
}

/** Characters of a value that is no text, number or boolean. */
const LINE = 1_000;

/**
 * A value in simple JSON, for readers who know doubles alone: 1.0 is 1, a larger integer than theirs is a text,
 * and what is no text, number or boolean is the line that pages show.
 */
export function simpleJson(value: unknown): string | number | boolean {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "boolean") return value;
  if (value instanceof Float) return simpleJson(value.value);
  if (typeof value !== "number" || !Number.isFinite(value)) return preview(value, LINE);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(BigInt(value)) : value;
}
