/** Texts as the page shows them. */
import { formatTag } from "../../../src/tag/text.ts";
import { INVISIBLE, shellWord } from "../../../src/value/shown-text.ts";
import { Float, type TagValue } from "../../../src/value/value.ts";

const HIDDEN = new RegExp(`[\\0-\\x08\\x0b-\\x1f${INVISIBLE}\\ud800-\\udfff]`, "gu");

/** A text without what is invisible, or reverses what stands around it: `\u{202e}` stands for that. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** As `visible`, on one line. */
export function oneLine(text: string): string {
  return visible(text.replace(/[\n\t]/g, (c) => (c === "\n" ? "\\n" : "\\t")));
}

export function shortId(id: string): string {
  return oneLine(id.slice(0, 8));
}

/** A tag as the command line prints it, and takes it. */
export function tagText([key, value]: readonly [string, unknown]): string {
  return formatTag(key, value as TagValue);
}

/** A command line as a shell takes it. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(" ");
}

/** Who took what out of a record, when and why. */
export function redactionText(redaction: {
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
  readonly what: readonly string[];
}): string {
  const { by, at, reason, what } = redaction;
  const why = reason === null ? "" : ` (${reason})`;
  return oneLine(`${what.join(", ")} by ${by} on ${at.slice(0, 10)}${why}`);
}

/** `1.5 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function took(started: string, ended: string | null): string {
  return ended === null ? "" : duration(Date.parse(ended) - Date.parse(started));
}

/** In the zone of who looks: `2026-11-22 09:43:43`. */
export function localTime(time: string): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A number of any kind that JSON has; NaN for all else. */
export function numberOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Float ? value.value : Number.NaN;
}

/** A value on one line. */
export function valueText(value: unknown): string {
  if (typeof value === "string") return oneLine(value);
  if (value instanceof Float) return value.toString();
  if (typeof value !== "object" || value === null) return String(value);
  return oneLine(jsonOf(value));
}

/** JSON as people read it, on one line or with an indent. */
export function jsonOf(value: unknown, indent = ""): string {
  if (value instanceof Float || typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((part) => jsonOf(part, indent && `${indent}  `))
    : Object.entries(value).map(
        ([key, part]) => `${JSON.stringify(key)}: ${jsonOf(part, indent && `${indent}  `)}`,
      );
  const [open, close] = isList ? "[]" : "{}";
  if (parts.length === 0) return open! + close!;
  if (indent === "") return `${open}${parts.join(", ")}${close}`;
  return `${open}\n${indent}${parts.join(`,\n${indent}`)}\n${indent.slice(2)}${close}`;
}

/** Characters of a line of a graph's node. */
const MAX_LABEL = 40;

/** As much of a text as a node has room for. */
export function cut(text: string): string {
  return text.length <= MAX_LABEL ? text : `${text.slice(0, MAX_LABEL - 1)}…`;
}
