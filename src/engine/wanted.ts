import { Outcome } from "./computation.ts";
import { HandedValues } from "./handed.ts";
import type { LiveJob } from "./live-job.ts";
import { Step, type StepContext, sourcesOf } from "./step.ts";

/** Who waits for a value outside of the evaluation. */
export interface Waiter {
  readonly done: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  /** Told before either: nobody waits now. */
  readonly forget: (wanted: Wanted) => void;
}

/** A value that someone outside of the evaluation waits for: the run's own, or what is awaited. */
export class Wanted extends Step {
  readonly #value: unknown;
  readonly #waiter: Waiter;

  constructor(evaluation: StepContext, value: unknown, parent: LiveJob | null, waiter: Waiter) {
    super(evaluation, parent);
    this.#value = value;
    this.#waiter = waiter;
  }

  protected advance(): void {
    const value = this.#value;
    if (value instanceof Outcome) {
      if (!this.waitsFor([value])) this.#end(value.outcome);
    } else {
      const inputs = this.evaluation.inputs(value, this.parent, () => "The value");
      if (!this.waitsFor(inputs)) this.#end(this.evaluation.withResults(value));
    }
  }

  #end(result: unknown): void {
    this.complete(result);
    this.#waiter.forget(this);
    this.#handDown(result);
    this.#waiter.done(result);
  }

  override fail(error: unknown): void {
    super.fail(error);
    this.#waiter.forget(this);
    this.#waiter.fail(error);
  }

  /** What a job awaits, it is remembered to have got. */
  #handDown(result: unknown): void {
    const { parent } = this;
    if (!parent || !(this.#value instanceof Outcome)) return;
    parent.handed ??= new HandedValues();
    parent.handed.add(result, this.#value.sources);
  }
}

/** A promise of the user's, and what is pending in what it gives. */
export class Promised extends Step {
  readonly #promise: PromiseLike<unknown>;
  #given: { readonly value: unknown } | null = null;
  #isAsked = false;

  constructor(evaluation: StepContext, promise: PromiseLike<unknown>, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#promise = promise;
  }

  protected advance(): void {
    if (!this.#given) {
      if (this.#isAsked) return;
      this.#isAsked = true;
      this.evaluation.listen(this.#promise, this.parent, this);
      return;
    }
    const { value } = this.#given;
    const inputs = this.evaluation.inputs(value, this.parent, () => "What a promise gave");
    if (this.waitsFor(inputs)) return;
    this.sources = sourcesOf(inputs);
    this.complete(this.evaluation.withResults(value));
  }

  fulfilled(value: unknown): void {
    this.#given = { value };
    this.wake();
  }

  rejected(error: unknown): void {
    this.fail(error);
  }
}
