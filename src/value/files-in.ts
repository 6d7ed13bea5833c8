import { encodeAnew, hasCodec } from "./codecs.ts";
import type { File } from "./file.ts";
import { FileSet, isFileValue } from "./file-set.ts";
import type { HashName } from "./hash.ts";
import { isPlainArray, isPlainObject } from "./value.ts";

/** Getters can make up a structure that has no end. */
const MAX_DEPTH = 1_000_000;

/** Every file and set of files in a value, however deep in lists, plain objects, sets and maps. */
export function fileValuesIn(value: unknown): readonly (File | FileSet)[] {
  if (typeof value !== "object" || value === null) return NONE;
  const found: (File | FileSet)[] = [];
  const seen = new Set<object>();
  const left: unknown[] = [value];
  const depths: number[] = [1];
  // Not recursive: a list may be linked deeper than the stack.
  while (left.length > 0) {
    const next = left.pop();
    const depth = depths.pop()!;
    if (typeof next !== "object" || next === null || seen.has(next) || depth > MAX_DEPTH) continue;
    seen.add(next);
    try {
      if (isFileValue(next)) found.push(next);
      else if (hasCodec(next)) {
        encodeAnew(next, (encoded) => {
          const within = fileValuesIn(encoded);
          found.push(...within);
          return within.length > 0;
        });
      } else {
        for (const part of partsOf(next)) {
          if (typeof part !== "object") continue;
          left.push(part);
          depths.push(depth + 1);
        }
      }
    } catch {
      // A getter or a proxy of the user's threw.
    }
  }
  return found;
}

/** Every file in a value, those of its sets as they were recorded. */
export function filesIn(value: unknown): readonly File[] {
  const found = fileValuesIn(value);
  if (!found.some((one) => one instanceof FileSet)) return found as readonly File[];
  return found.flatMap((one) => (one instanceof FileSet ? one.recordedFiles : [one]));
}

/** Notes in every file and set of files in a value what is there now: see `File.record`. */
export function recordFiles(value: unknown, format: HashName, root: string | null): void {
  for (const one of fileValuesIn(value)) one.record(format, root);
}

const NONE: readonly never[] = [];

function partsOf(value: object): Iterable<unknown> {
  if (isPlainArray(value) || value instanceof Set) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  return isPlainObject(value) ? Object.values(value) : [];
}
