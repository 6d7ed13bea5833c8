import { RedunError } from "../errors.ts";

/** How instances of a class are recorded, and made again. */
export interface Codec<T, E = unknown> {
  /** What records call the class: it stays the same when the class is renamed. */
  readonly name: string;
  /**
   * What is recorded of an instance: plain values, Files, or instances that have codecs. Equal instances must give
   * equal values.
   */
  encode(instance: T): E;
  /** The instance again. What it throws is taken for "cannot be made": the task runs. */
  decode(encoded: E): T;
}

type AnyCodec = Codec<object>;

const byPrototype = new Map<object, AnyCodec>();
const byName = new Map<string, { readonly codec: AnyCodec; readonly prototype: object }>();
/** What was last encoded of an instance that holds files: these were looked at, and are to be written. */
const held = new WeakMap<object, unknown>();

const MAX_NAME = 200;

/**
 * Makes instances of a class values like any other: they are recorded, compared by what they hold, and taken from the
 * log. Instances of subclasses need a codec of their own.
 * @example
 * ```ts
 * import { registerCodec, Scheduler, task } from "redun-git";
 *
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * registerCodec(Point, {
 *   name: "Point",
 *   encode: ({ x, y }) => [x, y],
 *   decode: ([x, y]: number[]) => new Point(x!, y!),
 * });
 * const mirrored = task(function mirrored(point: Point) {
 *   return new Point(-point.x, point.y);
 * });
 * console.log(await new Scheduler().run(mirrored(new Point(1, 2))));
 * ```
 * @throws RedunError BAD_VALUE for what is no class or codec, a name that another class has, and a class that has a
 * form of its own
 */
export function registerCodec<T extends object, E>(
  of: abstract new (...args: never[]) => T,
  codec: Codec<T, E>,
): void {
  const prototype: unknown = typeof of === "function" ? of.prototype : null;
  if (typeof prototype !== "object" || prototype === null) {
    throw bad("registerCodec() was given no class.");
  }
  const { name, encode, decode } = codec ?? {};
  if (typeof name !== "string" || name === "" || name.length > MAX_NAME) {
    throw bad(`The codec of ${of.name} needs a name, of at most ${MAX_NAME} characters.`);
  }
  if (typeof encode !== "function" || typeof decode !== "function") {
    throw bad(`The codec ${name} needs two functions, encode and decode.`);
  }
  if (BUILT_IN.has(prototype)) throw bad(`${of.name} has a form of its own, and takes no codec.`);
  const known = byName.get(name);
  if (known && known.prototype !== prototype) {
    throw bad(`The codec ${name} is registered already, for another class.`);
  }
  byPrototype.set(prototype, codec as unknown as AnyCodec);
  byName.set(name, { codec: codec as unknown as AnyCodec, prototype });
}

const BUILT_IN = new Set<object>(
  [Object, Array, Function, Map, Set, Date, Promise, Error, Uint8Array, Buffer, RegExp, URL].map(
    ({ prototype }) => prototype,
  ),
);

function bad(message: string): RedunError {
  const hint = 'Write `registerCodec(Point, { name: "Point", encode: ..., decode: ... })`.';
  return new RedunError("BAD_VALUE", message, hint);
}

/** An instance as a record has it. */
export interface EncodedInstance {
  readonly class: string;
  readonly value: unknown;
}

/** Whether an object's class has a codec. */
export function hasCodec(value: object): boolean {
  return byPrototype.size > 0 && byPrototype.has(Object.getPrototypeOf(value));
}

/** The name of the codec of an object's class; undefined where it has none. */
export function codecName(value: object): string | undefined {
  return byPrototype.get(Object.getPrototypeOf(value))?.name;
}

/** What is recorded of an object whose class has a codec; null of any other. Throws what `encode` throws. */
export function encodedInstance(value: object): EncodedInstance | null {
  if (byPrototype.size === 0) return null;
  const codec = byPrototype.get(Object.getPrototypeOf(value));
  if (!codec) return null;
  return { class: codec.name, value: held.has(value) ? held.get(value) : codec.encode(value) };
}

/** Encodes it anew. Where `isHeld`, that is what is written of it, until the next time. */
export function encodeAnew(value: object, isHeld: (encoded: unknown) => boolean): void {
  held.delete(value);
  const encoded = encodedInstance(value)!.value;
  if (isHeld(encoded)) held.set(value, encoded);
}

/**
 * The instance that a record stands for; `null` where no codec of this name is registered.
 * @param value the recorded value, made again
 */
export function decodedInstance(
  name: string,
  value: unknown,
): { readonly instance: object } | null {
  const found = byName.get(name);
  return found ? { instance: found.codec.decode(value) } : null;
}
