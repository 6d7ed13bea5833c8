/** The command line of `run`: the process that starts another one for the workflow, and waits for that. */
import { withCode } from "./command.ts";
import { RUN } from "./declarations/run.ts";
import { mainOf } from "./execute.ts";
import * as supervise from "./run/supervise.ts";

export { processIo } from "./process-io.ts";
export const main = mainOf([withCode(RUN, async () => supervise)]);
