import { RedunError } from "../errors.ts";
import { type Tags, tagPairs } from "../tag/set.ts";
import { currentJob } from "./context.ts";
import { expressionOf, TagsExpression, type TagsToApply } from "./expression.ts";
import { lazy } from "./lazy.ts";
import { isThenable, pendingParts } from "./pending-parts.ts";

export interface AppliedTags {
  /** Tags of the value itself: every run that returns or receives it shows them. */
  readonly tags?: Tags;
  /** Tags of the job that calls applyTags. */
  readonly jobTags?: Tags;
  /** Tags of the whole execution. */
  readonly executionTags?: Tags;
}

/**
 * Records tags on a value, on the current job and on the execution, and returns the value
 * unchanged. A lazy value stays lazy and a promise stays a promise: what it resolves to is tagged. So
 * are structures that hold lazy values or promises, once all of them are computed.
 * @example
 * ```ts
 * import { applyTags, Scheduler, task } from "redun-git";
 *
 * const train = task(function train(rate: number) {
 *   return applyTags({ loss: 1 / rate }, { tags: { metric: "loss" }, jobTags: { gpu: false } });
 * });
 * console.log(await new Scheduler().run(train(0.5)));
 * ```
 * @throws RedunError BAD_TAG, BAD_VALUE; NOT_IN_A_RUN for a plain value outside of a task
 */
export function applyTags<T>(value: T, applied: AppliedTags): T {
  const toApply: TagsToApply = {
    tags: tagPairs(applied.tags),
    jobTags: tagPairs(applied.jobTags),
    executionTags: tagPairs(applied.executionTags),
  };
  const here = currentJob();
  const isPending = pendingParts(value, () => "What is tagged").length > 0;
  if (!isPending) {
    if (!here) {
      throw new RedunError(
        "NOT_IN_A_RUN",
        "applyTags was called outside of a run.",
        "Call it inside a task, or on a lazy value that a scheduler runs.",
      );
    }
    here.run.tag(value, here.job, toApply);
    return value;
  }
  const expression = new TagsExpression(value, toApply);
  // A promise is computed already, whether or not somebody waits for it.
  const isPromise = isThenable(value) && !expressionOf(value);
  return (here && isPromise ? here.run.awaited(expression, here.job) : lazy(expression)) as T;
}
