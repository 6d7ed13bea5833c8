import { callTask } from "../engine/call-task.ts";
import { inJob, type JobContext } from "../engine/context.ts";
import { expressionOf } from "../engine/expression.ts";
import { worker } from "../engine/in-worker.ts";
import { isThenable, pendingParts, withResults } from "../engine/pending-parts.ts";
import { taskNamed } from "../engine/registry.ts";
import { type Answer, readCall, type SentCall, writeAnswer } from "../engine/shipped-texts.ts";
import { Shipping } from "../engine/shipping.ts";
import type { TaskDefinition } from "../engine/task-definition.ts";
import { argumentName, resultName } from "../engine/value-names.ts";
import { RedunError } from "../errors.ts";
import { loadWorkflow } from "../script/load.ts";
import { type Ask, WorkerRun } from "./worker-run.ts";

export interface WorkerMeans {
  /** The top of the work tree, from which the call names files. */
  readonly root: string;
  /** Where the script is loaded from, if that is a copy of the checkout. */
  readonly code?: string;
  /** What `import "redun-git"` means in the script. */
  readonly libraryUrl: string;
  /** Asks for what the task awaits; null where nobody can be asked. */
  readonly ask: Ask | null;
  readonly signal: AbortSignal;
}

/**
 * Runs a call that was sent, and returns the answer to it: whatever goes wrong is the answer too.
 * @throws RedunError EXECUTOR_FAILED for a text that is not a call
 */
export async function runCall(text: string, means: WorkerMeans): Promise<string> {
  const sent = readCall(text);
  const shipping = new Shipping(sent.format, means.root);
  const run = new WorkerRun(sent, means.root, shipping, means.ask, means.signal);
  let bound: readonly unknown[] | null = null;
  const answer = (outcome: Answer["outcome"]) => {
    const { tagged, jobTags } = run;
    const name = () => resultName({ id: sent.job, task });
    return writeAnswer({ outcome, bound, tagged, jobTags }, shipping, name);
  };
  let task!: TaskDefinition;
  try {
    task = await loadedTask(sent, means);
    const args = sent.shippedArgs.map((shipped, at) =>
      shipping.read({ shipped }, () => argumentName(task, at)),
    );
    const job = { id: sent.job, index: sent.index };
    const context: JobContext = { run, job, signal: means.signal };
    const value = await inJob(context, async () =>
      // In a list, because a lazy value is not to be awaited.
      withoutPromises([
        callTask({ task, args }, (args) => {
          bound = args;
        }),
      ]),
    );
    return answer({ value: value[0] });
  } catch (error) {
    return answer({ error: asFromCheckout(error, means) });
  }
}

/** A value with what the promises in it give: they are this process's own. */
async function withoutPromises<T>(value: T): Promise<T> {
  let whole: unknown = value;
  for (;;) {
    const promises = pendingParts(whole, () => "The result").filter((part) => !expressionOf(part));
    if (promises.length === 0) return whole as T;
    const given = new Map<object, unknown>();
    for (const [at, result] of (await Promise.all(promises.map(kept))).entries()) {
      given.set(promises[at]!, result[0]);
    }
    whole = withResults(whole, (part) => (given.has(part) ? given.get(part) : part));
  }
}

/** What a promise gives, which may be a lazy value. */
async function kept(promise: object): Promise<[unknown]> {
  return isThenable(promise) ? [await promise] : [promise];
}

/** The stack of an error shows the files of the checkout, not those of a copy that may be gone by then. */
function asFromCheckout(error: unknown, { root, code = root }: WorkerMeans): unknown {
  for (let at = error; code !== root && at instanceof Error; at = at.cause) {
    const stack = at.stack?.replaceAll(`${code}/`, `${root}/`);
    Object.defineProperty(at, "stack", { value: stack, configurable: true, writable: true });
  }
  return error;
}

/** Scripts that this process has loaded, or is loading. */
const scripts = new Map<string, Promise<void>>();

/** @throws RedunError SCRIPT_FAILED_TO_LOAD, WORKER_FAILED */
async function loadedTask(sent: SentName, { root, code = root, libraryUrl }: WorkerMeans) {
  const { script, task: name, taskHash, format } = sent;
  if (script !== null) {
    let loading = scripts.get(script);
    if (!loading) {
      const begun = new Promise<void>((done) => {
        worker.onRun = done;
      });
      const loaded = loadWorkflow(script, { cwd: code, libraryUrl }).then(() => {});
      loading = Promise.race([loaded, begun]);
      scripts.set(script, loading);
    }
    await loading;
  }
  const task = taskNamed(name);
  if (!task) {
    throw new RedunError(
      "WORKER_FAILED",
      `${script} makes no task ${name} when it is loaded, and that is all that a worker knows of it.`,
      'Make the task at the top of the script, or run it in the process of the run: `executor: "local"`.',
    );
  }
  if (task.codeHash(format) !== taskHash) {
    throw new RedunError(
      "WORKER_FAILED",
      `The task ${name} has another source in the worker than in the run.`,
      "Its file was changed since the run began, or the worker has another checkout: run it again.",
    );
  }
  return task;
}

type SentName = Pick<SentCall, "script" | "task" | "taskHash" | "format">;
