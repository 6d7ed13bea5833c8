import { tagIdentity } from "../../src/tag/set.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { formatKey, formatTag, formatTagValue } from "../../src/tag/text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import { clip, shellWord } from "../../src/value/shown-text.ts";
import { oneLine, type Paint } from "./terminal.ts";

const STYLES: Record<string, "green" | "cyan" | "red" | "yellow"> = {
  DONE: "green",
  CACHED: "cyan",
  FAILED: "red",
  INTERRUPTED: "red",
  RUNNING: "yellow",
  PENDING: "yellow",
};

/** `[ DONE ]`, centred as redun writes it. */
export function statusBox(status: string, paint: Paint): string {
  const room = Math.max(6 - status.length, 0);
  const text = " ".repeat(Math.floor(room / 2)) + status + " ".repeat(Math.ceil(room / 2));
  return `[${paint(STYLES[status] ?? "reset", text)}]`;
}

/** Local time to the second: `2026-11-22 09:43:43`. */
export function localTime(time: Date | number): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `0:00:03.02`, as Python prints a duration. */
export function duration(milliseconds: number): string {
  // A record may say that it ended before it began: clocks are set back.
  const hundredths = Math.max(Math.round(milliseconds / 10), 0);
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const [minutes, seconds] = [(hundredths / 6000) % 60, (hundredths / 100) % 60];
  return `${Math.floor(hundredths / 360_000)}:${two(minutes)}:${two(seconds)}.${two(hundredths % 100)}`;
}

/** `20ms`, `3.02s`, `12m05s`, `3h20m`: as queries take it. */
export function shortDuration(milliseconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.round(milliseconds / 10) / 100;
  if (seconds < 60) return `${seconds.toFixed(2)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/**
 * `(env=prod, user=rasmus)`, sorted by code point, long ones cut; empty without tags. Those that
 * contradict each other stand together: `env=dev|prod !conflict`.
 */
export function tagText(
  tags: readonly TagPair[],
  paint: Paint,
  conflicts: readonly TagPair[] = [],
): string {
  const inConflict = conflictTest(conflicts);
  const calm = tags.filter((tag) => !inConflict(tag));
  const texts = [
    ...calm.map(([key, value]) => [formatTag(key, value, LONGEST), "yellow"] as const),
    ...[...byKey(conflicts)].map((rivals) => [conflictText(...rivals), "red"] as const),
  ];
  if (texts.length === 0) return "";
  const sorted = texts.sort(([a], [b]) => compareCodePoints(a, b));
  return `(${sorted.map(([text, style]) => paint(style, oneLine(text))).join(", ")})`;
}

/** Keys and values of tags are cut to this many characters in a line. */
const LONGEST = 50;
/** Characters of a text that a terminal gets; programs get it whole. */
const MAX_ON_TERMINAL = 10_000;

/** To how many characters a tag is cut that has a line to itself. */
export function tagLimit({ isTTY }: { readonly isTTY?: boolean }): number | undefined {
  return isTTY ? MAX_ON_TERMINAL : undefined;
}

/** Marks a tag that another one contradicts. No tag's text ends so: a blank would be quoted. */
export const CONFLICT_MARK = " !conflict";

/** Tags by their keys. */
export function byKey(tags: readonly TagPair[]): Map<string, TagPair[]> {
  const found = new Map<string, TagPair[]>();
  for (const tag of tags) {
    const alike = found.get(tag[0]);
    if (alike) alike.push(tag);
    else found.set(tag[0], [tag]);
  }
  return found;
}

function conflictText(key: string, rivals: readonly TagPair[]): string {
  const values = rivals
    .map(([, value]) => clip(formatTagValue(value), LONGEST))
    .sort(compareCodePoints);
  return `${clip(formatKey(key), LONGEST)}=${values.join("|")}${CONFLICT_MARK}`;
}

/** Tells of a tag whether it is one of those that contradict each other, of which there may be many. */
export function conflictTest(conflicts: readonly TagPair[]): (tag: TagPair) => boolean {
  const identities = new Set(conflicts.map(tagIdentity));
  return (tag) => identities.has(tagIdentity(tag));
}

/** A command line that could be typed again. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(shellWord).join(" ");
}

/** What a line says of an execution: its command line, or its task where the system that it came from records none. */
export function executionWords({
  argv,
  task,
}: {
  readonly argv: readonly string[];
  readonly task: string;
}): string {
  return argv.length > 0 ? commandLine(argv) : task;
}

export function shortId(id: string): string {
  return oneLine(id.slice(0, 8));
}

/** `1 execution`, `1,204 executions`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
