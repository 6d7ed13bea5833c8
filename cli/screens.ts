/** The command line of `console`: nothing else is loaded before its first screen. */
import { withCode } from "./command.ts";
import * as console from "./commands/console.ts";
import { CONSOLE } from "./declarations/console.ts";
import { mainOf } from "./execute.ts";

export { processIo } from "./process-io.ts";
export { Workspace } from "./workspace.ts";
export const main = mainOf([withCode(CONSOLE, async () => console)]);

export const { command } = console;
