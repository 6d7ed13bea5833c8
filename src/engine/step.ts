import { type Agenda, Computation, Outcome } from "./computation.ts";
import type { RunHandle } from "./context.ts";
import type { Expression } from "./expression.ts";
import type { Jobs } from "./jobs.ts";
import type { Limits } from "./limits.ts";
import type { LiveJob } from "./live-job.ts";
import type { Plan } from "./plan.ts";
import type { Reuse } from "./reuse.ts";
import type { SharedCalls } from "./shared-calls.ts";
import type { Workplaces } from "./workplaces.ts";

/** What a computation of one evaluation knows of it. */
export interface StepContext {
  readonly jobs: Jobs;
  /** What tasks reach by their context. */
  readonly run: RunHandle;
  /** Finds results that jobs may take instead of running; null where all of them run. */
  readonly reuse: Reuse | null;
  /** Takes the place of running anything; null where jobs do run. */
  readonly plan: Plan | null;
  /** Calls that equal ones take the outcome of. */
  readonly shared: SharedCalls;
  readonly agenda: Agenda;
  /** Where calls run. */
  readonly workplaces: Workplaces;
  /** What calls share. */
  readonly limits: Limits<LiveJob>;
  /** Set once no job may begin. */
  readonly stopped: Error | null;
  /** What computes an expression: one computation for all that ask, under the job that asked first. */
  of(expression: Expression, parent: LiveJob | null): Outcome;
  /** What computes the pending parts of a value. */
  inputs(value: unknown, parent: LiveJob | null, what: () => string): readonly Outcome[];
  /** What hashes the large files that calls in a value are given: these calls wait for it. */
  fileHashes(value: unknown, parent: LiveJob | null): readonly Outcome[];
  /** A value whose inputs are done, with their results in place. */
  withResults(value: unknown): unknown;
  /** A value with what is known by now of its pending parts, and the jobs that this came from. */
  knownOf(value: unknown): { value: unknown; sources: readonly string[] } | null;
  /** Tells of a promise of the user's, as part of a job, when it has settled. */
  listen(promise: PromiseLike<unknown>, job: LiveJob | null, listener: Listener): void;
}

/** Hears how a promise settled. */
export interface Listener {
  fulfilled(value: unknown): void;
  rejected(error: unknown): void;
}

/** A computation of one evaluation, on behalf of a job. */
export abstract class Step extends Computation {
  readonly evaluation: StepContext;
  readonly parent: LiveJob | null;

  constructor(evaluation: StepContext, parent: LiveJob | null) {
    super(evaluation.agenda);
    this.evaluation = evaluation;
    this.parent = parent;
  }
}

/** What is left of a step that is over: a value that is held may have been a million calls. */
export class Settled extends Outcome {
  readonly evaluation: StepContext;

  constructor({ evaluation, state, outcome, sources }: Step) {
    super();
    this.evaluation = evaluation;
    this.state = state;
    this.outcome = outcome;
    this.sources = sources;
  }
}

const NONE: readonly string[] = [];

/** Ids of the jobs that inputs came from. */
export function sourcesOf(inputs: readonly Outcome[]): readonly string[] {
  if (inputs.length <= 1) return inputs[0]?.sources ?? NONE;
  const all = new Set<string>();
  for (const { sources } of inputs) for (const source of sources) all.add(source);
  return [...all];
}
