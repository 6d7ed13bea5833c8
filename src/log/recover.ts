import { rmSync } from "node:fs";
import { RedunError } from "../errors.ts";
import type { ObjectFormat } from "../git/backend.ts";
import { claim, type FoundJournal, findJournals, isAlive, isClaimed } from "./journal.ts";
import { type Appended, Log, type RecordFile } from "./log.ts";
import { PendingRun, runMessage } from "./pending.ts";

export interface Recovered {
  readonly execution: string;
  readonly title: string;
  readonly jobCount: number;
  readonly files: readonly RecordFile[];
  readonly appended: Appended;
}

/**
 * Commits the journals of runs whose process died, as INTERRUPTED with all their finished jobs.
 * Interrupted itself at any point, it leaves journals that the next call commits, to the same
 * files.
 * @throws RedunError when the log cannot be written; its journals stay, as do those of other logs
 * that cannot be written
 */
export async function recoverRuns(log: Log): Promise<Recovered[]> {
  const { backend } = log;
  const recovered: Recovered[] = [];
  for (const found of findJournals(backend.repository.commonDir)) {
    if (isAlive(found.owner) || isClaimed(found)) continue;
    const journal = claim(found);
    if (!journal) continue;
    const { execution, started, title, ref } = journal.owner;
    const run = replay(journal, backend.repository.objectFormat);
    // DONE beats INTERRUPTED: a run that died while it committed its end has ended well.
    run.end("INTERRUPTED", run.lastEnd ?? started);
    const files = run.take();
    const home = ref === log.ref ? log : new Log(backend, ref);
    const message = runMessage(title, "INTERRUPTED", run.jobCount, execution);
    const appended = await home.append(files, message).catch((error) => {
      if (home === log || !(error instanceof RedunError)) throw error;
    });
    // What cannot be written to another log must not keep anyone from this one.
    if (!appended) continue;
    rmSync(journal.path, { force: true });
    recovered.push({ execution, title, jobCount: run.jobCount, files, appended });
  }
  return recovered;
}

/** What a journal holds beyond what its run committed itself. */
function replay({ owner, lines }: FoundJournal, format: ObjectFormat): PendingRun {
  const run = new PendingRun(owner.execution, owner.started, format);
  const committed = lines.reduce((n, line) => ("committed" in line ? line.committed : n), 0);
  for (const line of lines) {
    if ("committed" in line || "begin" in line) continue;
    run.add(line);
    if (run.lineCount === committed) run.take();
  }
  return run;
}
