import { SHOWN_JOB_STATUSES, type ShownJobStatus } from "../record/records.ts";
import type { ExecutionView } from "./execution.ts";

/** The jobs of an execution in few bytes each: what a timeline, a tree or a graph of all of them is drawn from. */
export interface JobChart {
  /** The id of the execution. */
  readonly execution: string;
  /** When it began. */
  readonly started: Date;
  /** When it ended; null while it runs. */
  readonly ended: Date | null;
  /** The full names of tasks; a job has the place of its own. */
  readonly tasks: readonly string[];
  /** Every status that a job can have; a job has the place of its own. */
  readonly statuses: readonly ShownJobStatus[];
  /** In the order in which they began. */
  readonly jobs: readonly ChartedJob[];
  /** How many there are; more than `jobs` has where they are too many for a picture. */
  readonly count: number;
}

export type ChartedJob = readonly [
  id: string,
  /** The place in `jobs` of the job that called it; -1 at the top. */
  parent: number,
  /** The place of its task in `tasks`. */
  task: number,
  /** The place of its status in `statuses`. */
  status: number,
  /** Milliseconds from the start of the execution to its own. */
  started: number,
  /** Milliseconds that it took, with the jobs that it called; null while it runs. */
  took: number | null,
  /** Its arguments on one line; empty where there are very many jobs. */
  args: string,
];

/** Jobs of one picture. */
const MAX_JOBS = 100_000;
/** Where there are more, they are told apart by their tasks alone. */
const WITH_ARGS = 10_000;

export function jobChart({ execution, jobs }: ExecutionView, limit = MAX_JOBS): JobChart {
  const tasks = new Map<string, number>();
  const places = new Map<string, number>();
  const charted: ChartedJob[] = [];
  const hasArgs = jobs.count <= WITH_ARGS;
  for (const batch of jobs.list()) {
    for (const { job, parent } of batch) {
      if (charted.length === limit) break;
      const task = tasks.get(job.task) ?? tasks.size;
      tasks.set(job.task, task);
      places.set(job.id, charted.length);
      charted.push([
        job.id,
        parent === null ? -1 : (places.get(parent) ?? -1),
        task,
        SHOWN_JOB_STATUSES.indexOf(job.status),
        +job.started - +execution.started,
        job.ended === null ? null : +job.ended - +job.started,
        hasArgs ? job.argsText : "",
      ]);
    }
    if (charted.length === limit) break;
  }
  return {
    execution: execution.id,
    started: execution.started,
    ended: execution.ended,
    tasks: [...tasks.keys()],
    statuses: SHOWN_JOB_STATUSES,
    jobs: charted,
    count: jobs.count,
  };
}
