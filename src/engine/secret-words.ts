import { HIDDEN } from "../redact.ts";
import { type CallExpression, expressionOf } from "./expression.ts";
import { pendingParts } from "./pending-parts.ts";
import type { Secrets } from "./secrets.ts";

/** A command line without the arguments of its call that are recorded by their hash alone. */
export function withoutSecrets(
  argv: readonly string[],
  expression: unknown,
  secrets: Secrets,
): readonly string[] {
  const given = pendingParts(expression, () => "The value").flatMap((part) => {
    const found = expressionOf(part);
    return found?.kind === "call" ? hashOnlyArguments(found) : [];
  });
  if (given.length === 0) return argv;
  secrets.add(given);
  // A short one may be a word of its own.
  const words = new Set(given.filter((value) => typeof value !== "object").map(String));
  return argv.map((word) => (words.has(word) ? HIDDEN : secrets.hidden(word)));
}

function hashOnlyArguments({ task, args }: CallExpression): unknown[] {
  const { hashOnly, source } = task;
  if (!hashOnly.args) return [];
  return args.filter((_, at) => {
    const last = source.parameters.length - 1;
    return hashOnly.argument(source.parameters[Math.min(at, last)]?.name);
  });
}
