import { HIDDEN } from "../redact.ts";
import { File } from "../value/file.ts";
import { contentId } from "../value/oid.ts";
import { ErrorValue, isPlainArray, isPlainObject, setOwn, Tagged } from "../value/value.ts";

/** A shorter text is not a secret: it would be found by trying, and is in many others. */
const SHORTEST = 4;
/** So many texts, with so many characters, are looked for in others. */
const MOST = 10_000;
const MOST_CHARACTERS = 10_000_000;

/**
 * The texts within values that are recorded by their hash alone, so that they can be kept out of what else a run
 * records: an error's message may hold what its task was given.
 */
export class Secrets {
  readonly #texts = new Set<string>();
  #characters = 0;
  /** There were too many to look for: any text may hold one. */
  #isFull = false;
  /** The longest first: one may be the beginning of another. */
  #ordered: readonly string[] | null = null;

  get isEmpty(): boolean {
    return this.#texts.size === 0 && !this.#isFull;
  }

  /** Takes note of the texts and numbers in a value, however deep. */
  add(value: unknown): void {
    const seen = new Set<object>();
    const left: unknown[] = [value];
    while (left.length > 0 && !this.#isFull) {
      const next = left.pop();
      if (typeof next === "string") this.#addText(next);
      else if (typeof next === "number" || typeof next === "bigint") this.#addText(String(next));
      if (typeof next !== "object" || next === null || seen.has(next)) continue;
      seen.add(next);
      try {
        left.push(...partsOf(next));
      } catch {
        // A getter of the user's threw.
      }
    }
  }

  #addText(text: string): void {
    // Messages often quote one line of a text.
    for (const part of [text, ...text.split("\n").map((line) => line.trim())]) {
      if (part.length < SHORTEST) continue;
      const quoted = JSON.stringify(part).slice(1, -1);
      for (const form of [part, quoted, encodeURIComponent(part.toWellFormed())]) {
        if (this.#texts.has(form)) continue;
        this.#texts.add(form);
        this.#characters += form.length;
        this.#ordered = null;
      }
    }
    this.#isFull = this.#texts.size > MOST || this.#characters > MOST_CHARACTERS;
  }

  /** A text without those that are in it. */
  hidden(text: string): string {
    if (this.#isFull) return HIDDEN;
    this.#ordered ??= [...this.#texts].sort((a, b) => b.length - a.length);
    return this.#ordered.reduce((rest, secret) => {
      if (!rest.includes(secret)) return rest;
      // Texts that differ by what is hidden in them are not the same argument.
      return rest.replaceAll(secret, `${HIDDEN}(${contentId(secret).slice(0, 16)})`);
    }, text);
  }

  /** A recorded value with all texts in it so. */
  hiddenIn(value: unknown): unknown {
    if (this.isEmpty) return value;
    if (typeof value === "string") return this.hidden(value);
    if (typeof value === "number" || typeof value === "bigint") {
      return this.hidden(String(value)) === String(value) ? value : HIDDEN;
    }
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof ErrorValue) return this.#error(value);
    if (value instanceof Tagged) return new Tagged(value.tag, this.hiddenIn(value.value));
    if (isPlainArray(value)) return value.map((item) => this.hiddenIn(item));
    if (!isPlainObject(value)) return value;
    const object = {};
    for (const [key, item] of Object.entries(value)) {
      setOwn(object, this.hidden(key), this.hiddenIn(item));
    }
    return object;
  }

  #error({ name, message, stack, more }: ErrorValue): ErrorValue {
    const { cause, errors, properties } = more;
    return new ErrorValue(
      this.hidden(name),
      this.hidden(message),
      stack === undefined ? undefined : this.hidden(stack),
      {
        ...more,
        ...(cause !== undefined && { cause: this.hiddenIn(cause) }),
        ...(errors !== undefined && { errors: errors.map((one) => this.hiddenIn(one)) }),
        ...(properties !== undefined && {
          properties: this.hiddenIn(properties) as Record<string, unknown>,
        }),
      },
    );
  }
}

function partsOf(value: object): unknown[] {
  if (value instanceof File) return [value.path];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return [value.message, value.cause];
  // What bytes say as a text; of numbers each.
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("utf8")];
  if (value instanceof URL) return [value.href];
  if (ArrayBuffer.isView(value)) return [];
  return Object.values(value);
}
