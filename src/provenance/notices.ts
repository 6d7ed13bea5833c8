import type { RedunError } from "../errors.ts";
import type { JournaledRun } from "../log/journals.ts";
import { isPartial } from "../log/partial.ts";
import type { Recovered } from "../log/recover.ts";
import type { IndexedLog, Refreshed } from "./indexed-log.ts";

/** Something that a reader of a log should know about its answers. `kind` tells what. */
export type LogNotice =
  | RecoveredNotice
  | WaitingNotice
  | LeftOutNotice
  | AbsentNotice
  | LostNotice
  | TemporaryIndexNotice;

/** A run whose process had ended without recording it was recorded now. */
export interface RecoveredNotice extends Recovered {
  readonly kind: "recovered";
}

/** A run that is not, or not wholly, in its log, and does not record itself. */
export interface WaitingNotice {
  readonly kind: "waiting";
  readonly execution: string;
  /** Its command line; null where its journal cannot be read. */
  readonly title: string | null;
  /** Whether its process has ended: nobody here may be able to know. */
  readonly state: "dead" | "unknown";
  /** How that is known, or why it cannot be. */
  readonly why: string;
  /** Why it could not be recorded; null where that was not tried. */
  readonly error: RedunError | null;
}

/** A record that is damaged or breaks a rule of the format: it is in no answer. */
export interface LeftOutNotice {
  readonly kind: "left-out";
  readonly path: string;
  readonly reason: string;
}

/** Records that are not here, and in no answer. */
export interface AbsentNotice {
  readonly kind: "absent";
  /** How many; null where nothing is known of what came since the index was made. */
  readonly count: number | null;
  /** `partial-clone`: a remote that could not be reached has them. `damage`: their objects are gone. */
  readonly cause: "partial-clone" | "damage";
}

/**
 * The log's ref was removed or rewritten in this clone, and records that the index held are gone from the log.
 * It is told once.
 */
export interface LostNotice {
  readonly kind: "lost";
  /** The commit that had them. git may have collected it. */
  readonly commit: string;
}

/** The index cannot be written where it belongs; this one is made again by each process. */
export interface TemporaryIndexNotice {
  readonly kind: "temporary-index";
  readonly cause: "full" | "unwritable";
}

/** What bringing a log up to date found that its user should know. */
export function noticesOf(log: IndexedLog, refreshed: Refreshed): LogNotice[] {
  const { recovered, waiting, bad, absent, lost } = refreshed;
  const { temporary } = log.file;
  const cause = isPartial(log.log.backend.repository) ? "partial-clone" : "damage";
  return [
    ...recovered.map((run) => ({ kind: "recovered" as const, ...run })),
    ...waiting.map(({ run, error }) => waitingNotice(run, error)),
    ...bad.map(({ path, reason }) => ({ kind: "left-out" as const, path, reason })),
    ...(absent === 0 ? [] : [{ kind: "absent" as const, count: absent, cause } as const]),
    ...(lost ? [{ kind: "lost" as const, commit: lost }] : []),
    ...(temporary ? [{ kind: "temporary-index" as const, cause: temporary }] : []),
  ];
}

function waitingNotice({ execution, head, fate }: JournaledRun, error: RedunError | null) {
  const state = fate.state === "dead" ? ("dead" as const) : ("unknown" as const);
  const title = head?.title ?? null;
  return { kind: "waiting" as const, execution, title, state, why: fate.why, error };
}
