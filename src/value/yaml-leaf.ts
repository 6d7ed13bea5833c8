/** The text of what holds no other values, from its place on a line to the end of its last line. */
import { isInt, isSafe, isTimestamp, type Remark } from "./value.ts";
import { commentText, isLiteral, isPlain, quote, yamlFloat } from "./yaml-scalar.ts";

/** Python refuses to read integers of more than 4300 decimal digits; this is a little less. */
const MAX_HEX_DIGITS = 3500;

/** What stands on the line before a node: nothing, a list's dash, or a map's key (or a tag). */
export type LinePlace = typeof TOP | typeof DASH | typeof KEY;
export const TOP = 0;
export const DASH = 1;
export const KEY = 2;

const PADS: string[] = [];

export function pad(column: number): string {
  PADS[column] ??= " ".repeat(column);
  return PADS[column];
}

/** The way to where the first entry of a collection stands. */
export function start(indent: string, place: LinePlace): string {
  return place === TOP ? "" : place === DASH ? " " : `\n${indent}`;
}

export function scalar(text: string, place: LinePlace): string {
  return place === TOP ? `${text}\n` : ` ${text}\n`;
}

export function textNode(text: string, column: number, place: LinePlace): string {
  if (isPlain(text)) return scalar(text, place);
  if (!text.includes("\n") || !isLiteral(text)) return scalar(quote(text), place);
  const indent = pad(column || 2);
  const chomp = !text.endsWith("\n") ? "|-" : text.endsWith("\n\n") ? "|+" : "|";
  const body = indent + text.replace(/\n(?=[^\n])/g, `\n${indent}`);
  return scalar(chomp, place) + (chomp === "|-" ? `${body}\n` : body);
}

export function remark({ value, comment }: Remark, place: LinePlace): string {
  const text = typeof value === "string" ? inline(value) : word(value);
  const note = commentText(comment);
  return scalar(note === "" ? text : `${text} # ${note}`, place);
}

/** A string on one line, as keys always are. */
export function inline(text: string): string {
  return isPlain(text) ? text : quote(text);
}

export function word(value: number | boolean | null): string {
  return typeof value !== "number" || isInt(value) ? String(value) : yamlFloat(value);
}

export function bigintText(value: bigint): string {
  if (isSafe(value)) return `!bigint ${value}`;
  const hex = (value < 0n ? -value : value).toString(16);
  if (hex.length <= MAX_HEX_DIGITS) return String(value);
  return `!bigint "${value < 0n ? "-" : ""}0x${hex}"`;
}

export function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return "!date null";
  const iso = date.toISOString();
  return `!date ${isTimestamp(iso) ? iso : inline(iso)}`;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
