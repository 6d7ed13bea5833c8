import { readFileSync } from "node:fs";
import type { CallSite } from "../source/call-site.ts";

const WIDTH = 120;

/**
 * The line that `site` is in, with its number and a caret under the column, or null where there is
 * no such line to read.
 */
export function codeFrame(site: CallSite): string | null {
  const line = readLine(site)?.replaceAll("\t", " ");
  if (line === undefined || site.column > line.length + 1) return null;
  // A line of a minified file is shown around the place in question.
  const start = site.column > WIDTH ? site.column - WIDTH / 2 : 0;
  const gutter = `  ${site.line} | `;
  const caret = `${" ".repeat(gutter.length - 2)}| ${" ".repeat(site.column - 1 - start)}^`;
  return `${gutter}${line.slice(start, start + WIDTH).trimEnd()}\n${caret}`;
}

function readLine(site: CallSite): string | undefined {
  try {
    return readFileSync(site.file, "utf8").split(/\r\n|\n|\r/)[site.line - 1];
  } catch {
    return undefined;
  }
}
