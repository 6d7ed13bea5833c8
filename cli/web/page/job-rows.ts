/** The rows of a job tree that folds: which jobs stand in it, one after the other, and how deep. */

/** As `ChartedJob`: only the place of the job that called it counts. */
type HasParent = readonly [string, number, ...unknown[]];

export interface JobRow {
  /** The place of the job in the chart. */
  readonly job: number;
  readonly depth: number;
  readonly hasChildren: boolean;
}

/** The places of each job's children; of the jobs at the top, at -1. */
export function childrenOf(jobs: readonly HasParent[]): Map<number, number[]> {
  const children = new Map<number, number[]>();
  jobs.forEach(([, parent], job) => {
    const known = children.get(parent);
    if (known) known.push(job);
    else children.set(parent, [job]);
  });
  return children;
}

/** @param folded the places of jobs whose children are hidden */
export function jobRows(
  children: ReadonlyMap<number, readonly number[]>,
  folded: ReadonlySet<number>,
): JobRow[] {
  const rows: JobRow[] = [];
  // A stack, not recursion: a chain of calls may be a hundred thousand deep.
  const open: [job: number, depth: number][] = (children.get(-1) ?? [])
    .toReversed()
    .map((job) => [job, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [job, depth] = next;
    const below = children.get(job) ?? [];
    rows.push({ job, depth, hasChildren: below.length > 0 });
    if (folded.has(job)) continue;
    for (let at = below.length - 1; at >= 0; at--) open.push([below[at]!, depth + 1]);
  }
  return rows;
}
