import type { CommandFunction } from "../command.ts";
import type { STEP } from "../declarations/exec.ts";
import { exec } from "./exec.ts";

export const command: CommandFunction<typeof STEP> = ([name, ...words], options) =>
  exec(words, { ...options, name });
