import {
  type ExecListener,
  type ExecRequest,
  inputsOf,
  nameOf,
  runToEnd,
  variables,
} from "./exec.ts";
import type { EndedProgram } from "./program-end.ts";
import { type Above, StepLine } from "./step-line.ts";

/**
 * Runs a program as a job of the run above.
 * @param given tags of the job from the command line, each as `key=value`
 * @returns null where that run is over, or cannot take it: nothing was done, and the listener was told
 * @throws RedunError USAGE for an input that is not there
 */
export async function executeStep(
  request: ExecRequest,
  run: Above,
  listener: ExecListener,
  given: readonly string[] = [],
): Promise<EndedProgram | null> {
  const begin = {
    name: nameOf(request),
    words: request.words,
    directory: request.cwd,
    env: variables(request.env),
    inputs: inputsOf(request) ?? [],
  };
  const line = await StepLine.begin(run, begin, listener.problem);
  if (line.job === null) return null;
  const as = { ...run, job: line.job };
  const tags = line.tag.bind(line);
  if (given.length > 0) tags({ job: given, execution: [] });
  // Which of the programs that run beside it changed a file, nobody can tell.
  const end = await runToEnd(request, as, { ...listener, tags }, null);
  listener.ended(end);
  await line.end(end, listener.problem);
  return end;
}
