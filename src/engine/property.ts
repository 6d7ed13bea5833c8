import { RedunError } from "../errors.ts";
import type { PropertyExpression, TagsExpression } from "./expression.ts";
import type { LiveJob } from "./live-job.ts";
import { Step, type StepContext, sourcesOf } from "./step.ts";

/** A property of what another expression gives. */
export class Property extends Step {
  readonly #expression: PropertyExpression;

  constructor(evaluation: StepContext, expression: PropertyExpression, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#expression = expression;
  }

  protected advance(): void {
    const { of, key } = this.#expression;
    const whole = this.evaluation.of(of, this.parent);
    if (this.waitsFor([whole])) return;
    this.sources = whole.sources;
    this.complete(property(whole.outcome, key));
  }
}

/** A value that is tagged once all of it is computed. */
export class TagsApplied extends Step {
  readonly #expression: TagsExpression;

  constructor(evaluation: StepContext, expression: TagsExpression, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#expression = expression;
  }

  protected advance(): void {
    const { value, applied } = this.#expression;
    const inputs = this.evaluation.inputs(value, this.parent, () => "What is tagged");
    if (this.waitsFor(inputs)) return;
    const result = this.evaluation.withResults(value);
    this.sources = sourcesOf(inputs);
    this.evaluation.run.tag(result, this.parent, applied);
    this.complete(result);
  }
}

function property(of: unknown, key: string): unknown {
  if (of === null || of === undefined) {
    throw new RedunError(
      "BAD_VALUE",
      `Property "${key}" was read from a lazy value that turned out to be ${of}.`,
    );
  }
  return (of as Record<string, unknown>)[key];
}
