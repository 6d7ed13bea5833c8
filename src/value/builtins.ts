/**
 * JavaScript's own objects that are values by their content, beside those that have a tag since the
 * first version: how each is written under its YAML tag, and restored from it.
 */
import { float, integer } from "./value.ts";

/** A tag and its content. */
export interface TaggedForm {
  readonly tag: string;
  readonly content: unknown;
}

type Kind = {
  readonly tag: string;
  write(value: never): unknown;
  /** Throws, or gives another value, for what `write` does not write. */
  read(content: never): unknown;
};

type NumberArray = Iterable<number> & object;
type NumberArrayMaker = { readonly prototype: object; from(items: readonly number[]): NumberArray };
type BigArrayMaker = { readonly prototype: object; from(items: readonly bigint[]): object };

const kinds = new Map<object, Kind>();
const byTag = new Map<string, Kind>();

function add(prototype: object, kind: Kind): void {
  kinds.set(prototype, kind);
  byTag.set(kind.tag, kind);
}

for (const [tag, made] of Object.entries({
  "int8-array": Int8Array,
  "uint8-clamped-array": Uint8ClampedArray,
  "int16-array": Int16Array,
  "uint16-array": Uint16Array,
  "int32-array": Int32Array,
  "uint32-array": Uint32Array,
})) {
  const maker: NumberArrayMaker = made;
  add(maker.prototype, {
    tag,
    write: (value: NumberArray) => Array.from(value),
    read: (items: number[]) => maker.from(items),
  });
}

/** Node 20 has no Float16Array. */
const { Float16Array: Half } = globalThis as { Float16Array?: NumberArrayMaker };
const floatArrays: [string, NumberArrayMaker | undefined][] = [
  ["float16-array", Half],
  ["float32-array", Float32Array],
  ["float64-array", Float64Array],
];
for (const [tag, maker] of floatArrays) {
  if (!maker) continue;
  add(maker.prototype, {
    tag,
    write: (value: NumberArray) => Array.from(value, float),
    read: (items: { valueOf(): number }[]) => maker.from(items.map(Number)),
  });
}

for (const [tag, made] of Object.entries({
  "bigint64-array": BigInt64Array,
  "biguint64-array": BigUint64Array,
})) {
  const maker: BigArrayMaker = made;
  add(maker.prototype, {
    tag,
    // Integers without a tag of their own: the array's says what they are.
    write: (value: Iterable<bigint>) => Array.from(value, integer),
    read: (items: (number | bigint)[]) => maker.from(items.map(BigInt)),
  });
}

for (const [tag, made] of Object.entries({
  "array-buffer": ArrayBuffer,
  "shared-array-buffer": SharedArrayBuffer,
})) {
  const maker: { readonly prototype: object; new (length: number): ArrayBuffer } = made as never;
  add(maker.prototype, {
    tag,
    write: (value: ArrayBuffer) => Buffer.from(value).toString("base64"),
    read: (text: string) => copied(new maker(byteLength(text)), text),
  });
}

// Of bytes that are a `Buffer` the tag is `!bytes`, as of all bytes at first.
add(Uint8Array.prototype, {
  tag: "uint8-array",
  write: base64,
  read: (text: string) => new Uint8Array(copied(new ArrayBuffer(byteLength(text)), text)),
});

add(DataView.prototype, {
  tag: "data-view",
  write: base64,
  read: (text: string) => new DataView(copied(new ArrayBuffer(byteLength(text)), text)),
});

function base64({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function byteLength(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

function copied(target: ArrayBuffer, base64: string): ArrayBuffer {
  new Uint8Array(target).set(Buffer.from(base64, "base64"));
  return target;
}

add(RegExp.prototype, {
  tag: "regexp",
  // Where a search goes on is part of what a pattern does.
  write: (value: RegExp) =>
    value.lastIndex === 0 ? String(value) : { last_index: value.lastIndex, pattern: String(value) },
  read: (content: string | { last_index: number; pattern: string }) => {
    const { pattern, last_index } =
      typeof content === "string" ? { pattern: content, last_index: 0 } : content;
    const end = pattern.lastIndexOf("/");
    const result = new RegExp(pattern.slice(1, end), pattern.slice(end + 1));
    result.lastIndex = last_index;
    return result;
  },
});

add(URL.prototype, {
  tag: "url",
  write: (value: URL) => value.href,
  read: (text: string) => new URL(text),
});

add(URLSearchParams.prototype, {
  tag: "url-search-params",
  write: (value: URLSearchParams) => value.toString(),
  read: (text: string) => new URLSearchParams(text),
});

for (const { prototype } of [String, Number, Boolean, BigInt]) {
  // A list, because a bigint has a tag of its own.
  add(prototype, {
    tag: "boxed",
    write: (value: object) => [(prototype.valueOf as () => unknown).call(value)],
    read: ([value]: [unknown]) => Object(value),
  });
}

/** How a built-in object is written; null for every other object. May throw for an impostor. */
export function builtinForm(value: object): TaggedForm | null {
  const kind = kinds.get(Object.getPrototypeOf(value));
  return kind ? { tag: kind.tag, content: kind.write(value as never) } : null;
}

/** Whether `builtinForm` has a form for an object, without making it. */
export function builtinTag(value: object): string | undefined {
  return kinds.get(Object.getPrototypeOf(value))?.tag;
}

/** The object that a tagged node stands for, if `builtinForm` would write it so. */
export function builtinFrom(tag: string, content: unknown): object | undefined {
  try {
    const read = byTag.get(tag)?.read(content as never);
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}
