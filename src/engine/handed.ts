/**
 * Which jobs the values came from that a job got by `await`: there they are plain values, and no
 * argument made of them says so. Objects are known by what they are, texts and numbers by
 * what they say: of equal ones the last is meant. `null` and `undefined` say nothing.
 */
export class HandedValues {
  readonly #sources = new Map<unknown, readonly string[]>();

  /** Takes down a value, and the objects in it: parts of it may be handed on. */
  add(value: unknown, sources: readonly string[]): void {
    if (sources.length === 0) return;
    if (value !== null && value !== undefined) this.#sources.set(value, sources);
    for (const part of objectsIn(value)) {
      // Of a part the call that made it may be known, and not only one that handed it up.
      if (!this.#sources.has(part)) this.#sources.set(part, sources);
    }
  }

  /** The jobs that a value came from, or the parts of it. */
  sourcesOf(value: unknown): readonly string[] {
    const whole = this.#sources.get(value);
    if (whole) return whole;
    const found = new Set<string>();
    for (const part of objectsIn(value)) {
      for (const source of this.#sources.get(part) ?? []) found.add(source);
    }
    return [...found];
  }
}

/** So many objects of one value are looked at. */
const MAX_OBJECTS = 1000;

/** The arrays and other objects in a value, itself left out. */
function objectsIn(value: unknown): Iterable<object> {
  if (typeof value !== "object" || value === null) return [];
  const found = new Set<object>([value]);
  for (const object of found) {
    for (const part of partsOf(object)) {
      if (found.size > MAX_OBJECTS) break;
      if (typeof part === "object" && part !== null) found.add(part);
    }
  }
  found.delete(value);
  return found;
}

function partsOf(value: object): Iterable<unknown> {
  try {
    if (ArrayBuffer.isView(value)) return [];
    if (value instanceof Map) return [...value.keys(), ...value.values()];
    return value instanceof Set ? value : Object.values(value);
  } catch {
    // A getter or a proxy of the user's threw.
    return [];
  }
}
