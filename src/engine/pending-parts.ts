import { isPromise } from "node:util/types";
import { RedunError } from "../errors.ts";
import { hasMore, moreOf } from "../value/list-properties.ts";
import { isPlainArray, isPlainObject, setOwn } from "../value/value.ts";
import { expressionOf } from "./expression.ts";

/**
 * Where lazy values and promises may stand: anywhere in arrays, plain objects, Sets and Maps (their
 * keys too), in each other. They are found in the order in which they are written, and what holds
 * them is copied, with results in their places. An instance of a class is looked into, but not
 * copied or changed: a copy would lack its private fields, and others may hold the very object. So
 * a lazy value in one is refused.
 */

/** Getters can make up a structure that has no end. */
const MAX_DEPTH = 1_000_000;
/** Objects that are looked at within an instance of a class, which may hold on to half a program. */
const MAX_BEHIND_INSTANCE = 100_000;

const NONE: readonly object[] = [];

/**
 * The lazy values and promises in a value, each once.
 * @param what names the value in errors: "The result of job 9d095794 main"
 * @throws RedunError BAD_VALUE for a lazy value in an instance of a class, and for one in a structure
 * that is part of itself
 */
export function pendingParts(value: unknown, what: () => string): readonly object[] {
  if (typeof value !== "object" || value === null) return NONE;
  if (isPending(value)) return [value];
  const pending: object[] = [];
  const seen = new Set<object>();
  const behind = new Set<object>();
  // Not recursive: a list may be linked deeper than the stack.
  const left: object[] = [value];
  const depths: number[] = [1];
  while (left.length > 0) {
    const next = left.pop()!;
    const depth = depths.pop()!;
    if (seen.has(next)) continue;
    seen.add(next);
    if (isPending(next)) {
      pending.push(next);
      continue;
    }
    const parts = depth <= MAX_DEPTH ? partsOf(next) : NONE;
    if (!parts) {
      assertNothingLazyIn(next, behind, what);
      continue;
    }
    for (let at = parts.length - 1; at >= 0; at--) {
      const part = parts[at];
      if (typeof part !== "object" || part === null) continue;
      left.push(part);
      depths.push(depth + 1);
    }
  }
  if (pending.length > 0 && isCyclic(emptyCopies(value))) throw partOfItself(what());
  return pending;
}

/**
 * A value with `resultOf` each of its pending parts in their places. What holds none of them is the
 * same object as before.
 */
export function withResults(value: unknown, resultOf: (pending: object) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isPending(value)) return resultOf(value);
  const copies = emptyCopies(value);
  const inPlace = (part: unknown): unknown => {
    if (typeof part !== "object" || part === null) return part;
    return isPending(part) ? resultOf(part) : (copies.get(part) ?? part);
  };
  for (const [original, copy] of copies) fill(copy, original, inPlace);
  return copies.get(value) ?? value;
}

function isPending(value: object): boolean {
  return expressionOf(value) !== undefined || isThenable(value);
}

/** Whether a value is a promise, or what `await` takes for one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (isPromise(value)) return true;
  try {
    return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
  } catch {
    return false;
  }
}

/** The members of a container; null for a value that is looked at as a whole. */
function partsOf(value: object): readonly unknown[] | null {
  try {
    if (isPlainArray(value)) return value;
    if (isPlainObject(value)) return Object.values(value);
    if (isPlainSet(value)) return [...value];
    if (isPlainMap(value)) return [...value].flat(1);
  } catch {
    // A getter or a proxy of the user's threw.
  }
  return null;
}

export function isPlainSet(value: object): value is Set<unknown> {
  return value instanceof Set && Object.getPrototypeOf(value) === Set.prototype;
}

export function isPlainMap(value: object): value is Map<unknown, unknown> {
  return value instanceof Map && Object.getPrototypeOf(value) === Map.prototype;
}

/** Empty copies of the containers that lead to something pending. */
function emptyCopies(value: object): Map<object, object> {
  const holders = new Map<object, object[]>([[value, []]]);
  const found: object[] = [];
  // A Map may grow while it is gone through, and then all of it is.
  for (const [holder] of holders) {
    for (const part of partsOf(holder) ?? NONE) {
      if (typeof part !== "object" || part === null) continue;
      if (isPending(part)) {
        found.push(holder);
        continue;
      }
      const known = holders.get(part);
      if (known) known.push(holder);
      else holders.set(part, [holder]);
    }
  }
  const copies = new Map<object, object>();
  for (let next = found.pop(); next; next = found.pop()) {
    if (copies.has(next)) continue;
    copies.set(next, emptyCopy(next));
    for (const holder of holders.get(next)!) found.push(holder);
  }
  return copies;
}

/** Whether some of the containers to copy hold each other in a circle. */
function isCyclic(copies: ReadonlyMap<object, object>): boolean {
  const held = new Map<object, number>();
  const copiedIn = (container: object) =>
    (partsOf(container) ?? NONE).filter((part): part is object => copies.has(part as object));
  for (const container of copies.keys()) {
    for (const part of copiedIn(container)) held.set(part, (held.get(part) ?? 0) + 1);
  }
  // Those that nothing holds are taken away until none is left, or only circles.
  const free = [...copies.keys()].filter((container) => !held.has(container));
  let count = 0;
  for (let next = free.pop(); next; next = free.pop()) {
    count++;
    for (const part of copiedIn(next)) {
      const left = held.get(part)! - 1;
      held.set(part, left);
      if (left === 0) free.push(part);
    }
  }
  return count < copies.size;
}

function emptyCopy(container: object): object {
  if (Array.isArray(container)) return [];
  if (container instanceof Map) return new Map();
  if (container instanceof Set) return new Set();
  return Object.create(Object.getPrototypeOf(container));
}

function fill(copy: object, original: object, inPlace: (part: unknown) => unknown): void {
  if (Array.isArray(original)) {
    (copy as unknown[]).length = original.length;
    original.forEach((part, at) => {
      (copy as unknown[])[at] = inPlace(part);
    });
    if (hasMore(original)) {
      for (const [key, part] of Object.entries(moreOf(original))) setOwn(copy, key, part);
    }
  } else if (original instanceof Map) {
    for (const [key, part] of original) {
      (copy as Map<unknown, unknown>).set(inPlace(key), inPlace(part));
    }
  } else if (original instanceof Set) {
    for (const part of original) (copy as Set<unknown>).add(inPlace(part));
  } else {
    for (const [key, part] of Object.entries(original)) setOwn(copy, key, inPlace(part));
    for (const key of Object.getOwnPropertySymbols(original)) {
      (copy as Record<symbol, unknown>)[key] = (original as Record<symbol, unknown>)[key];
    }
  }
}

function assertNothingLazyIn(instance: object, seen: Set<object>, what: () => string): void {
  for (const [field, value] of membersOf(instance)) {
    const left: unknown[] = [value];
    while (left.length > 0 && seen.size < MAX_BEHIND_INSTANCE) {
      const next = left.pop();
      if (typeof next !== "object" || next === null || seen.has(next)) continue;
      if (expressionOf(next)) throw lazyInInstance(what(), instance, field);
      seen.add(next);
      for (const [, part] of membersOf(next)) if (typeof part === "object") left.push(part);
    }
  }
}

/** What an object of any class holds, as far as it can be seen without running the user's code. */
function membersOf(value: object): readonly (readonly [field: string, member: unknown])[] {
  try {
    if (ArrayBuffer.isView(value) || isPromise(value)) return [];
    const fields: (readonly [string, unknown])[] = [];
    for (const key of Object.keys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      if (descriptor && "value" in descriptor) fields.push([key, descriptor.value]);
    }
    if (value instanceof Map) {
      for (const entry of Map.prototype.entries.call(value)) {
        fields.push(["(key)", entry[0]], ["(entry)", entry[1]]);
      }
    }
    if (value instanceof Set) {
      for (const item of Set.prototype.values.call(value)) fields.push(["(item)", item]);
    }
    return fields;
  } catch {
    // A proxy of the user's threw.
    return [];
  }
}

function lazyInInstance(what: string, instance: object, field: string): RedunError {
  const name: unknown = Object.getPrototypeOf(instance)?.constructor?.name;
  return new RedunError(
    "BAD_VALUE",
    `${what} holds a lazy value in "${field}" of an instance of ${name || "a class"}, where it cannot be computed.`,
    "Lazy values are computed in arrays, plain objects, Maps and Sets. `await` it first in an async task, or make the instance in a task that takes it.",
  );
}

function partOfItself(what: string): RedunError {
  return new RedunError(
    "BAD_VALUE",
    `${what} is or holds a structure that is part of itself and holds a lazy value.`,
    "Put results in place of lazy values first: `await` them in an async task.",
  );
}
