import type { Execution } from "../record/records.ts";
import { Explainer } from "./explainer.ts";
import { Run } from "./run.ts";
import { noteRun } from "./run-count.ts";
import { computeWatched, watchRun } from "./run-end.ts";
import type { RunRequest } from "./run-request.ts";
import { UnrecordedJobs } from "./unrecorded-jobs.ts";

/** What a run that leaves no trace is made of. */
export interface UnrecordedRun extends RunRequest {
  /** Its facts: no log has it. */
  readonly execution: Execution;
}

/** Computes a value, and writes nothing down: no journal, no commit, no index. */
export async function runUnrecorded(options: UnrecordedRun): Promise<unknown> {
  const { indexed, execution, expression, signal, listener, settings, cache, explain } = options;
  const { objectFormat } = indexed.log.backend.repository;
  const jobs = new UnrecordedJobs(indexed, cache.onNotice);
  const reuse = jobs.resultCache(cache, (files) => run.hashAhead(files));
  noteRun();
  const explainer = explain ? Explainer.of(indexed, execution, listener) : null;
  const listeners = [jobs, ...(explainer ? [explainer] : []), listener];
  const run: Run = new Run(execution.id, objectFormat, listeners, settings, reuse);
  const watch = watchRun(run, signal, (end) => {
    listener.runEnded?.(execution, run, end.status, end);
    if (end.exitedIn && !process.exitCode) process.exitCode = 1;
  });
  listener.runStarted?.(execution, run);
  return computeWatched(run, watch, expression, async (status) => {
    await explainer?.done();
    watch.close();
    await run.close();
    listener.runEnded?.(execution, run, status, watch.end);
  });
}
