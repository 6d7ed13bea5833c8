import type { TaskDefinition } from "../engine/task-definition.ts";
import { RedunError } from "../errors.ts";
import type { ExecutionRow, JobRow } from "../index/rows.ts";
import { findEntity } from "../provenance/find.ts";
import { wrongType } from "../provenance/find-execution.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { argsOf, readExecution, readJob, wholeValue } from "../provenance/read.ts";
import { plain } from "../value/plain.ts";
import { StoredValue, Tagged } from "../value/value.ts";

/** A call as it was recorded: what it takes to make it again. */
export interface RecordedCall {
  /** What was asked for: an execution, or one of its jobs. */
  readonly id: string;
  /** The command line of its execution, after `redun-git`. */
  readonly argv: readonly string[];
  readonly task: string;
  /** By the names of parameters, or by their places, `0`, `1`, ..., where those had no names. */
  readonly args: ReadonlyMap<string, unknown>;
  /** Ids of the tasks that ran, by their full names: of a job its own. */
  readonly tasks: ReadonlyMap<string, string>;
  /** What makes a command mean the log that it is in. */
  readonly logWords: string;
}

/**
 * The call of a job, or of an execution's root job, with its arguments as the task gets them.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID, WRONG_TYPE; NOT_RERUNNABLE for what is not a call, and for arguments that
 *   are not in the log; OBJECT_MISSING, BAD_RECORD
 */
export async function recordedCall(log: IndexedLog, word: string): Promise<RecordedCall> {
  const found = await findEntity(log, word);
  if (found.type !== "Execution" && found.type !== "Job") {
    throw wrongType(
      found,
      "an Execution or Job",
      `\`redun-git log${log.words}\` lists executions.`,
    );
  }
  const execution =
    found.type === "Execution" ? found.row : log.index.execution(found.row.execution)!;
  const job = found.type === "Job" ? found.row : rootJob(log, execution);
  const record = await readJob(log, job);
  const args = new Map<string, unknown>();
  for (const [name, value] of argsOf(log, record)) {
    const whole = await wholeValue(log, value);
    if (!whole || isIncomplete(whole.value)) {
      throw new RedunError(
        "NOT_RERUNNABLE",
        `Argument ${name} of ${record.task} is not in the log as a value: ${whole ? "it was none that can be written down" : "only its hash was recorded"}.`,
        "Run the task by its name, with that argument.",
      );
    }
    args.set(name, plain(whole.value));
  }
  const tasks =
    found.type === "Job"
      ? [[record.task, record.taskHash] as const]
      : log.index.jobTallies(execution.seq).map((tally) => [tally.task, tally.taskHash] as const);
  const { argv } = await readExecution(log, execution);
  return {
    id: found.id,
    argv,
    task: record.task,
    args,
    tasks: new Map(tasks),
    logWords: log.words,
  };
}

function rootJob(log: IndexedLog, { seq, id }: ExecutionRow): JobRow {
  const roots = log.index.rootJobsOf(seq, 2);
  if (roots.length === 1) return roots[0]!;
  throw new RedunError(
    "NOT_RERUNNABLE",
    `Execution ${id.slice(0, 8)} has ${roots.length === 0 ? "no job" : "several jobs that no other called"}.`,
    `Name a job: \`redun-git log ${id.slice(0, 8)}${log.words}\` lists them.`,
  );
}

/** Whether something of a value was not recorded, or is unknown here. */
function isIncomplete(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof StoredValue) return true;
  if (value instanceof Tagged) return value.tag !== "undefined";
  if (Array.isArray(value) || value instanceof Set) return [...value].some(isIncomplete);
  if (value instanceof Map) return [...value].flat().some(isIncomplete);
  return Object.values(value).some(isIncomplete);
}

/**
 * The recorded arguments in the places that the task's parameters have now.
 * @throws RedunError NOT_RERUNNABLE for one that the task no longer takes
 */
export function argumentsOf(
  { source: { parameters }, fullName }: TaskDefinition,
  { args, logWords }: RecordedCall,
): unknown[] {
  const names = [...args.keys()];
  if (names.every((name, at) => name === String(at))) return [...args.values()];
  const gone = names.filter((name) => parameters.every((parameter) => parameter.name !== name));
  if (gone.length > 0) {
    throw new RedunError(
      "NOT_RERUNNABLE",
      `${fullName} was called with ${gone.join(", ")}, which it no longer takes.`,
      `\`redun-git rerun${logWords}\` runs the code of then.`,
    );
  }
  const values = parameters.flatMap(({ name, rest }) =>
    rest ? ((args.get(name) as unknown[]) ?? []) : [args.get(name)],
  );
  // What was not given then, is not now: the task's own defaults apply.
  const last = parameters.findLastIndex(({ name }) => args.has(name));
  return parameters[last]?.rest ? values : values.slice(0, last + 1);
}

/** The tasks that ran then and are not as they were, by their full names. */
export function changedTasks(
  { tasks }: RecordedCall,
  idNow: (task: string) => string | undefined,
): string[] {
  return [...tasks].filter(([task, id]) => idNow(task) !== id).map(([task]) => task);
}
