import { HIDDEN, isSecretName } from "../redact.ts";
import { type CallExpression, expressionOf } from "./expression.ts";
import { pendingParts } from "./pending-parts.ts";
import type { Secrets } from "./secrets.ts";

/** A command line without the arguments of its call that are secrets: recorded by their hash alone, or by their names. */
export function withoutSecrets(
  argv: readonly string[],
  expression: unknown,
  secrets: Secrets,
): readonly string[] {
  const calls = pendingParts(expression, () => "The value").flatMap((part) => {
    const found = expressionOf(part);
    return found?.kind === "call" ? [found] : [];
  });
  const given = calls.flatMap(hashOnlyArguments);
  const named = calls.flatMap(namedSecrets);
  if (given.length + named.length === 0) return argv;
  secrets.add(given);
  // A short one may be a word of its own.
  const words = new Set([
    ...given.filter((value) => typeof value !== "object").map(String),
    ...named,
  ]);
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

/** Texts that are given to parameters with the name of a secret. */
function namedSecrets({ task, args }: CallExpression): string[] {
  return args.flatMap((value, at) => {
    const name = task.source.parameters[at]?.name;
    const isSecret = typeof value === "string" && value !== "" && name !== undefined;
    return isSecret && isSecretName(name) ? [value] : [];
  });
}
