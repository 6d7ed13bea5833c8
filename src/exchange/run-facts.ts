/** What the writers of standards say of a run, each in its own words. */

import { foreignFiles, withForeign } from "../record/foreign-values.ts";
import type { ExecutionStatus, Job } from "../record/records.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";
import { previewArgs } from "../value/preview.ts";
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
