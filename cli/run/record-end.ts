import { RedunError } from "../../src/errors.ts";
import { loadConfig } from "../../src/git/files/config.ts";
import { thisProcess } from "../../src/git/files/owner.ts";
import { findRepository } from "../../src/git/files/repository.ts";
import { deferredBackend } from "../../src/git/open.ts";
import { type JournaledRun, journaledRuns } from "../../src/log/journals.ts";
import { Log } from "../../src/log/log.ts";
import { recoverRun } from "../../src/log/recover.ts";
import { startAutoPush } from "../../src/share/auto-push.ts";
import { recoveredText } from "../text/recovery.ts";

/**
 * Commits what a worker that has ended left in its journal: its process was ended in the middle of
 * the run. What cannot be committed now, the next command commits.
 * @param reason what ended it, where its journal does not say so
 * @returns false where a run that it left had not ended as DONE, or cannot be known to have
 */
export async function recordEnd(worker: number, reason: string | undefined): Promise<boolean> {
  let notDone = 0;
  try {
    const cwd = process.cwd();
    const repository = findRepository(cwd);
    const left = journaledRuns(repository.commonDir).filter((run) => isOf(worker, run));
    for (const run of left) {
      const backend = deferredBackend(repository);
      const { ref } = run.head!;
      notDone += 1;
      try {
        const recorded = await recoverRun(new Log(backend, ref), run, reason);
        if (recorded?.status === "DONE") notDone -= 1;
        if (recorded && reason !== undefined) process.stderr.write(`${recoveredText(recorded)}\n`);
        startAutoPush(loadConfig(repository), process.argv[1]!, ref, { cwd, env: process.env });
      } finally {
        await backend.close();
      }
    }
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
  }
  return notDone === 0;
}

/** Whether a run's process was this one, which wrote no end of it into the log. */
function isOf(pid: number, { head, fate, files }: JournaledRun): boolean {
  const gaveUp = files.some(({ path }) => path.endsWith(".left"));
  const { boot, namespace } = thisProcess();
  const { owner } = head ?? {};
  // Other containers, and other boots, use the same ids of processes.
  const isOurs = owner?.pid === pid && owner.boot === boot && owner.namespace === namespace;
  return isOurs && fate.state === "dead" && !gaveUp;
}
