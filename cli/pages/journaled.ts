import type { Fate } from "../../src/git/files/owner.ts";
import { JobTree } from "../../src/index/job-tree.ts";
import type { JobRow } from "../../src/index/rows.ts";
import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type JournaledExecution, journaledJobs } from "../../src/provenance/running.ts";
import { shortId } from "../text/lines.ts";
import { oneLine, type Paint } from "../text/terminal.ts";
import { executionJsonOf, executionPageOf, type ShownJobs } from "./execution.ts";

/** The page of an execution that is not, or not wholly, in its log. */
export function journaledPage(
  log: IndexedLog,
  journaled: JournaledExecution,
  paint: Paint,
): AsyncGenerator<string> {
  const { row, run } = journaled;
  const notes = NOTES[run.fate.state](oneLine(run.fate.why), shortId(row.id));
  return executionPageOf(log, row, shownJobs(log, journaled), notes, paint);
}

/** The same for programs. */
export function journaledJson(
  log: IndexedLog,
  journaled: JournaledExecution,
): AsyncGenerator<string> {
  const { row, run } = journaled;
  const journal = { state: run.fate.state, why: run.fate.why };
  return executionJsonOf(log, row, shownJobs(log, journaled), { journal });
}

function shownJobs(log: IndexedLog, journaled: JournaledExecution): ShownJobs {
  const jobs = journaledJobs(log, journaled);
  const rows = jobs.map(
    ({ seq, parent, status, ended }) => [seq, parent, status === "FAILED" ? ended : null] as const,
  );
  return {
    tree: new JobTree([rows], rows.length),
    rows: (numbers) => numbers.map((number) => jobs[number]!),
    table: tallies(jobs),
  };
}

const NOTES: Readonly<Record<Fate["state"], (why: string, id: string) => string[]>> = {
  alive: (why) => [`It goes on (${why}), and stands in its journal until it is committed.`],
  dead: (why) => [
    `It waits in its journal to be recorded: ${why}.`,
    "The next command that can write the log records it.",
  ],
  unknown: (why, id) => [
    `It may go on or be dead: ${why}.`,
    `If it is dead: \`redun-git recover ${id}\`.`,
  ],
};

function* tallies(jobs: readonly JobRow[]) {
  for (const { task, status } of jobs) yield { task, status, count: 1 };
}
