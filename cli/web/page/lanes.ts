/** Where the jobs of an execution stand in its timeline: rows of a task each, bars that do not overlap. */

import type { ChartedJob } from "../../../src/views/job-chart.ts";

export interface Bar {
  /** The place of the job in the chart. */
  readonly job: number;
  /** The row of its task that it stands in. */
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  /** When it waited for jobs that it had called: pairs of milliseconds, in order, apart. */
  readonly waits: readonly (readonly [from: number, to: number])[];
}

/** The jobs of one task: each for itself, or how many of them ran at once, where they are too many for that. */
export interface Group {
  readonly task: number;
  readonly count: number;
  readonly lanes: number;
  readonly bars: readonly Bar[];
  /** In equal parts of the whole time, the largest number that ran at once; null where there are bars. */
  readonly density: readonly number[] | null;
}

export interface Timeline {
  readonly groups: readonly Group[];
  /** From the start of the execution, in milliseconds. */
  readonly end: number;
}

/** Rows of one task. Where more ran at once, their number is drawn. */
const MAX_LANES = 40;
/** Parts of the whole time in which jobs are counted. */
const PARTS = 400;

/** @param now how long the execution has gone on: jobs that have not ended reach to there */
export function timelineOf(jobs: readonly ChartedJob[], now: number): Timeline {
  const ends = jobs.map(
    ([, , , , started, took]) => started + (took ?? Math.max(0, now - started)),
  );
  const end = ends.reduce((last, one) => Math.max(last, one), Math.max(now, 1));
  const waits = waitsOf(jobs, ends);
  const byTask = new Map<number, number[]>();
  jobs.forEach(([, , task], job) => {
    const known = byTask.get(task);
    if (known) known.push(job);
    else byTask.set(task, [job]);
  });
  const groups = [...byTask].map(([task, members]): Group => {
    const sorted = members.toSorted((a, b) => jobs[a]![4] - jobs[b]![4] || a - b);
    const free: number[] = [];
    const bars: Bar[] = [];
    for (const job of sorted) {
      const [from, to] = [jobs[job]![4], ends[job]!];
      let lane = free.findIndex((until) => until <= from);
      if (lane < 0) lane = free.length;
      if (lane === MAX_LANES) {
        const density = densityOf(
          members.map((one) => [jobs[one]![4], ends[one]!]),
          end,
        );
        return { task, count: members.length, lanes: 4, bars: [], density };
      }
      // What takes no time still has a place of its own.
      free[lane] = Math.max(to, from + end / 1000);
      bars.push({ job, lane, from, to, waits: waits.get(job) ?? [] });
    }
    return { task, count: members.length, lanes: free.length, bars, density: null };
  });
  return { groups, end };
}

/** For each job that called others, the times at which one of them ran. */
function waitsOf(
  jobs: readonly ChartedJob[],
  ends: readonly number[],
): Map<number, [from: number, to: number][]> {
  const waits = new Map<number, [number, number][]>();
  const inOrder = jobs.map((_, job) => job).sort((a, b) => jobs[a]![4] - jobs[b]![4] || a - b);
  for (const job of inOrder) {
    const [, parent, , , started] = jobs[job]!;
    if (parent < 0) continue;
    const [from, to] = [Math.max(started, jobs[parent]![4]), Math.min(ends[job]!, ends[parent]!)];
    if (to <= from) continue;
    const known = waits.get(parent);
    const last = known?.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (known) known.push([from, to]);
    else waits.set(parent, [[from, to]]);
  }
  return waits;
}

function densityOf(spans: readonly (readonly [number, number])[], end: number): number[] {
  const density = new Array<number>(PARTS).fill(0);
  const changes = spans
    .flatMap(([from, to]): [number, number][] => [
      [from, 1],
      [Math.max(to, from), -1],
    ])
    // What begins when another ends ran beside it for no time; what takes no time ran.
    .sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const partOf = (time: number) => Math.min(PARTS - 1, Math.floor((time / end) * PARTS));
  let [running, part] = [0, 0];
  for (const [time, change] of changes) {
    for (const here = partOf(time); part < here; ) density[++part] = running;
    running += change;
    density[part] = Math.max(density[part]!, running);
  }
  return density;
}
