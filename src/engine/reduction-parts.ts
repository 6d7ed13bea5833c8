import { isPlainArray, isPlainObject, StoredValue, Tagged } from "../value/value.ts";
import { isPlainMap, isPlainSet } from "./pending-parts.ts";

/** Ids of the values in a recorded one that stand in files of their own. */
export function storedIn(recorded: unknown): string[] {
  const ids: string[] = [];
  const left: unknown[] = [recorded];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (next instanceof StoredValue) ids.push(next.id);
    else if (next instanceof Tagged) left.push(next.value);
    else if (isPlainArray(next) || isPlainSet(next)) for (const item of next) left.push(item);
    else if (isPlainMap(next)) for (const [key, item] of next) left.push(key, item);
    else if (isPlainObject(next)) left.push(...Object.values(next));
  }
  return ids;
}

/** Whether something in a recorded value is yet to be computed. */
export function holdsLazy(
  recorded: unknown,
  stored: ReadonlyMap<string, { readonly value: unknown } | undefined>,
): boolean {
  const left: unknown[] = [recorded];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (next instanceof Tagged && next.tag === "lazy") return true;
    if (next instanceof StoredValue) left.push(stored.get(next.id)?.value);
    else if (isPlainArray(next) || isPlainSet(next)) for (const item of next) left.push(item);
    else if (isPlainMap(next)) for (const [key, item] of next) left.push(key, item);
    else if (isPlainObject(next)) left.push(...Object.values(next));
  }
  return false;
}
