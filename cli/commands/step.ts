import type { CommandFunction } from "../command.ts";
import type { STEP } from "../declarations/exec.ts";
import { exec } from "./exec.ts";

export const command: CommandFunction<typeof STEP> = (workspace, [name, ...words], options) =>
  exec(workspace, words, { ...options, name });
