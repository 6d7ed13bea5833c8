import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { Scratch } from "../log/scratch.ts";
import { whyNotEarlier } from "./earlier.ts";
import {
  type ExecListener,
  type ExecRequest,
  inputsOf,
  programTaskName,
  runToEnd,
} from "./exec.ts";
import { standardInput, unknownInput } from "./standard-input.ts";
import { type Above, StepLine } from "./step-line.ts";

/**
 * Runs a program as a job of the run above.
 * @param given tags of the job from the command line, each as `key=value`
 * @returns false where that run is over, or cannot take it: nothing was done, and the listener was told
 * @throws RedunError USAGE for an input that is not there
 */
export async function executeStep(
  request: ExecRequest,
  run: Above,
  listener: ExecListener,
  given: readonly string[] = [],
): Promise<boolean> {
  const { words, isCached, outputs } = request;
  const inputs = inputsOf(request) ?? [];
  const stdin = unknownInput(standardInput(), inputs);
  const { env } = request;
  const why = isCached ? whyNotEarlier({ words, env }, stdin) : null;
  if (why !== null) listener.problem(why);
  const begin = {
    name: programTaskName(request),
    words,
    directory: request.cwd,
    env,
    inputs,
    stdin,
    tags: given,
    ...(isCached && why === null && { cached: { outputs } }),
  };
  const line = await StepLine.begin(run, begin, listener.problem);
  if (line.standIn) listener.skipped(line.standIn);
  if (line.job === null) return line.standIn !== null;
  const tags = line.tag.bind(line);
  // Within that of the run, so that whoever removes that removes this.
  const scratch = Scratch.make(null, "", [dirname(run.socket), tmpdir(), "/tmp"]);
  const as = { ...run, job: line.job, folder: scratch.folder, outputs: null };
  // It cannot be told which of several concurrent programs changed a file.
  const end = await runToEnd(request, as, { ...listener, tags }, null).finally(() =>
    scratch.remove(),
  );
  listener.ended(end);
  await line.end(end, listener.problem);
  return true;
}
