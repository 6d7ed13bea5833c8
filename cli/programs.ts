/** The command line of `exec` and `step`, which people put before any program: nothing else is loaded. */
import { withCode } from "./command.ts";
import * as exec from "./commands/exec.ts";
import * as step from "./commands/step.ts";
import { EXEC, STEP } from "./declarations/exec.ts";
import { mainOf } from "./execute.ts";

export { processIo } from "./process-io.ts";
export const main = mainOf([withCode(EXEC, async () => exec), withCode(STEP, async () => step)]);

export const { command } = exec;
export const stepCommand = step.command;
