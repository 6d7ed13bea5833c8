import { AsyncLocalStorage } from "node:async_hooks";
import type { TagPair } from "../tag/tag.ts";
import type { Expression, TagsToApply } from "./expression.ts";

/** The run and job that the current code is part of, through every await. */
export interface JobContext {
  readonly run: RunHandle;
  /** null between the execution and its root job. */
  readonly job: JobHandle | null;
  /** Aborted when the job has taken too long. */
  readonly signal?: AbortSignal | undefined;
}

/** What a task's code can reach of its run: computing lazy values, and tags. */
export interface RunHandle {
  /** Id of its execution. */
  readonly execution: string;
  /** The top of the work tree. */
  readonly root: string | null;
  /** The git directory that its temporary files are noted in. */
  readonly commonDir: string | null;
  /** Aborted when the run is over before its work is. */
  readonly signal: AbortSignal;
  /** Computes what a job's code awaits. */
  awaited(expression: Expression, job: JobHandle | null): Promise<unknown>;
  /** Tags a value, the job that tags it, if there is one, and the execution. */
  tag(value: unknown, job: JobHandle | null, applied: TagsToApply): void;
  /** Tags one job with what is true of it alone, and not of those that take its result. */
  tagJob(job: JobHandle, tags: readonly TagPair[]): void;
}

export interface JobHandle {
  readonly id: string;
  readonly index: number;
}

const storage = new AsyncLocalStorage<JobContext>();

/** The job that the caller runs in; undefined outside of a run. */
export function currentJob(): JobContext | undefined {
  return storage.getStore();
}

/** Runs `body` as (part of) a job. */
export function inJob<T>(context: JobContext, body: () => T): T {
  return storage.run(context, body);
}
