import { RedunError } from "../errors.ts";
import type { JobTree, TreeJob } from "../index/job-tree.ts";
import type { ExecutionRow, JobRow } from "../index/rows.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import type { JournaledJobs } from "../provenance/journaled-jobs.ts";
import { codeThatRan, readExecution, readJob } from "../provenance/read.ts";
import type { Code, ShownJobStatus } from "../record/records.ts";
import type { Link } from "../tag/links.ts";
import { preview } from "../value/preview.ts";
import { ErrorValue } from "../value/value.ts";
import type { Extent } from "./extent.ts";
import { linksFor } from "./links.ts";
import { type LoggedExecution, type LoggedJob, loggedExecution, loggedJobOf } from "./logged.ts";
import { type RedactionView, redactionsOf } from "./redactions.ts";

/** The page of one execution. */
export interface ExecutionView {
  readonly type: "Execution";
  readonly execution: LoggedExecution;
  readonly links: readonly Link[];
  /** The state of the code that ran; null if no record tells. */
  readonly code: Code | null;
  /** How many jobs each task has by status; a task may have several entries of one status. */
  readonly tallies: readonly Tally[];
  /** What made it fail, if its `reason` does not tell; only on a page. */
  readonly failure: Failure | null;
  /** Set if it is not, or not wholly, in the log. */
  readonly journal: JournalState | null;
  /** What was taken out of its records and those of its jobs. */
  readonly redactions: readonly RedactionView[];
  readonly jobs: ExecutionJobs;
}

export interface Tally {
  /** The full name of the task. */
  readonly task: string;
  readonly status: ShownJobStatus;
  readonly count: number;
}

/** The job whose error ended an execution. */
export interface Failure {
  readonly job: LoggedJob;
  /** Its stack, if it has one; null while the job stands in the journal. */
  readonly error: string | null;
}

/** Where something stands that is in the journal of its run: its process lives, is dead, or may be either. */
export interface JournalState {
  readonly state: "alive" | "dead" | "unknown";
  /** How that is known. */
  readonly why: string;
}

/**
 * The jobs of an execution, in pieces of up to a thousand: there may be a million. The log must be open
 * while they are read.
 */
export interface ExecutionJobs {
  readonly count: number;
  /** All of them, each after the job that called it. */
  tree(): Iterable<readonly JobInTree[]>;
  /** All of them, in the order in which they started. */
  list(): Iterable<readonly JobInList[]>;
  /** Which jobs there are, in the order of `tree`: a few bytes for each. */
  outline(): JobOutline;
  /** Some of them, by the numbers that an outline has. */
  read(numbers: readonly number[]): readonly LoggedJob[];
}

export interface JobInTree {
  readonly job: LoggedJob;
  /** How many jobs are above it. */
  readonly depth: number;
}

/** The tree of an execution's jobs without what is in them. */
export interface JobOutline {
  /** The number of each. */
  readonly numbers: Int32Array;
  /** How many jobs are above each. */
  readonly depths: Int32Array;
}

export interface JobInList {
  readonly job: LoggedJob;
  /** The id of the job that called it. */
  readonly parent: string | null;
}

/** An execution of the log. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function executionView(
  log: IndexedLog,
  row: ExecutionRow,
  extent: Extent = "page",
): Promise<ExecutionView> {
  const tree = log.index.jobTree(row.seq);
  const read = (numbers: readonly number[]) => log.index.jobs(numbers.map((n) => tree.seqs[n]!));
  const tallies = log.index
    .jobTallies(row.seq)
    .map(({ task, status, count }) => ({ task, status, count }));
  return viewOf(log, row, { tree, read, tallies }, null, extent);
}

/** An execution that is not, or not wholly, in its log. @throws RedunError OBJECT_MISSING, BAD_RECORD */
export async function journaledView(
  log: IndexedLog,
  jobs: JournaledJobs,
  extent: Extent = "page",
): Promise<ExecutionView> {
  const source = {
    tree: jobs.tree,
    read: (numbers: readonly number[]) => jobs.rows(numbers),
    tallies: talliesOf(jobs.all()),
  };
  const { row, run } = jobs.execution;
  return viewOf(log, row, source, run.fate, extent);
}

function talliesOf(rows: Iterable<JobRow>): Tally[] {
  const tallies = new Map<string, { task: string; status: ShownJobStatus; count: number }>();
  for (const { task, status } of rows) {
    const key = `${status} ${task}`;
    const tally = tallies.get(key) ?? { task, status, count: 0 };
    tally.count++;
    tallies.set(key, tally);
  }
  return [...tallies.values()];
}

/** Where the jobs of an execution come from. */
interface JobSource {
  readonly tree: JobTree;
  /** The rows of some of them, by their numbers in the tree. */
  readonly read: (numbers: readonly number[]) => readonly JobRow[];
  readonly tallies: readonly Tally[];
}

async function viewOf(
  log: IndexedLog,
  row: ExecutionRow,
  source: JobSource,
  journal: JournalState | null,
  extent: Extent,
): Promise<ExecutionView> {
  return {
    type: "Execution",
    execution: loggedExecution(row),
    links: linksFor(log, row.tags),
    code: await codeOf(log, row),
    tallies: source.tallies,
    failure: extent === "page" ? await failureOf(log, row, source) : null,
    journal,
    redactions: await redactionsOf(log, row.id),
    jobs: jobsOf(row.id, source),
  };
}

async function codeOf(log: IndexedLog, row: ExecutionRow): Promise<Code | null> {
  try {
    return codeThatRan(await readExecution(log, row), row);
  } catch (error) {
    // A run that goes on has no record in the log.
    if (error instanceof RedunError) return null;
    throw error;
  }
}

async function failureOf(
  log: IndexedLog,
  { id, status, reason }: ExecutionRow,
  { tree, read }: JobSource,
): Promise<Failure | null> {
  const number = status === "FAILED" && reason === null ? tree.failure() : undefined;
  const row = number === undefined ? undefined : read([number])[0];
  if (!row) return null;
  const job = loggedJobOf(id, row);
  // A job in a journal has no segment yet.
  if (row.segment === "") return { job, error: null };
  return { job, error: errorText((await readJob(log, row)).error) };
}

function errorText(error: unknown): string {
  if (!(error instanceof ErrorValue)) return preview(error);
  return error.stack || `${error.name}: ${error.message}`;
}

/** Jobs that are read at once. */
const AT_ONCE = 1000;

function jobsOf(execution: string, { tree, read }: JobSource): ExecutionJobs {
  return {
    count: tree.size,
    *tree() {
      for (const batch of batches(tree.walk())) {
        const rows = read(batch.map(({ number }) => number));
        yield rows.map((row, at) => ({
          job: loggedJobOf(execution, row),
          depth: batch[at]!.depth,
        }));
      }
    },
    outline() {
      const numbers = new Int32Array(tree.size);
      const depths = new Int32Array(tree.size);
      let at = 0;
      for (const { number, depth } of tree.walk()) {
        numbers[at] = number;
        depths[at] = depth;
        at++;
      }
      return { numbers, depths };
    },
    read: (numbers) => read(numbers).map((row) => loggedJobOf(execution, row)),
    *list() {
      for (let from = 0; from < tree.size; from += AT_ONCE) {
        const length = Math.min(AT_ONCE, tree.size - from);
        const numbers = Array.from({ length }, (_, at) => from + at);
        const parents = numbers.map((number) => tree.parentOf(number));
        const above = read([...new Set(parents.filter((number) => number !== undefined))]);
        const ids = new Map(above.map(({ seq, id }) => [seq, id]));
        yield read(numbers).map((row) => ({
          job: loggedJobOf(execution, row),
          parent: row.parent === null ? null : (ids.get(row.parent) ?? null),
        }));
      }
    },
  };
}

function* batches(jobs: Iterable<TreeJob>): Generator<TreeJob[]> {
  let batch: TreeJob[] = [];
  for (const job of jobs) {
    if (batch.push(job) < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
