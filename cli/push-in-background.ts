import { RedunError } from "../src/errors.ts";
import { loadConfig } from "../src/git/files/config.ts";
import { findRepository } from "../src/git/files/repository.ts";
import { chosenRef, type LogChoice } from "../src/log/ref.ts";
import { startAutoPush } from "../src/share/auto-push.ts";
import type { Io } from "./io.ts";

/** Starts the push that `redun.autoPush` asks for after a run. */
export function pushInBackground(choice: LogChoice, io: Io): void {
  try {
    const config = loadConfig(findRepository(io.cwd, io.env), io.env);
    startAutoPush(config, io.program, chosenRef(choice, config), io);
  } catch (error) {
    // The run ended as it did, even if it did away with its own repository.
    if (!(error instanceof RedunError)) throw error;
  }
}
