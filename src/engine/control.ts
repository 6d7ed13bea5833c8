/** What decides, while a run goes on, what is computed next. */

import { RedunError } from "../errors.ts";
import { CallExpression, ControlExpression, type ControlName } from "./expression.ts";
import { lazy } from "./lazy.ts";
import type { LiveJob } from "./live-job.ts";
import { Step, type StepContext, sourcesOf } from "./step.ts";

/** Gives values to compute one after the other, gets what they came out as, and returns its own result. */
type Course = Generator<unknown, unknown, unknown>;

const COURSES: Readonly<
  Record<ControlName, (of: readonly unknown[], call: (argument: unknown) => unknown) => Course>
> = {
  *cond([test, then, otherwise]) {
    return (yield test) ? yield then : yield otherwise;
  },
  *seq([values]) {
    const results: unknown[] = [];
    for (const value of asList(yield* unlessList(values), "seq")) results.push(yield value);
    return results;
  },
  *catchError([value], call) {
    let thrown: unknown;
    try {
      return yield value;
    } catch (error) {
      thrown = error;
    }
    return yield call(thrown);
  },
  *catchAll([values], call) {
    const all = asList(yield* unlessList(values), "catchAll");
    const ends = yield all.map((value) => lazy(new ControlExpression("settled", [value], null)));
    const results = (ends as readonly Settled[]).map((end) =>
      "error" in end ? end.error : end.value,
    );
    const hasFailed = (ends as readonly Settled[]).some((end) => "error" in end);
    return hasFailed ? yield call(results) : results;
  },
  *settled([value]) {
    try {
      return { value: yield value };
    } catch (error) {
      return { error };
    }
  },
  *mapTask([values], call) {
    return yield asList(yield values, "mapTask").map(call);
  },
  *flatMap([values], call) {
    const lists = yield asList(yield values, "flatMap").map(call);
    return (lists as readonly unknown[]).flatMap((list) => asList(list, "flatMap"));
  },
};

type Settled = { readonly value: unknown } | { readonly error: unknown };

/** A list whose items are not to be computed yet; of anything else, what it comes out as. */
function* unlessList(values: unknown): Course {
  return Array.isArray(values) ? values : yield values;
}

function asList(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RedunError("BAD_VALUE", `${name} was given something that came out as no list.`);
}

/** Computes what control flow is made of, in its turn, as children of the job that it is part of. */
export class Controlled extends Step {
  readonly #name: ControlName;
  readonly #course: Course;
  #wish: Wish | null = null;

  constructor(
    evaluation: StepContext,
    { name, of, call }: ControlExpression,
    parent: LiveJob | null,
  ) {
    super(evaluation, parent);
    this.#name = name;
    this.#course = COURSES[name](of, (argument) =>
      lazy(new CallExpression(call!.task, [argument], call!.settings)),
    );
  }

  protected advance(): void {
    const next = this.#next(this.#wish);
    if (next.done) {
      this.complete(next.value);
      return;
    }
    this.#wish = new Wish(this.evaluation, next.value, this.parent);
    this.#wish.wake();
    this.waitsForNext(this.#wish);
  }

  #next(wish: Wish | null): IteratorResult<unknown, unknown> {
    if (!wish) return this.#course.next();
    const end = wish.outcome as Settled;
    if ("error" in end) return this.#course.throw(end.error);
    // In the order of a list all of them count; else what came last decided on what came before it.
    this.sources = this.#name === "seq" ? sourcesOf([this, wish]) : wish.sources;
    return this.#course.next(end.value);
  }
}

/** A value to compute, whose failure is an outcome like any other. */
class Wish extends Step {
  readonly #value: unknown;

  constructor(evaluation: StepContext, value: unknown, parent: LiveJob | null) {
    super(evaluation, parent);
    this.#value = value;
  }

  protected advance(): void {
    const inputs = this.evaluation.inputs(this.#value, this.parent, () => "The value");
    if (this.waitsFor(inputs)) return;
    this.sources = sourcesOf(inputs);
    this.complete({ value: this.evaluation.withResults(this.#value) });
  }

  protected override fail(error: unknown): void {
    this.complete({ error });
  }
}
