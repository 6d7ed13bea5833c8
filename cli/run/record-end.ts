import { RedunError } from "../../src/errors.ts";
import { thisProcess } from "../../src/git/files/owner.ts";
import { type JournaledRun, journaledRuns } from "../../src/log/journals.ts";
import { Log } from "../../src/log/log.ts";
import { recoverRun } from "../../src/log/recover.ts";
import { startAutoPush } from "../../src/share/auto-push.ts";
import { recoveredText } from "../text/recovery.ts";
import type { Workspace } from "../workspace.ts";

/**
 * Commits what a worker that has ended left in its journal: its process was ended in the middle of
 * the run. What cannot be committed now, the next command commits.
 * @param reason what ended it, where its journal does not say so
 * @returns false where a run that it left had not ended as DONE, or cannot be known to have
 */
export async function recordEnd(
  workspace: Workspace,
  worker: number,
  reason: string | undefined,
): Promise<boolean> {
  let notDone = 0;
  try {
    const { repository, io } = workspace;
    const left = journaledRuns(repository.commonDir).filter((run) => isOf(worker, run));
    for (const run of left) {
      const { ref } = run.head!;
      notDone += 1;
      const recorded = await recoverRun(new Log(workspace.backend, ref), run, reason);
      if (recorded?.status === "DONE") notDone -= 1;
      if (recorded && reason !== undefined) workspace.tell(`${recoveredText(recorded)}\n`);
      startAutoPush(workspace.config, io.program, ref, io);
    }
  } catch (error) {
    if (!(error instanceof RedunError)) throw error;
  } finally {
    await workspace.close();
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
