import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { tagPairs } from "../tag/set.ts";
import { recordedPath } from "../value/file-path.ts";
import { contentId } from "../value/oid.ts";
import type { RunHandle } from "./context.ts";
import type { Executor, ExecutorCall } from "./executor.ts";
import { expressionOf } from "./expression.ts";
import type { LiveJob } from "./live-job.ts";
import { hasTwins } from "./registry.ts";
import { type Answer, readAnswer, readWish, writeCall, writeReply } from "./shipped-texts.ts";
import { Shipping } from "./shipping.ts";
import type { TaskDefinition } from "./task-definition.ts";
import { argumentName, resultName } from "./value-names.ts";

/** A job whose function is called elsewhere. */
export interface RemoteCall {
  readonly executor: Executor;
  readonly options: Readonly<Record<string, unknown>>;
  readonly job: LiveJob;
  readonly run: RunHandle;
  readonly format: ObjectFormat;
  /** The script of the run, if it has one: else the file that a task is made in is loaded. */
  readonly script: string | null;
  /** The id of the arguments; null where it is not known. */
  readonly argsHash: string | null;
  /** Aborted when the job has taken too long. */
  readonly signal: AbortSignal | undefined;
  /** Whether what an earlier process had submitted may be taken, */
  readonly resumes: boolean;
  /** unless it is tried again. */
  readonly isFirst: boolean;
  /** Is told the arguments with the defaults that were computed. */
  readonly bound: (args: readonly unknown[]) => void;
  readonly heartbeat: (state: string | undefined) => void;
}

/**
 * Has a job's function called by an executor. Gives what it returned, lazy values included, which are not to
 * be awaited.
 * @throws what it threw; RedunError NOT_SHIPPABLE, EXECUTOR_FAILED, WORKER_FAILED
 */
export async function callRemotely(remote: RemoteCall): Promise<{ readonly value: unknown }> {
  const { executor, job, run } = remote;
  const shipping = new Shipping(remote.format, run.root);
  const call = executorCall(remote, shipping);
  let answer: Answer;
  try {
    answer =
      (await earlierAnswer(remote, call)) ??
      readAnswer(asText(remote, await executor.submit(call)), shipping, () => resultName(job));
  } catch (error) {
    // It was ended with its run, and not by itself.
    if (run.signal.aborted) return new Promise(() => {});
    throw error;
  }
  // It has failed by now, and is recorded so.
  if (remote.signal?.aborted) throw remote.signal.reason;
  if (answer.bound) remote.bound(answer.bound);
  for (const { value, applied } of answer.tagged) run.tag(value, job, applied);
  if (answer.jobTags.length > 0) run.tagJob(job, answer.jobTags);
  if ("error" in answer.outcome) throw answer.outcome.error;
  return answer.outcome;
}

/** What came of the same call, as an earlier process had submitted it: no failure, and files as they still are. */
async function earlierAnswer(remote: RemoteCall, call: ExecutorCall): Promise<Answer | null> {
  if (!remote.resumes || !remote.isFirst || !remote.executor.resume) return null;
  const text = await remote.executor.resume(call);
  if (text === null || text === undefined) return null;
  const shipping = new Shipping(remote.format, remote.run.root);
  const answer = readAnswer(asText(remote, text), shipping, () => resultName(remote.job));
  const isValid = "value" in answer.outcome && shipping.readFiles.every((one) => one.isUnchanged());
  return isValid ? answer : null;
}

function asText(remote: RemoteCall, given: unknown): string {
  if (typeof given === "string") return given;
  throw noAnswer(remote, given);
}

/** @throws RedunError NOT_SHIPPABLE */
function executorCall(remote: RemoteCall, shipping: Shipping): ExecutorCall {
  const { job, run, format, options, signal, heartbeat } = remote;
  const { task } = job;
  if (hasTwins(task, format)) throw severalFunctions(task);
  const file = remote.script ?? task.source.file;
  const sent = {
    task: task.fullName,
    taskHash: task.codeHash(format),
    format,
    script: file === null ? null : recordedPath(file, run.root),
    execution: run.execution,
    job: job.id,
    index: job.index,
    args: job.args,
  };
  const text = writeCall(sent, shipping, (at) => argumentName(task, at));
  return {
    key: contentId({ task: task.id(format), args: remote.argsHash ?? text }, format),
    text,
    task: task.fullName,
    job: job.id,
    execution: run.execution,
    options,
    isPrivate: task.hashOnly.isAny,
    signal: signal ? AbortSignal.any([run.signal, signal]) : run.signal,
    tag: (tags) => run.tagJob(job, tagPairs(tags)),
    heartbeat,
    awaited: (text) => computed(text, remote, shipping),
  };
}

/** What a task asks for; whatever goes wrong is the task's to hear. */
async function computed(
  text: string,
  { run, job }: RemoteCall,
  shipping: Shipping,
): Promise<string> {
  try {
    const expression = expressionOf(readWish(text, shipping));
    if (!expression) throw new TypeError("A worker asked for what is no lazy value.");
    return writeReply({ value: await run.awaited(expression, job) }, shipping);
  } catch (error) {
    return writeReply({ error }, shipping);
  }
}

function severalFunctions({ fullName }: TaskDefinition): RedunError {
  return new RedunError(
    "NOT_SHIPPABLE",
    `Several functions are the task ${fullName}, by its name and source: which one is meant, a worker cannot know.`,
    "Give each a name of its own, and what it closes over as an argument.",
  );
}

function noAnswer({ job }: RemoteCall, given: unknown): RedunError {
  return new RedunError(
    "EXECUTOR_FAILED",
    `The executor answered ${given === null ? "null" : typeof given} in place of a text to job ${job.id.slice(0, 8)} ${job.task.fullName}.`,
    "`submit` returns what `redun-git oneshot` wrote.",
  );
}
