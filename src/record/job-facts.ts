import type { TagPair } from "../tag/tag.ts";
import type { File } from "../value/file.ts";
import { filesIn } from "../value/files-in.ts";
import type { HashName } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";
import { previewArgs } from "../value/preview.ts";
import { isRedacted } from "../value/redacted.ts";
import { StoredValue, withoutStack } from "../value/value.ts";
import { argsId } from "./encode.ts";
import { foreignFiles, withForeign } from "./foreign-values.ts";
import type { Job, JobStatus } from "./records.ts";

/** A file that a job took or gave, as a value. */
export interface FileFact {
  readonly id: string;
  readonly path: string;
  readonly isResult: boolean;
}

/** Ids that follow from a job's record, for those who know them already. */
export interface JobIds {
  /** Of its arguments, in their order. */
  readonly args: readonly string[];
  /** Of all of them: its call's `args_hash`. */
  readonly argsHash: string;
  /** Of its result, or of its error without where that was thrown. */
  readonly outcome: string;
}

/** What an index keeps of a job's record, all ids computed. Times are milliseconds since 1970. */
export interface JobFacts {
  readonly id: string;
  readonly index: number;
  readonly parent: string | null;
  readonly task: string;
  readonly taskHash: string;
  readonly status: JobStatus;
  readonly started: number;
  readonly duration: number | null;
  /** A line that shows the arguments. */
  readonly args: string;
  /** Its call node; null where it has not ended. */
  readonly call: string | null;
  /** Null where it has not ended. */
  readonly ids: JobIds | null;
  /** A later call may take its outcome, and no earlier job has the same. */
  readonly isForReuse: boolean;
  readonly files: readonly FileFact[];
  readonly tags: readonly TagPair[];
}

/** The facts of a job's record; `ids` for one that has ended. */
export function jobFacts(job: Job, ids: JobIds | null, format: HashName): JobFacts {
  const started = Date.parse(job.started);
  const hasEnded = ids !== null;
  return {
    id: job.id,
    index: job.index,
    parent: job.parent,
    task: job.task,
    taskHash: job.taskHash,
    status: job.status,
    started,
    duration: job.ended === null ? null : Date.parse(job.ended) - started,
    args: previewArgs(withForeign(job)),
    call: job.call,
    ids,
    isForReuse: hasEnded && job.status !== "FAILED" && !isCopy(job) && !isCut(job),
    files: hasEnded ? filesOf(job, format) : NO_FILES,
    tags: job.tags,
  };
}

/** Whether whoever may take its outcome can take it from where it has it from. */
function isCopy({ reused, returned, tasksBelow }: Job): boolean {
  return reused !== undefined && returned === undefined && tasksBelow === undefined;
}

/** Whether something was taken out of it: then its call does not follow from its record. */
export function isCut({ args, result, error, returned }: Job): boolean {
  for (const value of args.values()) if (isRedacted(value)) return true;
  return isRedacted(result) || isRedacted(error) || isRedacted(returned);
}

/** The ids of a job that has ended; `idOf` a value that stands in its record. */
export function jobIds(job: Job, format: HashName, idOf: (value: unknown) => string): JobIds {
  const valueId = (value: unknown) => (value instanceof StoredValue ? value.id : idOf(value));
  const args = [...job.args.values()].map(valueId);
  const outcome = job.status === "FAILED" ? withoutStack(job.error) : job.result;
  return { args, argsHash: argsHashOf(job, args, format), outcome: valueId(outcome) };
}

function argsHashOf({ args }: Job, ids: readonly string[], format: HashName): string {
  if (!(args instanceof Map)) return argsId(ids, format);
  return argsId(new Map([...args.keys()].map((name, at) => [name, ids[at]!])), format);
}

const NO_FILES: readonly FileFact[] = [];

/** A file is found by its path too, even within another value. */
function filesOf(job: Job, format: HashName): readonly FileFact[] {
  if (job.imported) return foreignFiles(job);
  const { args, result, files } = job;
  const taken = filesInAll(args.values(), files?.args);
  const given = filesInAll([result], files?.result);
  if (taken.length + given.length === 0) return NO_FILES;
  const fact = (isResult: boolean) => (file: File) => {
    return { id: contentId(file, format), path: file.path, isResult };
  };
  return [...taken.map(fact(false)), ...given.map(fact(true))];
}

function filesInAll(values: Iterable<unknown>, more: readonly unknown[] = []): readonly File[] {
  const files: File[] = [];
  for (const value of [...values, ...more]) {
    // Most values are texts and numbers.
    if (typeof value === "object" && value !== null) files.push(...filesIn(value));
  }
  return files;
}
