import type { TagPair } from "../../src/tag/tag.ts";
import { visible } from "../text/terminal.ts";

/** `doc` tags as paragraphs, indented, each after an empty line. */
export function docBlock(tags: readonly TagPair[], indent = "  "): string[] {
  return tags
    .filter(([key, value]) => key === "doc" && typeof value === "string")
    .flatMap(([, text]) => ["", ...indented(text as string, indent)]);
}

/** Text of several lines, each after `indent`; control characters made visible. */
export function indented(text: string, indent: string): string[] {
  return visible(text)
    .split("\n")
    .map((line) => (indent + line).trimEnd());
}
