/** What the type checker and editors know of lazy values. Nothing here is left at run time. */

declare const computes: unique symbol;

/**
 * A value that a run has yet to compute. It can be passed to a task wherever a `T` is expected,
 * nested in arrays and objects, returned from a task, awaited inside one, and its properties are
 * lazy values in turn.
 */
export type Lazy<T> = Promise<T> & { readonly [computes]: T } & LazyProperties<T>;

type LazyProperties<T> = [T] extends [object]
  ? { readonly [K in keyof T as T[K] extends AnyFunction ? never : K]: Lazy<T[K]> }
  : unknown;

/**
 * What a task accepts for a parameter of type `T`: the value, or something lazy or a promise in its
 * place, or in the places of its parts.
 */
export type Arg<T> = T | Lazy<T> | PromiseLike<T> | LazyParts<T>;

type LazyParts<T> = T extends readonly unknown[]
  ? LazyItems<T>
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<Arg<K>, Arg<V>>
    : T extends ReadonlySet<infer U>
      ? ReadonlySet<Arg<U>>
      : LazyFields<T>;

type LazyFields<T> = T extends Whole
  ? never
  : HasMethods<T> extends true
    ? never
    : { [K in keyof T]: Arg<T[K]> };

/** Tuples item by item; other lists by a name of their own, so that a type may contain itself. */
type LazyItems<T extends readonly unknown[]> = number extends T["length"]
  ? T extends unknown[]
    ? Args<T[number]>
    : ReadonlyArgs<T[number]>
  : { [K in keyof T]: Arg<T[K]> };

interface Args<T> extends Array<Arg<T>> {}
interface ReadonlyArgs<T> extends ReadonlyArray<Arg<T>> {}

/** `T` once every lazy value and promise in it has been computed. */
export type Resolved<T> = unknown extends T ? T : [T] extends [Data] ? T : ResolvedParts<T>;

type ResolvedParts<T> = T extends { readonly [computes]: infer U }
  ? Resolved<U>
  : T extends PromiseLike<infer U>
    ? Resolved<U>
    : T extends readonly unknown[]
      ? { [K in keyof T]: Resolved<T[K]> }
      : T extends Map<infer K, infer V>
        ? Map<Resolved<K>, Resolved<V>>
        : T extends Set<infer U>
          ? Set<Resolved<U>>
          : ResolvedFields<T>;

type ResolvedFields<T> = T extends Whole
  ? T
  : HasMethods<T> extends true
    ? T
    : { [K in keyof T]: Resolved<T[K]> };

/** Of data there is nothing to compute; a type that contains itself would have no end. */
type Data =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Data[]
  | { readonly [key: string]: Data };

/** Instances of classes are looked at as a whole; plain structures have no methods. */
type HasMethods<T> = [Extract<T[keyof T], AnyFunction>] extends [never] ? false : true;

// biome-ignore lint/suspicious/noExplicitAny: any function at all
type AnyFunction = (...args: any[]) => unknown;

/** Types that hold no lazy parts. */
type Whole =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | AnyFunction
  | Date
  | Error
  | Uint8Array;
