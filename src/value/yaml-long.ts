/** Most characters of a value's text. */
const MAX_LENGTH = 2 ** 28;
/** So much text of what has been written elsewhere, each level by itself, may be written anew. */
const MAX_AGAIN = 100_000_000;
/** Texts of this length are kept for where the same object stands once more. */
const KEPT_LENGTH = 1000;

export class TooLarge extends Error {}

/**
 * Long texts by their objects and where they stand. An object that is in 20 levels twice each would be
 * written a million times.
 */
export class LongTexts {
  #kept: Map<object, Map<number, string>> | null = null;
  /** What has a text that depends on what is around it, and how much of that was written more than once. */
  readonly #bound = new Set<object>();
  #again = 0;

  /** @param at the place in which the text is the same */
  get(value: object, at: number): string | undefined {
    return this.#kept?.get(value)?.get(at);
  }

  /**
   * @param isBound the text depends on what is around it, and is of no use elsewhere
   * @throws TooLarge
   */
  keep(value: object, at: number, text: string, isBound: boolean): void {
    if (text.length < KEPT_LENGTH) return;
    if (text.length > MAX_LENGTH) throw new TooLarge();
    if (!isBound) {
      this.#kept ??= new Map();
      const texts = this.#kept.get(value) ?? new Map<number, string>();
      this.#kept.set(value, texts.set(at, text));
    } else if (!this.#bound.has(value)) this.#bound.add(value);
    else {
      this.#again += text.length;
      if (this.#again > MAX_AGAIN) throw new TooLarge();
    }
  }
}

/** V8's error where a text would have more characters than it can. */
export function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && error.message === "Invalid string length";
}
