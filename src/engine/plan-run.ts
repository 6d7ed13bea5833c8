import type { Why } from "../compare/why.ts";
import type { IndexedLog } from "../provenance/indexed-log.ts";
import { previewArgs } from "../value/preview.ts";
import { callText } from "./describe-job.ts";
import { Explainer } from "./explainer.ts";
import type { CallExpression } from "./expression.ts";
import type { LiveJob } from "./live-job.ts";
import { namedArguments } from "./named-arguments.ts";
import { NotRun, Plan, type PlannedCall, unknownIn } from "./plan.ts";
import type { ResultCacheOptions } from "./result-cache.ts";
import { Run } from "./run.ts";
import { runSettings } from "./run-settings.ts";
import { UnrecordedJobs } from "./unrecorded-jobs.ts";

/** What a run would do with one call. */
export interface PlannedJob {
  readonly state: PlannedCall["state"];
  /** Full name of its task. */
  readonly task: string;
  /** `clean(text='Hi')`; `?` stands for an argument that is not known. */
  readonly call: string;
  /** How many of its callers are in the plan. */
  readonly level: number;
  /** Why it would run, or whose result it takes; null where that is not known. */
  readonly why: Why | null;
  /** What its arguments wait for, as messages show it. */
  readonly waitsFor: readonly string[];
}

/** What a run would do, as far as that is known before anything runs. */
export interface RunPlan {
  readonly jobs: readonly PlannedJob[];
  /** Nothing would run. */
  readonly isCached: boolean;
}

/**
 * Looks up what a run would take from the log; no function of a task is called, and nothing recorded.
 * @throws what a workflow throws that misuses lazy values
 */
export async function planRun(
  log: IndexedLog,
  expression: unknown,
  cache: Pick<ResultCacheOptions, "isOn" | "trust" | "onNotice">,
): Promise<RunPlan> {
  const { repository } = log.log.backend;
  const { objectFormat } = repository;
  const jobs = new UnrecordedJobs(log);
  const reuse = jobs.resultCache(cache, (files) => run.hashAhead(files));
  const plan = new Plan();
  const why = new Explainer(log, Date.now(), () => {});
  const settings = runSettings(log.config, repository);
  const listeners = [jobs, { jobStarted: (job: LiveJob) => why.jobStarted(job) }];
  const run: Run = new Run("plan", objectFormat, listeners, settings, reuse, plan);
  let isCached = true;
  try {
    await run.resolve(expression, null);
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    isCached = false;
  }
  const planned: PlannedJob[] = [];
  for (const { call, level } of asTree(plan.calls))
    planned.push(await plannedJob(call, level, why));
  return { jobs: planned, isCached };
}

async function plannedJob(
  { job, state, expression }: PlannedCall,
  level: number,
  explainer: Explainer,
): Promise<PlannedJob> {
  const { task, args } = expression;
  const isExplained = job !== null && (state === "runs" || state === "cached");
  return {
    state,
    task: task.fullName,
    call: job ? callText(job) : unknownCallText(expression),
    level,
    why: isExplained ? await explainer.why(job).catch(() => null) : null,
    waitsFor: job ? [] : [...new Set(args.flatMap(unknownIn))],
  };
}

/** With `?` in place of what is not known: `count(text=?, n=1)`. */
function unknownCallText({ task, args }: CallExpression): string {
  const { names, values } = namedArguments(task.source.parameters, args);
  const given = values.map((value, at) => {
    const text = unknownIn(value).length > 0 ? "?" : previewArgs([value]);
    return names ? `${names[at]}=${text}` : text;
  });
  return `${task.fullName}(${given.join(", ")})`;
}

/** Each call below the one that made it, in the order in which they were asked for. */
function asTree(calls: readonly PlannedCall[]): { call: PlannedCall; level: number }[] {
  const below = new Map<LiveJob | null, PlannedCall[]>();
  for (const call of calls) {
    const siblings = below.get(call.parent);
    if (siblings) siblings.push(call);
    else below.set(call.parent, [call]);
  }
  const left = (below.get(null) ?? []).map((call) => ({ call, level: 0 })).reverse();
  const all: { call: PlannedCall; level: number }[] = [];
  for (let next = left.pop(); next; next = left.pop()) {
    all.push(next);
    const { job } = next.call;
    const children = job ? (below.get(job) ?? []) : [];
    for (const call of children.toReversed()) left.push({ call, level: next.level + 1 });
  }
  return all;
}
