import { formatTag } from "../../src/tag/text.ts";
import { compareCodePoints } from "../../src/value/code-points.ts";
import type { LoggedEntity } from "../../src/views/logged.ts";
import { CONFLICT_MARK, conflictTest } from "../text/lines.ts";
import { oneLine } from "../text/terminal.ts";

/** The tags of one entity, one on a line, sorted. */
export function entityTagsPage(
  { type, id, tags, conflicts }: LoggedEntity,
  tagLimit: number | undefined,
): string {
  const inConflict = conflictTest(conflicts);
  const lines = tags.map(
    (tag) => formatTag(...tag, tagLimit) + (inConflict(tag) ? CONFLICT_MARK : ""),
  );
  const sorted = lines.length > 0 ? lines.sort(compareCodePoints) : ["(no tags)"];
  return `${type} ${oneLine(id)}\n${sorted.map((line) => `  ${oneLine(line)}\n`).join("")}`;
}
