import { RedunError } from "../errors.ts";
import type { JournaledRun } from "./journals.ts";
import type { Log } from "./log.ts";
import { type Recovered, readableHead, recoverRun } from "./recover.ts";

/** Candidates that an ambiguous id names. */
const SHOWN = 10;

/** A run of this repository that is not, or not wholly, in its log: it goes on, or waits to be recorded. */
export interface UncommittedRun {
  /** The id of its execution. */
  readonly execution: string;
  /** Its command line; null, as `ref` and `started`, where its journal cannot be read. */
  readonly title: string | null;
  /** The ref of the log that it is recorded in. */
  readonly ref: string | null;
  readonly started: Date | null;
  /** Whether its process runs: nobody here may be able to know. */
  readonly state: "alive" | "dead" | "unknown";
  /** How that is known, or why it cannot be. */
  readonly why: string;
  /** When something was last written to its journal. */
  readonly written: Date;
  /** Size of its journal. */
  readonly bytes: number;
}

/** A journal as programs get it. */
export function uncommittedRun(run: JournaledRun): UncommittedRun {
  const { execution, head, fate, written, bytes } = run;
  const { title = null, ref = null } = head ?? {};
  const started = head ? new Date(head.started) : null;
  return { execution, title, ref, started, ...fate, written, bytes };
}

/**
 * The run with a journal whose execution has an id, or the prefix of one.
 * @throws RedunError UNKNOWN_ID, AMBIGUOUS_ID
 */
export function journaledRunWithId(runs: readonly JournaledRun[], id: string): JournaledRun {
  const found = runs.filter(({ execution }) => id !== "" && execution.startsWith(id));
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const lines = found.slice(0, SHOWN).map((run) => `  ${run.execution} ${titleOf(run)}`);
    throw new RedunError(
      "AMBIGUOUS_ID",
      `${found.length} journals begin with ${id}:\n${lines.join("\n")}`,
      "Write (more of) the id of one.",
      { data: { candidates: found.map(({ execution: id }) => ({ type: "Execution", id })) } },
    );
  }
  throw new RedunError(
    "UNKNOWN_ID",
    `No execution ${id} has a journal: it is not running, and nothing of it waits to be recorded.`,
    "`redun-git recover` lists those that have one.",
  );
}

/** `run main`, or what is known. */
export function titleOf({ head, newer }: JournaledRun): string {
  return head?.title ?? (newer === null ? "(of a damaged journal)" : "(of a newer redun-git)");
}

/**
 * Throws what keeps a run from being recorded by hand.
 * @throws RedunError RUN_ALIVE, BAD_RECORD, FORMAT_TOO_NEW
 */
export function assertRecoverable(run: JournaledRun, force: boolean): void {
  const { execution, fate } = run;
  if (fate.state === "alive" && !force) {
    throw new RedunError(
      "RUN_ALIVE",
      `${execution.slice(0, 8)} ${titleOf(run)} goes on: ${fate.why}.`,
      "It records itself when it ends. `--force` records what has finished so far as INTERRUPTED; the run's own end counts if it still comes.",
    );
  }
  readableHead(run);
}

/**
 * Records a run that its user knows to be dead.
 * @param force one that goes on as well
 * @returns null where it is recorded already, or another process is at it
 * @throws RedunError RUN_ALIVE, BAD_RECORD, FORMAT_TOO_NEW, and when its log cannot be written
 */
export async function recoverByHand(
  log: Log,
  run: JournaledRun,
  force: boolean,
): Promise<Recovered | null> {
  assertRecoverable(run, force);
  return recoverRun(log, run);
}
