import { isPromise } from "node:util/types";
import { RedunError } from "../errors.ts";
import { Call } from "./call.ts";
import { Agenda, type Outcome } from "./computation.ts";
import { inJob, type RunHandle } from "./context.ts";
import { Controlled } from "./control.ts";
import { describeJob } from "./describe-job.ts";
import { type Expression, expressionOf, heldBy } from "./expression.ts";
import { HashAhead } from "./hash-ahead.ts";
import type { Jobs } from "./jobs.ts";
import type { Limits } from "./limits.ts";
import type { LiveJob } from "./live-job.ts";
import { pendingParts, withResults } from "./pending-parts.ts";
import { NotRun, type Plan } from "./plan.ts";
import { Property, TagsApplied } from "./property.ts";
import type { Reuse } from "./reuse.ts";
import { SharedCalls } from "./shared-calls.ts";
import { type Listener, Settled, Step, type StepContext, sourcesOf } from "./step.ts";
import { Promised, Wanted } from "./wanted.ts";
import type { Workplaces } from "./workplaces.ts";

/** The values of one run that are computed or being computed. */
export class Evaluation implements StepContext {
  readonly jobs: Jobs;
  /** What tasks reach by their context. */
  readonly run: RunHandle;
  readonly reuse: Reuse | null;
  readonly workplaces: Workplaces;
  readonly plan: Plan | null;
  readonly limits: Limits<LiveJob>;
  /** Those that equal ones take the outcome of. */
  readonly shared = new SharedCalls();
  readonly agenda = new Agenda(() => this.#endIfStuck());
  /** Set once no job may begin. */
  stopped: Error | null = null;
  /** Of promises, and of expressions that another run got to first. */
  readonly #computations = new WeakMap<object, Step>();
  readonly #wanted = new Set<Wanted>();
  readonly #ahead: HashAhead;
  /** Promises of the user's code that have not settled. */
  #outside = 0;

  constructor(
    jobs: Jobs,
    run: RunHandle & Pick<StepContext, "limits">,
    reuse: Reuse | null,
    workplaces: Workplaces,
    plan: Plan | null,
  ) {
    this.jobs = jobs;
    this.run = run;
    this.limits = run.limits;
    this.reuse = reuse;
    this.workplaces = workplaces;
    this.plan = plan;
    this.#ahead = new HashAhead({
      format: jobs.format,
      onFile: (path, size) => jobs.hashing(path, size),
      onHashed: (path) => jobs.hashed(path),
      isOver: () => this.stopped !== null,
    });
  }

  /** What a computation gives, or a value with all that is pending in it computed. */
  want(value: unknown, parent: LiveJob | null): Promise<unknown> {
    return new Promise((done, fail) => {
      const forget = (wanted: Wanted) => this.#wanted.delete(wanted);
      const wanted = new Wanted(this, value, parent, { done, fail, forget });
      this.#wanted.add(wanted);
      wanted.wake();
    });
  }

  /** What computes an expression: one computation for all that ask, under the job that asked first. */
  of(expression: Expression, parent: LiveJob | null): Outcome {
    const known = this.#known(expression);
    if (known) return known;
    const computation = this.#begin(expression, parent);
    if (expression.computation === null) expression.computation = computation;
    else this.#computations.set(expression, computation);
    computation.wake();
    return computation;
  }

  /** What computes the pending parts of a value. */
  inputs(value: unknown, parent: LiveJob | null, what: () => string): readonly Outcome[] {
    if (typeof value !== "object" || value === null) return NONE;
    const parts = pendingParts(value, what);
    const inputs: Outcome[] = [];
    // The agenda takes the latest first; what is written first should begin first.
    for (let at = parts.length - 1; at >= 0; at--) {
      const part = parts[at]!;
      const expression = expressionOf(part);
      inputs.push(expression ? this.of(expression, parent) : this.#promised(part, parent));
    }
    for (const hashed of this.#ahead.of(value)) inputs.push(this.#promised(hashed, parent));
    return inputs.reverse();
  }

  /**
   * What hashes the large files that calls in a value are given: they are recorded with the value, before
   * those calls begin. Promises that the calls are given may reject from here on.
   */
  fileHashes(value: unknown, parent: LiveJob | null): readonly Outcome[] {
    if (typeof value !== "object" || value === null) return NONE;
    const hashed: Outcome[] = [];
    const seen = new Set<Expression>();
    const left: unknown[] = [value];
    while (left.length > 0) {
      for (const part of this.#pendingParts(left.pop())) {
        const expression = expressionOf(part);
        if (!expression) expectRejection(part);
        if (!expression || seen.has(expression)) continue;
        seen.add(expression);
        for (const held of heldBy(expression)) {
          left.push(held);
          for (const one of this.#ahead.of(held)) hashed.push(this.#promised(one, parent));
        }
      }
    }
    return hashed;
  }

  hashAhead(value: unknown): readonly Promise<unknown>[] {
    return this.#ahead.of(value);
  }

  /** A value whose inputs are done, with their results in place. */
  withResults(value: unknown): unknown {
    return withResults(value, (part) => {
      const expression = expressionOf(part);
      const computation = expression ? this.#known(expression) : this.#computations.get(part);
      return computation!.outcome;
    });
  }

  /**
   * A value with what is known by now of its pending parts, and the jobs that this came from; null where
   * nothing is pending in it, or known of that.
   */
  knownOf(value: unknown): { value: unknown; sources: readonly string[] } | null {
    const known = new Map<object, Outcome>();
    for (const part of this.#pendingParts(value)) {
      const expression = expressionOf(part);
      const found = expression ? this.#known(expression) : this.#computations.get(part);
      if (found?.state === "done") known.set(part, found);
    }
    if (known.size === 0) return null;
    return {
      value: withResults(value, (part) => (known.has(part) ? known.get(part)!.outcome : part)),
      sources: sourcesOf([...known.values()]),
    };
  }

  #pendingParts(value: unknown): readonly object[] {
    try {
      return pendingParts(value, () => "The value");
    } catch {
      // A lazy value where it cannot be computed.
      return [];
    }
  }

  /** Tells of a promise of the user's, as part of a job, when it has settled. */
  listen(promise: PromiseLike<unknown>, job: LiveJob | null, listener: Listener): void {
    this.#outside++;
    const hear = (value: unknown) => {
      this.#outside--;
      listener.fulfilled(value);
    };
    const hearFailure = (error: unknown) => {
      this.#outside--;
      listener.rejected(error);
    };
    const listen = () => void Promise.resolve(promise).then(hear, hearFailure);
    // What only looks like a promise does its work when it is asked, as part of its job.
    if (isPromise(promise) && Object.getPrototypeOf(promise) === Promise.prototype) listen();
    else inJob({ run: this.run, job }, listen);
  }

  #known(expression: Expression): Step | Settled | undefined {
    const { computation } = expression;
    const isStep = computation instanceof Step || computation instanceof Settled;
    const isOwn = isStep && computation.evaluation === this;
    return isOwn ? computation : this.#computations.get(expression);
  }

  #begin(expression: Expression, parent: LiveJob | null): Step {
    switch (expression.kind) {
      case "call":
        return new Call(this, expression, parent);
      case "property":
        return new Property(this, expression, parent);
      case "tags":
        return new TagsApplied(this, expression, parent);
      case "control":
        return new Controlled(this, expression, parent);
    }
  }

  #promised(promise: object, parent: LiveJob | null): Outcome {
    const known = this.#computations.get(promise);
    if (known) return known;
    const computation = new Promised(this, promise as PromiseLike<unknown>, parent);
    this.#computations.set(promise, computation);
    computation.wake();
    return computation;
  }

  /** When nothing is left to do, and no code runs that could ask for more. */
  #endIfStuck(): void {
    if (this.#outside > 0 || this.#wanted.size === 0) return;
    if (this.plan) {
      for (const wanted of this.#wanted) wanted.fail(new NotRun());
      return;
    }
    const waiting = [...this.jobs.running].slice(-MOST_WAITING).map(describeJob).join(", ");
    const where = waiting === "" ? "" : ` It waits in ${waiting}.`;
    const error = new RedunError(
      "BAD_VALUE",
      `A task's call is an argument of itself, or makes the same call again: it would wait forever.${where}`,
      'A list or object that is given to a task must not get that task\'s own lazy value later. Equal calls run once: a task that calls itself needs other arguments, or `cacheScope: "none"`.',
    );
    for (const wanted of this.#wanted) wanted.fail(error);
  }
}

const NONE: readonly never[] = [];

/** Jobs that an error names, the innermost ones. */
const MOST_WAITING = 3;

/**
 * A promise that rejects before anybody listens ends a process, and who is given it may begin later: a call
 * that waits for its turn, a branch that waits for its test.
 */
function expectRejection(part: object): void {
  if (!isPromise(part) || Object.getPrototypeOf(part) !== Promise.prototype) return;
  part.catch(() => {});
}
