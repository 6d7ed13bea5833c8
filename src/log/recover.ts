import { rmSync } from "node:fs";
import { join } from "node:path";
import { RedunError } from "../errors.ts";
import { type LockFile, lockFile } from "../git/files/lock-file.ts";
import { asUnwritable } from "../git/files/system-errors.ts";
import { executionPath } from "../record/layout.ts";
import type { ExecutionStatus } from "../record/records.ts";
import { JOURNAL_FOLDER, reservePath } from "./journal.ts";
import { isRecordLine, JOURNAL_VERSION, type JournalHead } from "./journal-lines.ts";
import { contentOf, type JournaledRun, journaledRun, journaledRuns } from "./journals.ts";
import { Log, type RecordFile } from "./log.ts";
import { PendingRun, runMessage } from "./pending.ts";
import { removeLeftScratch } from "./scratch.ts";

/** A run whose process had ended, and that was recorded from its journal. */
export interface Recovered {
  readonly execution: string;
  readonly title: string;
  /** How it had ended; INTERRUPTED if it had not. */
  readonly status: ExecutionStatus;
  readonly jobCount: number;
  /** Lines of its journal that could not be read. */
  readonly lost: number;
}

/** A run that stays in its journal. */
export interface Waiting {
  readonly run: JournaledRun;
  /** Why its log could not be written; null if it cannot be known whether it goes on. */
  readonly error: RedunError | null;
}

export interface Recovery {
  readonly recovered: readonly Recovered[];
  readonly waiting: readonly Waiting[];
}

type OnRecord = () => void;

/** Why a run is INTERRUPTED whose process left no word of it. */
const DIED = "Its process ended without a word: it was killed, or the machine stopped.";

/** Who asks something of a log is not held up by one that is locked, in milliseconds. */
const PATIENCE = 500;

/** Recovery commits this often, in bytes: so much is in memory. */
const COMMIT_BYTES = 32_000_000;

/**
 * Commits the journals of runs whose process has certainly ended, with all their finished jobs: as
 * they ended, or as INTERRUPTED. Interrupted itself at any point, or as often as it fails, it
 * leaves journals that the next call commits, to the same files.
 * @param onRecord receives each record that is read, as there may be many
 */
export async function recoverRuns(log: Log, onRecord?: OnRecord): Promise<Recovery> {
  removeLeftScratch(log.backend.repository.commonDir);
  const recovered: Recovered[] = [];
  const waiting: Waiting[] = [];
  // Who cannot sign one commit cannot sign the next, and each may have to wait for that.
  let unsigned: RedunError | null = null;
  for (const run of journaledRuns(log.backend.repository.commonDir)) {
    if (run.fate.state === "unknown") waiting.push({ run, error: null });
    if (run.fate.state !== "dead") continue;
    try {
      if (unsigned) throw unsigned;
      const done = await recoverRun(log, run, DIED, onRecord);
      if (done) recovered.push(done);
    } catch (error) {
      if (!(error instanceof RedunError)) throw error;
      if (error.code === "SIGNING_FAILED") unsigned = error;
      // What cannot be written to one log must not keep anyone from another.
      waiting.push({ run, error });
    }
  }
  return { recovered, waiting };
}

/**
 * Commits the journal of one run, whatever is known of its process. null where nothing is left to
 * do: another process has recovered it, is at it now, or the run had committed all itself.
 * @throws RedunError when its log cannot be written; BAD_RECORD for a journal of which not even the
 * beginning can be read, FORMAT_TOO_NEW for one of a newer redun-git. The journal stays.
 */
export async function recoverRun(
  log: Log,
  { execution }: JournaledRun,
  reason = DIED,
  onRecord?: OnRecord,
): Promise<Recovered | null> {
  const { commonDir } = log.backend.repository;
  const lock = await lockOf(commonDir, execution);
  if (!lock) return null;
  try {
    const run = journaledRun(commonDir, execution);
    return run ? await commitJournal(log, run, reason, onRecord) : null;
  } catch (error) {
    throw asUnwritable(error, join(commonDir, JOURNAL_FOLDER));
  } finally {
    lock.release();
  }
}

/**
 * What a journal says of its run.
 * @throws RedunError BAD_RECORD, FORMAT_TOO_NEW where it cannot be recovered
 */
export function readableHead({ head, newer, files, fate }: JournaledRun): JournalHead {
  if (head) return head;
  const { path } = files[0]!;
  throw newer === null
    ? new RedunError(
        "BAD_RECORD",
        `The journal ${path} cannot be recovered: ${fate.why}.`,
        "Nothing else knows what run it is of. Delete it when nobody needs it.",
      )
    : new RedunError(
        "FORMAT_TOO_NEW",
        `The journal ${path} has version ${newer}; this redun-git reads version ${JOURNAL_VERSION}.`,
        "Update redun-git, or recover the run with the one that wrote it. The journal stays as it is.",
      );
}

async function commitJournal(log: Log, run: JournaledRun, reason: string, onRecord?: OnRecord) {
  const { files } = run;
  const head = readableHead(run);
  const { execution, started, title, ref, record } = head;
  const { commonDir, objectFormat } = log.backend.repository;
  const home = ref === log.ref ? log : new Log(log.backend, ref);
  const pending = new PendingRun(execution, started, objectFormat, head.before, head.segment);
  pending.add({ file: { path: executionPath(execution, started), text: record } });
  const inFlight = new Map<number, string>();
  let lost = 0;
  let isNew = false;
  const commit = async (taken: readonly RecordFile[], status: ExecutionStatus) => {
    if (await holds(home, taken)) return;
    isNew = true;
    const message = runMessage(title, status, pending.jobCount, execution);
    await home.append(taken, message, PATIENCE);
  };
  for (const file of files) {
    for (const line of contentOf(file)) {
      if ("lost" in line) lost += line.lost;
      else if ("committedJobs" in line) pending.jobCount += line.committedJobs;
      else if ("begun" in line) inFlight.set(line.index, line.begun);
      else if (isRecordLine(line)) {
        if ("job" in line) inFlight.delete(line.index);
        pending.add(line);
        onRecord?.();
      } else if (!("begin" in line)) lost++;
      if (pending.waiting.bytes >= COMMIT_BYTES) await commit(pending.takeClosed(), "RUNNING");
    }
    // As the run itself did when it began the next file.
    pending.closeSegment();
  }
  if (pending.status === null) {
    for (const [index, job] of inFlight) pending.add({ job, index });
    pending.end("INTERRUPTED", pending.lastSign ?? started, reason);
  }
  const status = pending.status!;
  await commit(pending.take(), status);
  for (const { path } of files) rmSync(path, { force: true });
  rmSync(reservePath(join(commonDir, JOURNAL_FOLDER), execution), { force: true });
  return isNew ? { execution, title, status, jobCount: pending.jobCount, lost } : null;
}

/** Whether a log has files already: the process that committed them died before it could say so. */
async function holds({ backend, ref }: Log, files: readonly RecordFile[]): Promise<boolean> {
  const tip = await backend.resolve(ref);
  if (tip === null) return false;
  for (const { path } of files) if ((await backend.readPath(tip, path)) === null) return false;
  return true;
}

/** One process recovers a run; null while another one does. */
async function lockOf(commonDir: string, execution: string): Promise<LockFile | null> {
  const path = join(commonDir, JOURNAL_FOLDER, execution);
  try {
    const tickets = join(commonDir, "redun", "locks");
    return await lockFile(path, { tickets, patienceInMs: 0 });
  } catch (error) {
    if (error instanceof RedunError && error.code === "REF_BUSY") return null;
    throw asUnwritable(error, path);
  }
}
