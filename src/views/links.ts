import type { IndexedLog } from "../provenance/indexed-log.ts";
import { type Link, linkPatterns, linksOf } from "../tag/links.ts";
import type { TagPair } from "../tag/tag.ts";

/** The web pages that an entity's tags point to, by the log's own patterns and the usual ones. */
export function linksFor(log: IndexedLog, tags: readonly TagPair[]): Link[] {
  return linksOf(tags, linkPatterns(log.config.getAll("redun.link")));
}
