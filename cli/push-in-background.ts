import { RedunError } from "../src/errors.ts";
import { loadConfig } from "../src/git/files/config.ts";
import { findRepository } from "../src/git/files/repository.ts";
import { chosenRef, type LogChoice } from "../src/log/ref.ts";
import { startAutoPush } from "../src/share/auto-push.ts";

/** The process as it was when its command began: a workflow may change its own. */
export interface ProcessStart {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly argv: readonly string[];
}

/** Starts the push that `redun.autoPush` asks for after a run. */
export function pushInBackground(choice: LogChoice, start: ProcessStart): void {
  try {
    const config = loadConfig(findRepository(start.cwd, start.env), start.env);
    startAutoPush(config, start.argv[1]!, chosenRef(choice, config), start);
  } catch (error) {
    // The run ended as it did, even if it did away with its own repository.
    if (!(error instanceof RedunError)) throw error;
  }
}
