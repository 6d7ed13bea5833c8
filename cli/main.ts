import { COMMANDS } from "./commands.ts";
import { mainOf } from "./execute.ts";

export { processIo } from "./process-io.ts";

/** The whole command line. */
export const main = mainOf(COMMANDS);
