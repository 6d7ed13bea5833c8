/** The call graph of an execution: a node for each job, or, where those are many, for each task. */

import type { ChartedJob } from "../../../src/views/job-chart.ts";
import type { GraphEdge, GraphNode } from "./layout.ts";
import { counted, cut } from "./words.ts";

export interface CallGraphOf {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** A node stands for all jobs of a task. */
  readonly isFolded: boolean;
}

/** Jobs of which each is a node. */
export const MAX_NODES = 150;

interface Outline {
  readonly tasks: readonly string[];
  readonly statuses: readonly string[];
  readonly jobs: readonly ChartedJob[];
}

/**
 * @param hrefOfJob where a job's node leads to
 * @param lookOf how a status looks
 */
export function callGraph(
  { tasks, statuses, jobs }: Outline,
  hrefOfJob: (id: string) => string,
  hrefOfTask: (task: string) => string,
  lookOf: (status: string) => string,
): CallGraphOf {
  if (jobs.length <= MAX_NODES) {
    const nodes = jobs.map(([id, , task, status, , , args]) => ({
      id,
      label: cut(tasks[task]!),
      note: cut(args),
      look: lookOf(statuses[status]!),
      href: hrefOfJob(id),
    }));
    const edges = jobs.flatMap(([id, parent]) =>
      parent < 0 ? [] : [{ from: jobs[parent]![0], to: id, label: "" }],
    );
    return { nodes, edges, isFolded: false };
  }
  const counts = tasks.map(() => ({ all: 0, failed: 0 }));
  const calls = new Map<string, { from: number; to: number; count: number }>();
  for (const [, parent, task, status] of jobs) {
    const tally = counts[task]!;
    tally.all++;
    if (statuses[status] === "FAILED") tally.failed++;
    if (parent < 0) continue;
    const from = jobs[parent]![2];
    const call = calls.get(`${from} ${task}`) ?? { from, to: task, count: 0 };
    call.count++;
    calls.set(`${from} ${task}`, call);
  }
  // Of very many tasks, those with the most jobs.
  const shown = new Set(
    tasks
      .map((_, task) => task)
      .sort((a, b) => counts[b]!.all - counts[a]!.all || a - b)
      .slice(0, MAX_NODES),
  );
  const nodes = [...shown].map((task) => {
    const { all, failed } = counts[task]!;
    const note = `${counted(all, "job")}${failed > 0 ? `, ${failed.toLocaleString("en")} failed` : ""}`;
    return {
      id: String(task),
      label: cut(tasks[task]!),
      note,
      look: lookOf(failed > 0 ? "FAILED" : "DONE"),
      href: hrefOfTask(tasks[task]!),
    };
  });
  const edges = [...calls.values()]
    .filter(({ from, to }) => shown.has(from) && shown.has(to) && from !== to)
    .map(({ from, to, count }) => ({
      from: String(from),
      to: String(to),
      label: count.toLocaleString("en"),
    }));
  return { nodes, edges, isFolded: true };
}
