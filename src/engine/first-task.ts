import { expressionOf } from "./expression.ts";
import { pendingParts } from "./pending-parts.ts";
import type { TaskDefinition } from "./task-definition.ts";

/** The task whose call the expression is, or the first one in it. */
export function firstTask(value: unknown): TaskDefinition | undefined {
  const left = [value];
  while (left.length > 0) {
    const [first, ...others] = pendingParts(left.pop(), () => "The value");
    let expression = expressionOf(first);
    while (expression?.kind === "property") expression = expression.of;
    if (expression?.kind === "call") return expression.task;
    for (const other of others.toReversed()) left.push(other);
    if (expression) left.push(expression.kind === "control" ? expression.of : expression.value);
  }
  return undefined;
}
