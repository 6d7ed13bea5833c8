import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../backend.ts";
import { gitEnvironment } from "./environment.ts";

/**
 * git packs loose objects once it guesses that there are 6,700 of them, by those in one of the 256
 * folders. We ask git only when that guess may be near.
 */
const SAMPLE_FOLDER = "17";
const WORTH_ASKING = 6700 / 256;

/**
 * Starts `git maintenance run --auto` in the background when there may be something to do. It may take as long
 * as it wants: nobody waits for it.
 */
export function maintain(repository: Repository): void {
  if (countFiles(join(repository.commonDir, "objects", SAMPLE_FOLDER)) < WORTH_ASKING) return;
  const child = spawn("git", ["maintenance", "run", "--auto", "--quiet"], {
    ...gitEnvironment(repository),
    stdio: "ignore",
    detached: true,
  });
  child.on("error", () => {});
  child.unref();
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
