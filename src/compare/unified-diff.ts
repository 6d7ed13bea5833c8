import { structuredPatch } from "diff";

/** Texts that differ in more lines than this have little in common, and would take long. */
const MAX_CHANGED_LINES = 1000;

/**
 * The hunks of a unified diff of two texts, as lines, each with its `@@`; empty for equal texts.
 */
export function unifiedDiff(before: string, after: string): string[] {
  const [old, young] = [ended(before), ended(after)];
  const patch = structuredPatch("", "", old, young, "", "", {
    context: 3,
    maxEditLength: MAX_CHANGED_LINES,
  });
  if (!patch) return replaced(lines(old), lines(young));
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    hunkHead(oldStart, oldLines, newStart, newLines),
    ...lines,
  ]);
}

/** Whether the last line of a text ends in a line feed is no change that anyone made. */
function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function replaced(old: readonly string[], young: readonly string[]): string[] {
  return [
    hunkHead(1, old.length, 1, young.length),
    ...old.map((line) => `-${line}`),
    ...young.map((line) => `+${line}`),
  ];
}

function hunkHead(oldStart: number, oldLines: number, newStart: number, newLines: number): string {
  return `@@ -${span(oldStart, oldLines)} +${span(newStart, newLines)} @@`;
}

/** As git writes it: one line needs no count, and no lines stand after the line before them. */
function span(start: number, count: number): string {
  if (count === 1) return String(start);
  return `${count === 0 ? start - 1 : start},${count}`;
}

function lines(text: string): string[] {
  return text === "" ? [] : text.slice(0, -1).split("\n");
}
