import type { Bindings, Default, Part } from "../source/bindings.ts";
import type { Parameter } from "../source/parameters.ts";
import { opaqueText } from "../value/opaque.ts";
import { isPlainArray, isPlainObject, setOwn, Tagged } from "../value/value.ts";

/** What a name is bound to where nothing was given for it; its default may have to be computed. */
type Lookup = (name: string, by: Default) => unknown;

/** Whether a default that has to be computed decides what a function gets with these arguments. */
export function needsDefaults(bindings: Bindings, args: readonly unknown[]): boolean {
  return bindings.parts.some((part, at) => part !== null && needs(part, args[at]));
}

function needs({ pattern, default: by }: Part, given: unknown): boolean {
  if (given === undefined && by && !by.literal) return true;
  if (pattern.kind === "name") return false;
  const value = given === undefined ? by?.literal?.value : given;
  return partsWithin(pattern, value).some(({ part, value }) => needs(part, value));
}

/** The parts of a pattern, each with what it is given. */
function partsWithin(pattern: Part["pattern"], value: unknown): { part: Part; value: unknown }[] {
  if (pattern.kind === "object" && isObject(value) && isPlainObject(value)) {
    return pattern.properties.map(({ key, part }) => ({ part, value: value[key] }));
  }
  if (pattern.kind === "list" && isObject(value) && isPlainArray(value)) {
    return pattern.items.flatMap((part, at) => (part ? [{ part, value: value[at] }] : []));
  }
  return [];
}

/**
 * Arguments with the defaults that took their place, those within objects and lists included.
 * `bound` is what the function's names were bound to; without it, what had to be computed is
 * `!opaque`, and says that it was not recorded.
 */
export function withDefaults(
  bindings: Bindings,
  args: readonly unknown[],
  bound: ReadonlyMap<string, unknown> | null,
): readonly unknown[] {
  if (!bindings.parts.some((part) => part !== null && hasDefault(part))) return args;
  const lookup: Lookup = (name, by) => {
    if (bound) return bound.get(name);
    return by.literal ? by.literal.value : unknown(by);
  };
  const all = [...args];
  bindings.parts.forEach((part, at) => {
    if (!part || !hasDefault(part)) return;
    const value = complete(part, args[at], lookup, bound);
    if (value !== undefined && value !== args[at]) {
      while (all.length < at) all.push(undefined);
      all[at] = value;
    }
  });
  return all;
}

/**
 * The same of a function of which no more is known than its parameters: a default that has to be
 * computed says that it was not recorded.
 */
export function withUnknown(
  parameters: readonly Parameter[],
  args: readonly unknown[],
): readonly unknown[] {
  const all = [...args];
  parameters.forEach(({ defaultText, hasLiteralDefault }, at) => {
    if (args[at] !== undefined || defaultText === null || hasLiteralDefault) return;
    while (all.length < at) all.push(undefined);
    all[at] = unknown({ text: defaultText, literal: null });
  });
  return all;
}

/** A default that was computed where nobody could see it: its like on another day may differ. */
function unknown({ text }: Default): Tagged {
  const which = opaqueText({}).replace(/^.* /, "");
  const shown = text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 80);
  return new Tagged("opaque", `default ${shown} ${which}`);
}

function complete(
  { pattern, default: by }: Part,
  given: unknown,
  lookup: Lookup,
  bound: ReadonlyMap<string, unknown> | null,
): unknown {
  if (pattern.kind === "name") return given === undefined && by ? lookup(pattern.name, by) : given;
  const isComputed = given === undefined && by !== null && by.literal === null;
  if (isComputed && !bound) return unknown(by);
  const value = given === undefined ? (by?.literal ?? { value: undefined }).value : given;
  // Of what was computed only that is known, and counts, which the function took out of it.
  const whole = isComputed ? (pattern.kind === "list" ? [] : {}) : value;
  const known = (part: Part, given: unknown) =>
    isComputed && part.pattern.kind === "name"
      ? bound!.get(part.pattern.name)
      : complete(part, given, lookup, bound);
  if (pattern.kind === "list") {
    if (!isObject(whole) || !isPlainArray(whole)) return value;
    const items = [...whole];
    pattern.items.forEach((part, at) => {
      if (part) items[at] = known(part, items[at]);
    });
    if (isComputed && pattern.rest !== null) items.push(...(bound!.get(pattern.rest) as unknown[]));
    return Array.from(items);
  }
  if (!isObject(whole) || !isPlainObject(whole)) return value;
  const object = { ...whole };
  for (const { key, part } of pattern.properties) {
    const found = known(part, object[key]);
    if (found !== undefined) setOwn(object, key, found);
  }
  if (isComputed && pattern.rest !== null) Object.assign(object, bound!.get(pattern.rest));
  return object;
}

function hasDefault({ pattern, default: by }: Part): boolean {
  if (by) return true;
  if (pattern.kind === "object") return pattern.properties.some(({ part }) => hasDefault(part));
  return pattern.kind === "list" && pattern.items.some((part) => part !== null && hasDefault(part));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
