import { existsSync } from "node:fs";
import { join } from "node:path";
import { callOf } from "../../src/engine/task.ts";
import type { TaskDefinition } from "../../src/engine/task-definition.ts";
import { RedunError } from "../../src/errors.ts";
import {
  argumentsOf,
  changedTasks,
  type RecordedCall,
  recordedCall,
} from "../../src/rerun/recorded-call.ts";
import { nearPath } from "../../src/script/near-path.ts";
import { didYouMean } from "../../src/suggest.ts";
import { markWords, unmark } from "../argv.ts";
import { RUN } from "../declarations/run.ts";
import { withLog } from "../with-log.ts";
import type { Workspace } from "../workspace.ts";

/** A recorded call, and the script that has its task. */
export interface CallAgain extends RecordedCall {
  readonly script: string;
  /** The command line that makes it again, wherever and whenever it is typed. */
  readonly argv: readonly string[];
}

/**
 * What `run --rerun` runs.
 * @param script where the task is now, if it is not where it was
 * @throws RedunError as `recordedCall`; NOT_RERUNNABLE for what no `run` recorded
 */
export async function callAgain(
  workspace: Workspace,
  id: string,
  script: string | undefined,
): Promise<CallAgain> {
  const call = await withLog(workspace, (log) => recordedCall(log, id));
  // The run has a log of its own, and goes on for long.
  await workspace.close();
  const { argv } = workspace;
  const own = argv.map((word) =>
    word === id ? call.id : word === `--rerun=${id}` ? `--rerun=${call.id}` : word,
  );
  if (script !== undefined) return { ...call, script, argv: own };
  const found = scriptOf(workspace, call);
  return { ...call, script: found, argv: [...own, found] };
}

/** The script of a recorded `run`, as it is named from here. */
function scriptOf({ repository, io }: Workspace, { id, argv, logWords }: RecordedCall): string {
  const at = argv.indexOf(RUN.name);
  const marked = at < 0 ? null : markWords(RUN, argv.toSpliced(at, 1));
  const script = marked?.slice(1).find((word) => word.startsWith("="));
  if (script === undefined) {
    throw new RedunError(
      "NOT_RERUNNABLE",
      `${id.slice(0, 8)} was not recorded by \`run\`: no script is known that has its task.`,
      `Name the script after it. \`redun-git rerun${logWords}\` runs a program again.`,
    );
  }
  const place = join(repository.workTree ?? ".", unmark(script));
  if (existsSync(place)) return nearPath(place, io.cwd);
  throw new RedunError(
    "NOT_RERUNNABLE",
    `Its script, ${unmark(script)}, is gone.`,
    "After it, name the script that has the task now.",
  );
}

/**
 * The call as a lazy value, by the tasks that the script has made, and the notices about it.
 * @throws RedunError UNKNOWN_TASK, NOT_RERUNNABLE
 */
export function madeAgain(
  { repository: { objectFormat } }: Workspace,
  call: CallAgain,
  made: readonly TaskDefinition[],
): { readonly expression: unknown; readonly notices: readonly string[] } {
  const tasks = new Map(made.filter((one) => one.hasName).map((one) => [one.fullName, one]));
  const definition = tasks.get(call.task);
  if (!definition) {
    throw new RedunError(
      "UNKNOWN_TASK",
      `${call.script} no longer has a task ${call.task}.${didYouMean(call.task, tasks.keys())}`,
      `\`redun-git rerun${call.logWords}\` runs the code of then.`,
      { data: { tasks: [...tasks.keys()] } },
    );
  }
  const changed = changedTasks(call, (task) => tasks.get(task)?.id(objectFormat));
  const notices =
    changed.length === 0
      ? []
      : [`the code is not that of ${call.id.slice(0, 8)}: ${changed.join(", ")} changed since`];
  return { expression: callOf(definition, argumentsOf(definition, call)), notices };
}
