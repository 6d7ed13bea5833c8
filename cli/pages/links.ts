import type { IndexedLog } from "../../src/provenance/indexed-log.ts";
import { type Link, linkPatterns, linksOf } from "../../src/tag/links.ts";
import type { TagPair } from "../../src/tag/tag.ts";
import { oneLine, type Paint } from "../text/terminal.ts";

/** The web pages that an entity's tags point to, by the log's own patterns and the usual ones. */
export function linksFor(log: IndexedLog, tags: readonly TagPair[]): Link[] {
  return linksOf(tags, linkPatterns(log.config.getAll("redun.link")));
}

/** `Commit: https://...`, one a line. */
export function linkLines(links: readonly Link[], paint: Paint): string[] {
  return links.map(({ title, url }) => `${oneLine(title)}: ${paint("underline", oneLine(url))}`);
}
