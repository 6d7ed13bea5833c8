import type { Link } from "../../src/tag/links.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** `Commit: https://...`, one a line. */
export function linkLines(links: readonly Link[], paint: Paint): string[] {
  return links.map(({ title, url }) => `${oneLine(title)}: ${paint("underline", oneLine(url))}`);
}
