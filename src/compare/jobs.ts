import type { JobTally } from "../index/rows.ts";
import type { ShownJobStatus } from "../record/records.ts";
import { compareCodePoints } from "../value/code-points.ts";

export interface JobComparison {
  readonly all: JobSums;
  /** By the names of their tasks. */
  readonly tasks: readonly (JobSums & { readonly task: string })[];
}

export interface JobSums {
  readonly before: JobSum;
  readonly after: JobSum;
}

/** Jobs of one execution taken together. */
export interface JobSum {
  readonly counts: ReadonlyMap<ShownJobStatus, number>;
  readonly total: number;
  /** From start to end, added up. Jobs that they called are within. */
  readonly milliseconds: number;
}

/** The jobs of two executions, all and by task: of one name, though of different source. */
export function compareJobs(
  before: readonly JobTally[],
  after: readonly JobTally[],
): JobComparison {
  const names = new Set([...before, ...after].map(({ task }) => task));
  const sumsOf = (isMeant: (tally: JobTally) => boolean) => ({
    before: sumOf(before.filter(isMeant)),
    after: sumOf(after.filter(isMeant)),
  });
  const tasks = [...names]
    .sort(compareCodePoints)
    .map((task) => ({ task, ...sumsOf((tally) => tally.task === task) }));
  return { all: sumsOf(() => true), tasks };
}

function sumOf(tallies: readonly JobTally[]): JobSum {
  const counts = new Map<ShownJobStatus, number>();
  let [total, milliseconds] = [0, 0];
  for (const tally of tallies) {
    counts.set(tally.status, (counts.get(tally.status) ?? 0) + tally.count);
    total += tally.count;
    milliseconds += tally.duration;
  }
  return { counts, total, milliseconds };
}
