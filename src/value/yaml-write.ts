/**
 * The canonical YAML of a value: the same value always gives the same bytes, and readers
 * of YAML 1.1 and 1.2 take the bytes for the same value. docs/format.md publishes the rules, and says
 * which readers.
 */
import { isNativeError } from "node:util/types";
import { builtinForm } from "./builtins.ts";
import { sortedKeys } from "./code-points.ts";
import { type EncodedInstance, encodedInstance } from "./codecs.ts";
import { errorFields } from "./error-fields.ts";
import { isFileValue } from "./file-set.ts";
import { hasHidden } from "./hidden-properties.ts";
import { hasMore, INDEX, moreOf } from "./list-properties.ts";
import { opaqueText } from "./opaque.ts";
import {
  ErrorValue,
  Fields,
  Float,
  isPlainArray,
  isPlainObject,
  Remark,
  StoredValue,
  Tagged,
  Timestamp,
} from "./value.ts";
import {
  base64,
  bigintText,
  DASH,
  dateText,
  inline,
  KEY,
  type LinePlace,
  pad,
  remark,
  scalar,
  start,
  TOP,
  textNode,
  word,
} from "./yaml-leaf.ts";
import { isTooLong, LongTexts, TooLarge } from "./yaml-long.ts";
import { MAX_SIMPLE_KEY } from "./yaml-scalar.ts";

/** Containers of a value deeper than this are recorded as `!opaque`. */
const MAX_DEPTH = 1000;
/** Beyond the indent of anything that is not nested deeper. */
const MAX_COLUMN = 8192;

/**
 * Writes one document: UTF-8 text that ends with a line feed.
 * It never throws for what a value holds: what has no canonical form becomes `!opaque <text>`, and so
 * does a whole value whose text would be too large. Objects that stand in many places are looked at
 * once, but written in each of them.
 */
export function writeYaml(value: unknown): string {
  return written(value, 0, TOP);
}

/**
 * The same of what a program took or gave, in which `undefined` is another value than `null`, and a property that is
 * `undefined` another than none: `!undefined null`, where `writeYaml` writes null, or no property. At the top it is null.
 * @param notEncoded receives an instance that its codec could not encode, which becomes `!opaque`
 */
export function writeTold(value: unknown, notEncoded: NotEncoded = () => {}): string {
  return value === undefined ? writeYaml(null) : written(value, 0, TOP, notEncoded);
}

export type NotEncoded = (instance: object, error: unknown) => void;

/**
 * What follows the colon of a key: ` text` and a line feed, or lines of their own, which begin in
 * `column`. As part of a document that `writeYaml` would write; what it promises holds for the value.
 */
export function yamlAfterKey(value: unknown, column: number): string {
  return written(value, column, KEY);
}

/** A key and its colon, where the lines of its map begin in `column`. */
export function yamlKey(key: string, column: number): string {
  const name = inline(key);
  return name.length > MAX_SIMPLE_KEY ? `? ${name}\n${pad(column)}:` : `${name}:`;
}

function written(
  value: unknown,
  column: number,
  place: LinePlace,
  told: NotEncoded | null = null,
): string {
  if (typeof value === "string") return textNode(value, column, place);
  if (typeof value === "number" || typeof value === "boolean") return scalar(word(value), place);
  try {
    return new Writer(told).node(value, column, place);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const text = opaqueText(value).replace(/^.* /s, `${TOO_LARGE} `);
    return scalar(`!opaque ${inline(text)}`, place);
  }
}

/** What stands, as `!opaque`, instead of a value of more text than this. */
export const TOO_LARGE = "structure too large to be written";

class Writer {
  /** Whether `undefined` is told from null, and from nothing. */
  private readonly isTold: boolean;
  private readonly notEncoded: NotEncoded | null;
  /** The user's containers around the current node, to find cycles by. */
  private readonly around: object[] = [];
  private readonly long = new LongTexts();
  /** How often a text depended on what is around it, so that it is of no use elsewhere. */
  private bound = 0;

  constructor(told: NotEncoded | null) {
    this.isTold = told !== null;
    this.notEncoded = told;
  }

  /**
   * What follows `place` on its line, and all further lines of the node.
   * `column` is where the lines of a collection that is nested here begin.
   */
  node(value: unknown, column: number, place: LinePlace): string {
    switch (typeof value) {
      case "string":
        return textNode(value, column, place);
      case "number":
      case "boolean":
        return scalar(word(value), place);
      case "undefined":
        return scalar(this.isTold ? "!undefined null" : "null", place);
      case "bigint":
        return scalar(bigintText(value), place);
      case "object":
        return value === null ? scalar("null", place) : this.object(value, column, place);
      case "symbol":
        return this.symbol(value, column, place);
      default:
        return this.opaque(value, column, place);
    }
  }

  private object(value: object, column: number, place: LinePlace): string {
    const depth = this.around.length;
    const at = (depth * MAX_COLUMN + column) * 3 + place;
    const known = this.long.get(value, at);
    if (known !== undefined) return known;
    const { bound } = this;
    let text: string;
    try {
      text = this.ours(value, column, place) ?? this.users(value, column, place);
    } catch (error) {
      if (error instanceof TooLarge || isTooLong(error)) throw new TooLarge();
      // A getter or a proxy of the user's threw: what it holds cannot be known.
      text = this.opaque(value, column, place);
    } finally {
      this.around.length = depth;
    }
    this.long.keep(value, at, text, bound < this.bound);
    return text;
  }

  /** Our own classes neither nest by themselves nor count as a level. */
  private ours(value: object, column: number, place: LinePlace): string | undefined {
    if (value instanceof Fields) return this.fields(value.entries, column, place);
    if (value instanceof Float) return scalar(`${value.value}.0`, place);
    if (value instanceof Timestamp) return scalar(value.iso, place);
    if (value instanceof StoredValue) return this.tagged("value", value.id, column, place);
    if (isFileValue(value)) {
      const { tag, content } = value.form;
      return this.tagged(tag, content, column, place);
    }
    return value instanceof Remark ? remark(value, place) : undefined;
  }

  private users(value: object, column: number, place: LinePlace): string {
    const at = this.around.lastIndexOf(value);
    if (at >= 0) return this.cycle(this.around.length - at, column, place);
    if (this.around.length >= MAX_DEPTH) return this.tooDeep(value, column, place);
    this.around.push(value);
    return this.container(value, column, place);
  }

  private container(value: object, column: number, place: LinePlace): string {
    if (isPlainArray(value)) return this.list(value, column, place);
    if (isPlainObject(value)) return this.plainObject(value, column, place);
    if (value instanceof Tagged) return this.tagged(value.tag, value.value, column, place);
    const instance = this.instance(value);
    if (instance) return this.tagged("instance", instance, column, place);
    if (value instanceof ErrorValue || value instanceof Error || isNativeError(value)) {
      if (this.isTold && hasHidden(value)) return this.opaque(value, column, place);
      return this.tagged("error", errorFields(value), column, place);
    }
    if (this.isTold && hasHidden(value)) return this.opaque(value, column, place);
    // Instances of subclasses are the user's own classes, and would not read back as such.
    switch (Object.getPrototypeOf(value)) {
      case Date.prototype:
        return scalar(dateText(value as Date), place);
      case Buffer.prototype:
        return this.tagged("bytes", base64(value as Buffer), column, place);
      case Set.prototype:
        return this.tagged("set", [...(value as Set<unknown>)], column, place);
      case Map.prototype:
        return this.tagged("map", [...(value as Map<unknown, unknown>)], column, place);
    }
    const form = builtinForm(value);
    if (form) return this.tagged(form.tag, form.content, column, place);
    return this.opaque(value, column, place);
  }

  private instance(value: object): EncodedInstance | null {
    try {
      return encodedInstance(value);
    } catch (error) {
      this.notEncoded?.(value, error);
      throw error;
    }
  }

  private opaque(value: unknown, column: number, place: LinePlace): string {
    return this.tagged("opaque", opaqueText(value), column, place);
  }

  /** Equal structures that lead back to the same place are equal. */
  private cycle(up: number, column: number, place: LinePlace): string {
    this.bound++;
    const text = up === 1 ? "cyclic structure" : `cyclic structure, ${up} levels up`;
    return this.tagged("opaque", text, column, place);
  }

  private tooDeep(value: object, column: number, place: LinePlace): string {
    this.bound++;
    const text = opaqueText(value).replace(/^.* /s, `structure deeper than ${MAX_DEPTH} `);
    return this.tagged("opaque", text, column, place);
  }

  /** Of symbols only those that `Symbol.for` gives can be told from others by what they say. */
  private symbol(value: symbol, column: number, place: LinePlace): string {
    const key = Symbol.keyFor(value);
    if (key === undefined) return this.opaque(value, column, place);
    return this.tagged("symbol", key, column, place);
  }

  private tagged(tag: string, value: unknown, column: number, place: LinePlace): string {
    return (place === TOP ? `!${tag}` : ` !${tag}`) + this.node(value, column, KEY);
  }

  private list(items: readonly unknown[], column: number, place: LinePlace): string {
    if (this.isTold && hasMore(items)) return this.sparse(items, column, place);
    if (items.length === 0) return scalar("[]", place);
    const indent = pad(column);
    let text = start(indent, place);
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (item === undefined && !(i in items)) return this.sparse(items, column, place);
      text += (i === 0 ? "-" : `${indent}-`) + this.node(item, column + 2, DASH);
    }
    return text;
  }

  /** A list with holes, which may be a thousand million long, or with properties: `match` gives such. */
  private sparse(list: readonly unknown[], column: number, place: LinePlace): string {
    if (this.isTold && Object.getOwnPropertySymbols(list).length > 0) {
      return this.opaque(list, column, place);
    }
    const items = Object.keys(list).filter((key) => INDEX.test(key));
    const content = {
      items: items.map((key) => [Number(key), list[Number(key)]]),
      length: list.length,
      ...(this.isTold && hasMore(list) && { properties: moreOf(list) }),
    };
    return this.tagged("sparse-list", content, column, place);
  }

  private plainObject(
    value: Readonly<Record<string, unknown>>,
    column: number,
    place: LinePlace,
  ): string {
    if (this.isTold && hasHidden(value)) return this.opaque(value, column, place);
    const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
      Object.prototype.propertyIsEnumerable.call(value, key),
    );
    const isBare = this.isTold && Object.getPrototypeOf(value) === null;
    if (symbols.length === 0 && !isBare) return this.map(value, column, place);
    const none = this.isTold ? new Tagged("undefined", null) : undefined;
    const entries = sortedKeys(value).map(
      (key) => [key, value[key] === undefined ? none : value[key]] as const,
    );
    const pairs = symbols.map((key) => [key, (value as Record<symbol, unknown>)[key]]);
    return this.tagged(
      "object",
      new Fields([
        ["properties", new Fields(entries)],
        ["prototype", isBare ? null : undefined],
        ["symbols", pairs.length > 0 ? pairs : undefined],
      ]),
      column,
      place,
    );
  }

  private map(map: Readonly<Record<string, unknown>>, column: number, place: LinePlace): string {
    let text = "";
    for (const key of sortedKeys(map)) {
      const value = map[key];
      if (value !== undefined || this.isTold)
        text += this.entry(key, value, column, place, text === "");
    }
    return text === "" ? scalar("{}", place) : text;
  }

  private fields(entries: Fields["entries"], column: number, place: LinePlace): string {
    let text = "";
    for (const [key, value] of entries) {
      if (value !== undefined) text += this.entry(key, value, column, place, text === "");
    }
    return text === "" ? scalar("{}", place) : text;
  }

  private entry(
    key: string,
    value: unknown,
    column: number,
    place: LinePlace,
    first: boolean,
  ): string {
    const indent = pad(column);
    const before = first ? start(indent, place) : indent;
    return before + yamlKey(key, column) + this.node(value, column + 2, KEY);
  }
}
