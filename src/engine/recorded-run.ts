import { writeSync } from "node:fs";
import { join } from "node:path";
import { share } from "../git/files/sharing.ts";
import { Journal } from "../log/journal.ts";
import { PendingRun } from "../log/pending.ts";
import { notice as tellUser } from "../notice.ts";
import { executionYaml } from "../record/encode.ts";
import { executionPath } from "../record/layout.ts";
import type { Execution, Outcome } from "../record/records.ts";
import { saveHashes, useHashStore } from "../value/file-hashes.ts";
import { now } from "./clock.ts";
import { Explainer } from "./explainer.ts";
import { Recorder } from "./recorder.ts";
import { ResultCache } from "./result-cache.ts";
import { Run } from "./run.ts";
import { noteRun } from "./run-count.ts";
import { computeWatched, watchRun } from "./run-end.ts";
import type { RunRequest } from "./run-request.ts";
import type { Secrets } from "./secrets.ts";
import type { StartFacts } from "./start-facts.ts";
import { runTitle } from "./title.ts";
import { valueLimits } from "./value-limits.ts";

/** What a run that is recorded is made of. */
export interface RecordedRun extends RunRequest, StartFacts {
  /** How the code differs from its commit: the text that `code.patch` is the id of. */
  readonly patch: string | undefined;
  /** Notices about that. */
  readonly notice: string | undefined;
  /**
   * Writes down which modules have been loaded since the start, and are not the commit's; and tags that were not
   * known then.
   */
  readonly addLate: (recorder: Recorder) => Promise<void>;
  readonly secrets: Secrets;
  /** What is to be done while it runs. */
  readonly later: (() => Promise<unknown>) | null;
}

/** How often a run looks for what has come meanwhile, in milliseconds. */
const LOOK_EVERY = 1000;

/** Computes a value as an execution of a log: in its journal as it goes, in a commit at the end. */
export async function runRecorded(options: RecordedRun): Promise<unknown> {
  const { indexed, execution, moreTags, expression, signal, listener, settings, explain } = options;
  const { cache, patch, notice, addLate, secrets, later } = options;
  const { onNotice } = cache;
  const { log } = indexed;
  const { commonDir, objectFormat } = log.backend.repository;
  const { id, started } = execution;
  useHashStore(join(commonDir, "redun", "file-hashes"), share);
  const title = runTitle(execution);
  const record = executionYaml(execution);
  const head = { execution: id, started, title, ref: log.ref, record };
  const journal = Journal.create(commonDir, head);
  const pending = new PendingRun(id, started, objectFormat);
  const path = executionPath(id, started);
  pending.add({ file: { path, text: record } });
  const recorder = new Recorder({
    log,
    journal,
    pending,
    execution: id,
    title,
    onCommit: (appended, files) => indexed.committed(appended, files),
    onNotice,
    limits: valueLimits(indexed.config),
    secrets,
  });
  log.onWait = (error) => listener.recordDelayed?.(error);
  recorder.executionTagged(moreTags);
  if (patch !== undefined) recorder.keep(patch);
  if (notice !== undefined) onNotice(notice);
  const reuse = new ResultCache({
    ...cache,
    log: indexed,
    argsHash: (job) => recorder.argsHash(job),
    hasArgs: (job, args) => recorder.hasArgs(job, args),
    pendingValue: (value) => recorder.pendingValue(value),
    hashAhead: (files) => run.hashAhead(files),
    onNotice,
  });
  noteRun();
  const explainer = explain ? Explainer.of(indexed, execution, listener) : null;
  const run = new Run(
    id,
    objectFormat,
    [recorder, ...(explainer ? [explainer] : []), listener],
    settings,
    reuse,
  );
  const endOf = (status: Outcome["status"], reason?: string) =>
    [
      { status, ended: now().toISOString(), ...(reason !== undefined && { reason }) },
      [...run.running],
    ] as const;
  const watch = watchRun(run, signal, (end) => {
    recorder.writeEnd(...endOf(end.status, end.reason));
    if (listener.runEnded) listener.runEnded(execution, run, end.status, end);
    else if (end.exitedIn) writeSync(process.stderr.fd, `redun-git: ${end.reason}\n`);
    // The task that called exit did not know that this ends the run.
    if (end.exitedIn && !process.exitCode) process.exitCode = 1;
  });
  listener.runStarted?.(execution, run);
  // So that it is known too of a run that cannot end well.
  const looking = setInterval(() => void addLate(recorder), LOOK_EVERY).unref();

  // Its program has been started by then.
  const meanwhile = later && new Promise((begun) => setImmediate(begun)).then(later);
  meanwhile?.catch(() => {});
  return computeWatched(run, watch, expression, async (status) => {
    clearInterval(looking);
    await addLate(recorder);
    await explainer?.done();
    watch.close();
    saveHashes();
    await recorder.finish(...endOf(status, watch.end?.reason)).catch((error) => {
      if (listener.recordLeft) listener.recordLeft(execution, error, journal.folder, recorder.lost);
      else tellUser(recordLeftText(execution, error, journal.folder, recorder.lost));
    });
    await Promise.all([run.close(), meanwhile?.catch(() => {})]);
    listener.runEnded?.(execution, run, status, watch.end);
  });
}

function recordLeftText({ id }: Execution, error: Error, folder: string, lost: number): string {
  const where =
    lost === 0
      ? `It is safe in ${folder}`
      : `Its last ${lost} records found no room and are lost; the others are in ${folder}`;
  return `The record of execution ${id} could not be committed: ${error.message}\n${where}; the next redun-git command or run here commits it.`;
}
