import { builtinForm, builtinTag } from "./builtins.ts";
import { File } from "./file.ts";
import { FileSet } from "./file-set.ts";
import { hasMore, moreOf } from "./list-properties.ts";
import { withoutIdentity } from "./opaque.ts";
import { programLine } from "./program-line.ts";
import { isCutValue, isRedacted } from "./redacted.ts";
import { INVISIBLE } from "./shown-text.ts";
import { structureOf } from "./structures.ts";
import { ErrorValue, Float, Remark, StoredValue, Tagged, Timestamp } from "./value.ts";

/**
 * A value as one short line, written as JavaScript would write it: `'Hi'`, `[1, 2]`, `{a: 1}`.
 * Control characters are escaped; a line that would be longer than `max` characters ends in `...`.
 */
export function preview(value: unknown, max = 100): string {
  const text = write(value, max + 1);
  return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
}

/**
 * Arguments as they are written in a call: `greet='Hi', thing='World'`. Those of a program are a command
 * line; see `callLine`.
 */
export function previewArgs(
  args: ReadonlyMap<string, unknown> | readonly unknown[],
  max = 100,
): string {
  const line = programLine(args, (value) => preview(value, max));
  if (line !== null) return line.length <= max ? line : `${line.slice(0, max - 3)}...`;
  let text = "";
  const entries: Iterable<readonly [string | number, unknown]> = args.entries();
  for (const [name, value] of entries) {
    if (text !== "") text += ", ";
    text += typeof name === "string" ? `${name}=` : "";
    text += preview(value, max);
    if (text.length > max) return `${text.slice(0, max - 3)}...`;
  }
  return text;
}

/**
 * Whether a line from `previewArgs` may leave something out: it was cut, or names a value in a file of
 * its own.
 */
export function isCutPreview(text: string): boolean {
  return text.endsWith("...") || text.includes("<value ");
}

/** Stops looking once `room` characters are written: a preview of a huge value costs little. */
function write(value: unknown, room: number): string {
  // What is around it is cut already; and it may hold itself.
  if (room <= 0) return "";
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return quote(value.length > room ? value.slice(0, room) : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name}`.trim();
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return between("[", membersOf(value), "]", room, member);
  return special(value, room) ?? between("{", entriesOf(value), "}", room, property);
}

/** Items, holes, and what a list has besides: `[1, <empty>, columns: 2]`. */
function* membersOf(list: readonly unknown[]): Generator<Member> {
  for (let at = 0; at < list.length; at++) {
    yield at in list ? { item: list[at] } : { hole: true };
  }
  if (hasMore(list)) {
    for (const named of Object.entries(moreOf(list))) yield { named };
  }
}

interface Member {
  readonly item?: unknown;
  readonly hole?: true;
  readonly named?: [string, unknown];
}

function member({ item, hole, named }: Member, room: number): string {
  if (named) return property(named, room);
  return hole ? "<empty>" : write(item, room);
}

function entriesOf(object: object): [string | symbol, unknown][] {
  const symbols = Object.getOwnPropertySymbols(object);
  if (symbols.length === 0) return Object.entries(object);
  const named = symbols.map((key): [symbol, unknown] => [
    key,
    (object as Record<symbol, unknown>)[key],
  ]);
  return [...Object.entries(object), ...named];
}

function property([key, value]: [string | symbol, unknown], room: number): string {
  if (typeof key === "symbol") return `[${escaped(String(key))}]: ${write(value, room)}`;
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
  return `${name}: ${write(value, room)}`;
}

function special(value: object, room: number): string | undefined {
  if (value instanceof Float || value instanceof Timestamp) return String(value);
  if (value instanceof StoredValue) return `<value ${value.id.slice(0, 8)}>`;
  if (value instanceof File || value instanceof FileSet) return escaped(String(value));
  if (value instanceof ErrorValue || value instanceof Error) {
    return `${value.name}(${quote(value.message)})`;
  }
  if (value instanceof Tagged) {
    return tagged(value, room);
  }
  if (value instanceof Remark) return write(value.value, room);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (value instanceof Set) return `Set ${between("{", value.values(), "}", room, write)}`;
  if (value instanceof Map) return `Map ${between("{", value.entries(), "}", room, mapEntry)}`;
  return builtin(value, room);
}

function tagged(of: Tagged, room: number): string {
  const { tag, value } = of;
  const structure = structureOf(of, (part) => part);
  if (structure) return write(structure, room);
  if (tag === "opaque" && typeof value === "string") return escaped(`<${withoutIdentity(value)}>`);
  if (isRedacted(of)) return escaped(`<redacted ${typeof value === "string" ? value : ""}>`);
  if (isCutValue(of)) return escaped(`<${String(value)}>`);
  if (tag === "instance" && isInstance(value)) {
    return `${escaped(value.class)}(${write(value.value, room)})`;
  }
  if (tag === "python" && isForeign(value)) return escaped(value.preview ?? `<${value.type}>`);
  return tag === "undefined" ? tag : `${tag}(${write(value, room)})`;
}

/** A value of redun's, whose bytes say nothing to people. */
function isForeign(value: unknown): value is { type: string; preview?: string } {
  const { type, preview } = (value ?? {}) as { type?: unknown; preview?: unknown };
  return typeof type === "string" && (preview === undefined || typeof preview === "string");
}

function isInstance(value: unknown): value is { class: string; value: unknown } {
  return typeof (value as { class?: unknown } | null)?.class === "string";
}

/** `Float64Array [1, 2]`, `/a+/g`, `URL('https://a.b/')`. */
function builtin(value: object, room: number): string | undefined {
  if (builtinTag(value) === undefined) return undefined;
  const { name } = value.constructor;
  if (value instanceof RegExp) return escaped(String(value));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = value as unknown as Iterable<unknown>;
    return `${name} ${between("[", items, "]", room, write)}`;
  }
  if ("byteLength" in value) return `<${name} of ${value.byteLength} bytes>`;
  const content = builtinForm(value)!.content;
  return `${name}(${write(Array.isArray(content) ? content[0] : content, room)})`;
}

function mapEntry([key, value]: [unknown, unknown], room: number): string {
  const text = `${write(key, room)} => `;
  return text + write(value, room - text.length);
}

function between<T>(
  open: string,
  items: Iterable<T>,
  close: string,
  room: number,
  one: (item: T, room: number) => string,
): string {
  let text = open;
  for (const item of items) {
    if (text !== open) text += ", ";
    text += one(item, room - text.length);
    if (text.length > room) return text;
  }
  return text + close;
}

const ESCAPES: Record<string, string> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

function quote(text: string): string {
  return `'${escaped(text).replaceAll("'", "\\'")}'`;
}

const UNSAFE = new RegExp(`[\\x00-\\x1f\\\\${INVISIBLE}]`, "g");

function escaped(text: string): string {
  return text.replace(
    UNSAFE,
    (c) => ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
