import type { CallSite } from "./call-site.ts";

/** What JavaScript engines and source maps take for the end of a line. */
const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/;

/** The offset at which a line (from 1) begins, or null where there is no such line. */
export function lineStart(text: string, line: number): number | null {
  const breaks = new RegExp(LINE_BREAK, "g");
  for (let passed = 1; passed < line; passed++) {
    if (!breaks.exec(text)) return null;
  }
  return breaks.lastIndex;
}

/** Where an offset of a file's text is, as an editor counts. */
export function siteAt(file: string, text: string, offset: number): CallSite {
  const lines = text.slice(0, offset).split(LINE_BREAK);
  return { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
