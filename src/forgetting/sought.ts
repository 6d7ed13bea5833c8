import { File } from "../value/file.ts";
import { FileSet } from "../value/file-set.ts";
import type { HashName } from "../value/hash.ts";
import { contentId } from "../value/oid.ts";
import { ErrorValue, StoredValue, Tagged } from "../value/value.ts";

/** A shorter text is everywhere: only whole values are compared. */
const SHORTEST_TEXT = 4;

/** What is to be forgotten: some values, and the texts that they are. */
export class Sought {
  readonly ids: ReadonlySet<string>;
  readonly #texts: readonly string[];
  readonly #format: HashName;

  /** @param values with their ids */
  constructor(values: readonly { id: string; value: unknown }[], format: HashName) {
    this.#format = format;
    this.ids = new Set(values.map(({ id }) => id));
    const texts = values.flatMap(({ value }) => {
      if (typeof value === "string") return [value];
      return value instanceof File ? [value.path] : [];
    });
    this.#texts = [...new Set(texts)].filter((text) => text.length >= SHORTEST_TEXT);
  }

  /** Whether a text has one of them in it. */
  isIn(text: string): boolean {
    return this.#texts.some((sought) => text.includes(sought));
  }

  /** Whether a value is one of them, or has one in it at any depth. */
  isInValue(value: unknown): boolean {
    const left = [value];
    const seen = new Set<unknown>();
    while (left.length > 0) {
      const next = left.pop();
      if (this.#is(next)) return true;
      if (typeof next !== "object" || next === null || seen.has(next)) continue;
      seen.add(next);
      for (const part of partsOf(next)) left.push(part);
    }
    return false;
  }

  #is(value: unknown): boolean {
    if (typeof value === "string" && this.isIn(value)) return true;
    if (value instanceof StoredValue) return this.ids.has(value.id);
    if (typeof value === "symbol" || typeof value === "function") return false;
    return this.ids.has(contentId(value, this.#format));
  }
}

function partsOf(value: object): readonly unknown[] {
  if (value instanceof StoredValue) return [];
  if (value instanceof Tagged) return [value.value];
  if (value instanceof File) return [value.path];
  if (value instanceof FileSet) return [value.pattern, ...value.recordedFiles];
  if (value instanceof ErrorValue) return [value.message, value.stack, value.more];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (ArrayBuffer.isView(value)) return [];
  return [...Object.keys(value), ...Object.values(value)];
}
