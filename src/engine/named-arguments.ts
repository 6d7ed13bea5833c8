import type { RunningParameter } from "./run-events.ts";

/** Arguments with the names of their parameters; `names` is null where they have none. */
export interface NamedArguments {
  readonly names: readonly string[] | null;
  readonly values: readonly unknown[];
}

/**
 * Puts names to the arguments of a call. A default that the source writes as a literal counts as
 * given, so that a reader sees it; a rest parameter is one list.
 */
export function namedArguments(
  parameters: readonly RunningParameter[],
  args: readonly unknown[],
): NamedArguments {
  const rest = parameters.at(-1)?.rest ?? false;
  const unnamed = args.length > parameters.length && !rest;
  if (unnamed) return { names: null, values: args };
  const names: string[] = [];
  const values: unknown[] = [];
  parameters.forEach((parameter, at) => {
    const taken = parameter.rest ? args.slice(at) : args[at];
    const value =
      taken === undefined && parameter.hasLiteralDefault ? parameter.defaultValue : taken;
    // `null` is another argument.
    if (value === undefined) return;
    names.push(parameter.name);
    values.push(value);
  });
  const isAll = names.length === parameters.length;
  return { names: isAll ? allNames(parameters) : names, values };
}

/** A job keeps the names for as long as it runs; a million jobs of one task share them. */
function allNames(parameters: readonly RunningParameter[]): readonly string[] {
  const known = shared.get(parameters);
  if (known) return known;
  const names = parameters.map(({ name }) => name);
  shared.set(parameters, names);
  return names;
}

const shared = new WeakMap<readonly RunningParameter[], readonly string[]>();
